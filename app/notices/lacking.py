"""What a notice still lacks before it can be submitted, and what is worth knowing though it is allowed."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.notices.content import MAX_PICTURES, Content
from app.notices.forms import LONGEST
from app.notices.words import FIELDS
from models import Category

NEEDED = ("headline", "known", "area", "contact")
"""What must be said in every language that is there."""


@dataclass(frozen=True)
class Lack:
    """A sentence, and on which page it is put right: that of the texts or that of the pictures."""

    sentence: str
    page: str


def lacking(content: Content, today: dt.date, names: dict[str, str]) -> list[Lack]:
    """Why it cannot be submitted; nothing where it can. ``names`` are languages by code."""
    texts = [Lack(one, "texts") for one in (*_days(content, today), *_texts(content, names))]
    return texts + [Lack(one, "pictures") for one in _pictures(content, names)]


def missing_languages(content: Content, languages: Sequence[str]) -> list[str]:
    """Those of the installation in which the notice says nothing: it may be published all the same."""
    return [language for language in languages if language not in content.words]


def _days(content: Content, today: dt.date) -> Iterator[str]:
    if content.expires_on is None:
        yield _("Say when the notice expires.")
    elif content.expires_on < today:
        yield _("The notice must expire in the future.")
    elif content.expires_on > today + LONGEST:
        yield _("A notice can be public for a year at most; publish it again then.")


def _texts(content: Content, names: dict[str, str]) -> Iterator[str]:
    if not content.words:
        yield _("Write the notice in one language at least.")
    for language, wording in content.words.items():
        needed = (*NEEDED, "caution") if content.category == Category.SUSPECT else NEEDED
        for name in needed:
            if not getattr(wording, name):
                yield _("%(language)s: fill in “%(field)s”.", language=names[language], field=FIELDS[name])


def _pictures(content: Content, names: dict[str, str]) -> Iterator[str]:
    if not content.pictures:
        yield _("Choose one picture at least.")
    if len(content.pictures) > MAX_PICTURES:
        yield _("A notice shows at most %(most)s pictures.", most=MAX_PICTURES)
    for position, picture in enumerate(content.pictures, 1):
        for language in content.words:
            if not picture.alt.get(language, "").strip():
                yield _(
                    "%(language)s: say what picture %(number)s shows, for whoever cannot see it.",
                    language=names[language], number=position,
                )  # fmt: skip
