"""What the form of a witness session says."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.errors import Refused
from app.witness.facts import NUMBERS, TEXTS, Facts, read_facts
from models import WitnessSession

FIELDS = ("artist", "drawn_on", "witness", "method", "statement", *NUMBERS, *TEXTS)
EARLIEST = dt.date(1900, 1, 1)
MOST = {"artist": 200, "witness": 100, "method": 100}
MAX_STATEMENT = 20_000


@dataclass(frozen=True)
class Said:
    """What a person wrote of a session. ``witness`` is a pseudonym."""

    artist: str
    witness: str
    drawn_on: dt.date | None = None
    method: str = ""
    statement: str = ""
    facts: Facts = field(default_factory=dict)

    @property
    def plain(self) -> dict[str, object]:
        """For digests."""
        day = self.drawn_on.isoformat() if self.drawn_on else ""
        words = {"artist": self.artist, "witness": self.witness, "method": self.method, "statement": self.statement}
        return {**words, "drawn_on": day, "facts": dict(self.facts)}


def read_session(form: Mapping[str, str], today: dt.date) -> Said:
    """Raises Refused with what to change."""
    artist, witness, method = (_line(form.get(name, ""), most) for name, most in MOST.items())
    if not artist:
        raise Refused(_("Say who drew."))
    if not witness:
        raise Refused(_("Give the witness a pseudonym, such as Witness 1."))
    return Said(
        artist, witness, _day(form.get("drawn_on", ""), today), method, _text(form.get("statement", "")),
        read_facts(form),
    )  # fmt: skip


def said_of(row: WitnessSession) -> Said:
    return Said(row.artist, row.witness, row.drawn_on, row.method, row.statement, dict(row.facts))


def typed_of(said: Said) -> dict[str, str]:
    """What the form's fields hold for what is on record."""
    words = {"artist": said.artist, "witness": said.witness, "method": said.method, "statement": said.statement}
    facts = {name: str(value) for name, value in said.facts.items()}
    return {**words, **facts, "drawn_on": said.drawn_on.isoformat() if said.drawn_on else ""}


def _line(text: str, most: int) -> str:
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    if len(line) > most:
        raise Refused(_("“%(start)s…” is too long: at most %(most)s characters.", start=line[:30], most=most))
    return line


def _text(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(sign for sign in lines if sign in "\n\t" or sign.isprintable()).strip()
    if len(kept) > MAX_STATEMENT:
        raise Refused(_("“%(start)s…” is too long: at most %(most)s characters.", start=kept[:30], most=MAX_STATEMENT))
    return kept


def _day(text: str, today: dt.date) -> dt.date | None:
    if not text.strip():
        return None
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(_("Give the date as year, month and day, such as 2026-03-31.")) from None
    # A day of leeway: where the agency is, it may be tomorrow already.
    if not EARLIEST <= day <= today + dt.timedelta(days=1):
        raise Refused(_("The day of the drawing must be after 1900 and not in the future."))
    return day
