"""What the form of a witness session says."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.cases.forms import long_text, past_day, short_text
from app.errors import Refused
from app.witness.facts import NUMBERS, TEXTS, Facts, read_facts
from models import WitnessSession

FIELDS = ("artist", "drawn_on", "witness", "method", "statement", *NUMBERS, *TEXTS)
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
    artist, witness, method = (short_text(form.get(name, ""), most) for name, most in MOST.items())
    if not artist:
        raise Refused(_("Say who drew."))
    if not witness:
        raise Refused(_("Give the witness a pseudonym, such as Witness 1."))
    otherwise = _("The day of the drawing must be after 1900 and not in the future.")
    return Said(
        artist=artist,
        witness=witness,
        drawn_on=past_day(form.get("drawn_on", ""), today, otherwise),
        method=method,
        statement=long_text(form.get("statement", ""), MAX_STATEMENT),
        facts=read_facts(form),
    )


def said_of(row: WitnessSession) -> Said:
    return Said(row.artist, row.witness, row.drawn_on, row.method, row.statement, dict(row.facts))


def typed_of(said: Said) -> dict[str, str]:
    """What the form's fields hold for what is on record."""
    words = {"artist": said.artist, "witness": said.witness, "method": said.method, "statement": said.statement}
    facts = {name: str(value) for name, value in said.facts.items()}
    return {**words, **facts, "drawn_on": said.drawn_on.isoformat() if said.drawn_on else ""}
