"""What must hold before a notice is published: what the program verifies itself, and what a supervisor ticks."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.languages.names import NAMES
from app.notices import files, witnesses
from app.notices.content import Content
from app.notices.lacking import lacking
from app.notices.witnesses import Trace
from models import Notice, NoticeFile


@dataclass(frozen=True)
class Check:
    """One line. ``ok``: the program verified it. What is not must be ticked by a person, or with ``firm`` cannot be
    published at all."""

    name: str
    title: str
    words: str
    ok: bool
    firm: bool = False
    traces: tuple[Trace, ...] = ()

    @property
    def to_tick(self) -> bool:
        return not self.ok and not self.firm


def checklist(db: Session, notice: Notice, content: Content, made: Sequence[NoticeFile], today: dt.date) -> list[Check]:
    """In the order in which it is shown. ``made`` are the files of the notice's revision."""
    return [_label(content, made), _whole(content, today), _witness(db, notice, content), _minor(content),
            _caution(content), _seen(content)]  # fmt: skip


def blocking(checks: Sequence[Check], ticked: Collection[str]) -> list[Check]:
    """Those that keep the notice from being published."""
    return [one for one in checks if not one.ok and (one.firm or one.name not in ticked)]


def kept(checks: Sequence[Check], ticked: Collection[str]) -> dict[str, Any]:
    """As the decision keeps it: what was verified, what was ticked, and how much was found."""
    return {
        one.name: {"verified": one.ok, "ticked": one.to_tick and one.name in ticked, "found": len(one.traces)}
        for one in checks
    }


def _label(content: Content, files_made: Sequence[NoticeFile]) -> Check:
    made = files.complete(content, files_made)
    words = (
        _("Every picture was made for this very revision, with its mark and its caption.")
        if made
        else _("The pictures of this revision are not all there yet.")
    )
    return Check("label", _("Label on every picture"), words, made, firm=True)


def _whole(content: Content, today: dt.date) -> Check:
    lacks = lacking(content, today, dict(NAMES))
    words = lacks[0].sentence if lacks else _("Nothing is missing, and it expires in the future.")
    return Check("expiry", _("Whole, and it expires"), words, not lacks, firm=True)


def _witness(db: Session, notice: Notice, content: Content) -> Check:
    found = tuple(witnesses.traces(db, notice.case_id, content))
    words = (
        ngettext("The texts share something with a witness session in %(num)s place:",
                 "The texts share something with the witness sessions in %(num)s places:", len(found))
        if found
        else _("No pseudonym, artist or statement of a witness session of the case is in the texts.")
    )  # fmt: skip
    return Check("witness", _("Nothing that tells who a witness is"), str(words), not found, traces=found)


def _minor(content: Content) -> Check:
    words = (
        _("The person may be a minor. Confirm that the law lets you publish.")
        if content.minor
        else _("Whoever drafted it says that the person is an adult.")
    )
    return Check("minor", _("No minor, or confirmed"), words, not content.minor)


def _caution(content: Content) -> Check:
    there = all(wording.caution for wording in content.words.values())
    words = _("There is one in every language.") if there else _("There is none. Confirm that none is needed.")
    return Check("caution", _("Caution text"), words, there)


def _seen(content: Content) -> Check:
    names = ", ".join(NAMES[language] for language in content.words)
    words = _("I have looked at the preview: %(languages)s.", languages=names)
    return Check("seen", _("Looked at as the public will see it"), words, ok=False)
