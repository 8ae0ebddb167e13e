"""What the form of a notice's texts says: read whole, with a sentence for every field that cannot be."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask_babel import gettext as _

from app.cases.forms import EARLIEST, long_text
from app.errors import Refused
from app.notices import areas
from app.notices.content import Content, Wording
from models import Category

LINES = {"headline": 120, "area": 120}
TEXTS = {"known": 4000, "appearance": 2000, "caution": 500, "reward": 500, "contact": 500}
MOST = {**LINES, **TEXTS}
DAYS = ("happened_from", "happened_to", "expires_on")
LASTS = dt.timedelta(days=30)
"""How long a notice is public unless something else is asked for."""
LONGEST = dt.timedelta(days=365)


@dataclass
class Typed:
    """What a form's fields hold, by name, and what is wrong with them. ``headline_en`` is the headline in English."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)


def names(languages: Sequence[str]) -> list[str]:
    """Every field of the form."""
    return ["category", *DAYS, "minor", *(f"{name}_{language}" for language in languages for name in MOST)]


def typed_of(content: Content, languages: Sequence[str]) -> Typed:
    """What the fields hold for what is on record."""
    values = {"category": str(content.category), "minor": "yes" if content.minor else ""}
    for name in DAYS:
        day = getattr(content, name)
        values[name] = day.isoformat() if day else ""
    for language in languages:
        wording = content.words.get(language, Wording())
        values |= {f"{name}_{language}": getattr(wording, name) for name in MOST}
    return Typed(values)


def read(
    form: Mapping[str, str], languages: Sequence[str], content: Content, contact: str, today: dt.date
) -> tuple[Content, Typed]:
    """The content with what the form says in place of its texts and days. Where ``errors`` is not empty the content is
    not to be used. Languages that the form does not have stay; one of which only the agency's ``contact`` is filled in
    is not there."""
    typed = Typed({name: form.get(name, "") for name in names(languages)})
    words = {language: wording for language, wording in content.words.items() if language not in languages}
    mine = {}
    for language in languages:
        wording = _wording(typed, language)
        if replace(wording, contact="") != Wording() or wording.contact not in ("", contact):
            mine[language] = wording
    first, last, expires = (_day(typed, name) for name in DAYS)
    _check_days(typed, first, last, expires, today)
    chosen = typed.values["category"]
    if chosen not in set(Category):
        typed.errors["category"] = _("Choose from the list.")
        chosen = content.category
    facts = replace(content, category=Category(chosen), words=mine | words, minor=typed.values["minor"] == "yes")
    return replace(facts, happened_from=first, happened_to=last, expires_on=expires), typed


def _wording(typed: Typed, language: str) -> Wording:
    found = {}
    for name, most in MOST.items():
        key = f"{name}_{language}"
        try:
            found[name] = line(typed.values[key], most) if name in LINES else long_text(typed.values[key], most)
            if name == "area":
                areas.check(found[name])
        except Refused as error:
            typed.errors[key] = str(error)
    return Wording(**found)


def line(text: str, most: int) -> str:
    """One line, without control characters. Raises Refused."""
    return long_text(" ".join(text.split()), most)


def _day(typed: Typed, name: str) -> dt.date | None:
    text = typed.values[name].strip()
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        typed.errors[name] = _("Give the date as year, month and day, such as 2026-03-31.")
        return None


def _check_days(
    typed: Typed, first: dt.date | None, last: dt.date | None, expires: dt.date | None, today: dt.date
) -> None:
    for name, day in (("happened_from", first), ("happened_to", last)):
        # A day of leeway: where the agency is, it may be tomorrow already.
        if day and not EARLIEST <= day <= today + dt.timedelta(days=1):
            typed.errors[name] = _("This day must be after 1900 and not in the future.")
    if first and last and last < first:
        typed.errors["happened_to"] = _("The last day must not be before the first.")
    if expires and expires < today:
        typed.errors["expires_on"] = _("The notice must expire in the future.")
    elif expires and expires > today + LONGEST:
        typed.errors["expires_on"] = _("A notice can be public for a year at most; publish it again then.")
