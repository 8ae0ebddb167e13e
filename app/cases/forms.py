"""What the forms about a case say, read field by field and no further."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from app.errors import Refused
from app.texts import one_line, paragraphs
from models import CaseStatus, fold

MAX_TITLE, MAX_PLACE, MAX_DESCRIPTION, MAX_TAG, MAX_TAGS = 200, 200, 20_000, 60, 20
EARLIEST = dt.date(1900, 1, 1)


@dataclass(frozen=True)
class CaseFacts:
    """What people write about a case, cleaned. Tags are as they were written, without doubles."""

    title: str
    description: str = ""
    incident_on: dt.date | None = None
    incident_place: str = ""
    tags: tuple[str, ...] = ()

    @property
    def plain(self) -> dict[str, str | list[str]]:
        """As text, for digests and for telling what changed."""
        day = self.incident_on.isoformat() if self.incident_on else ""
        return {
            "title": self.title,
            "description": self.description,
            "incident_on": day,
            "incident_place": self.incident_place,
            "tags": sorted(fold(tag) for tag in self.tags),
        }


def case_facts(form: Mapping[str, str], today: dt.date) -> CaseFacts:
    """Raises Refused with what to change."""
    otherwise = _("The date of the incident must be after 1900 and not in the future.")
    facts = CaseFacts(
        title=short_text(form.get("title", ""), MAX_TITLE),
        description=long_text(form.get("description", ""), MAX_DESCRIPTION),
        incident_on=past_day(form.get("incident_on", ""), today, otherwise),
        incident_place=short_text(form.get("incident_place", ""), MAX_PLACE),
    )
    if not facts.title:
        raise Refused(_("Give the case a title."))
    return replace(facts, tags=tags(form.get("tags", "")))


def tags(text: str) -> tuple[str, ...]:
    """Between commas; of those that look alike the first. Raises Refused."""
    found: dict[str, str] = {}
    for part in text.replace("\n", ",").split(","):
        tag = short_text(part, MAX_TAG)
        if tag:
            found.setdefault(fold(tag), tag)
    if any(len(folded) > MAX_TAG for folded in found):
        raise Refused(_("A tag can have at most %(most)s characters.", most=MAX_TAG))
    if len(found) > MAX_TAGS:
        raise Refused(_("A case can have at most %(most)s tags.", most=MAX_TAGS))
    return tuple(found.values())


def status(text: str) -> CaseStatus:
    """Raises Refused."""
    try:
        return CaseStatus(text)
    except ValueError:
        raise Refused(_("Choose a status from the list.")) from None


def identity(text: str) -> uuid.UUID | None:
    """None when nothing was chosen. Raises Refused for what names nothing."""
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise Refused(_("Choose from the list.")) from None


def short_text(text: str, most: int) -> str:
    """One line. Raises Refused for too much."""
    line = one_line(text)
    if len(line) > most:
        raise Refused(_("“%(start)s…” is too long: at most %(most)s characters.", start=line[:30], most=most))
    return line


def long_text(text: str, most: int) -> str:
    """Several lines. Raises Refused for too much."""
    kept = paragraphs(text)
    if len(kept) > most:
        raise Refused(_("“%(start)s…” is too long: at most %(most)s characters.", start=kept[:30], most=most))
    return kept


def past_day(text: str, today: dt.date, otherwise: str) -> dt.date | None:
    """None where there is none. Raises Refused, with ``otherwise`` for one that lies ahead or too far back."""
    if not text.strip():
        return None
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(_("Give the date as year, month and day, such as 2026-03-31.")) from None
    # A day of leeway: where the agency is, it may be tomorrow already.
    if not EARLIEST <= day <= today + dt.timedelta(days=1):
        raise Refused(otherwise)
    return day
