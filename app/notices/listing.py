"""Where notices stand, in words; the list of those that somebody sees, and of those that wait for their decision."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from app.cases.sight import seen_by, worked_on_by
from app.keyset import Cursor, Slice, newest_first, past, sliced
from app.notices import deciding
from app.notices.document import last_day
from app.notices.words import ENDED
from app.searching import Searched
from models import Account, Case, Notice, NoticeStage, Publication, Role, utc_now

NOTICES = Searched("notice", Notice.id, Notice.search_text)
PER_PAGE = 50
MOST = 100
"""Notices to decide that are listed, the one that has waited longest first."""


@dataclass(frozen=True)
class Row:
    """A notice in a list. ``public`` is its current version, ``last`` the newest of all."""

    notice: Notice
    number: str
    title: str
    public: Publication | None
    last: Publication | None

    @property
    def headline(self) -> str:
        return headline(self.notice)

    @property
    def face(self) -> str | None:
        """The likeness of its first picture."""
        likenesses: list[str] = next((one["likenesses"] for one in self.notice.content["pictures"]), [])
        return next(iter(likenesses), None)

    @property
    def until(self) -> dt.date | None:
        """The last day on which the public sees it, while it does."""
        return last_day(self.public) if self.public else None

    @property
    def words(self) -> str:
        """Where it stands: what the public sees goes first."""
        waiting = {NoticeStage.DRAFT: _("Draft"), NoticeStage.SUBMITTED: _("Waits for a decision")}
        if self.public:
            also = {NoticeStage.DRAFT: _("Public, a correction is drafted"),
                    NoticeStage.SUBMITTED: _("Public, a correction waits for a decision")}  # fmt: skip
            return str(also.get(self.notice.stage, _("Public")))
        if self.notice.stage in waiting:
            return str(waiting[self.notice.stage])
        return str(ENDED[self.last.ended_why]) if self.last and self.last.ended_why else _("Expired")

    @property
    def shape(self) -> str:
        if self.public:
            return "published"
        return {NoticeStage.DRAFT: "ready", NoticeStage.SUBMITTED: "queued"}.get(self.notice.stage, "cancelled")


def headline(notice: Notice) -> str:
    """In the language it was written in first; empty while there is none."""
    words = notice.content["words"].values()
    return next((one["headline"] for one in words if one["headline"]), "")


def of_case(db: Session, case: Case) -> list[Row]:
    """The newest first; for whoever has made sure that the case may be seen."""
    query = select(Notice).where(Notice.case_id == case.id)
    found = list(db.scalars(query.order_by(*newest_first(Notice.created_at, Notice.id))))
    return _rows(db, [(notice, case.number, case.title) for notice in found])


def row_of(notice: Notice, case: Case, last: Publication | None) -> Row:
    """``last``: the newest version that was published."""
    return _row(notice, case.number, case.title, last)


def list_notices(
    db: Session,
    account: Account,
    state: str = "",
    after: Cursor | None = None,
    size: int = PER_PAGE,
    case_id: uuid.UUID | None = None,
    text: str = "",
) -> Slice[Row]:
    """What changed last first, of the cases that the account sees, or of one of them; those that have every word of
    ``text``."""
    query = select(Notice, Case.number, Case.title).join(Case, Notice.case_id == Case.id)
    query = query.where(seen_by(account), *_in_state(state), *past(Notice.changed_at, Notice.id, after))
    query = query.where(*NOTICES.matches(db, text), *([Notice.case_id == case_id] if case_id else []))
    found = db.execute(query.order_by(*newest_first(Notice.changed_at, Notice.id)).limit(size + 1)).all()
    part = sliced(found, size, lambda row: Cursor(row[0].changed_at, row[0].id))
    return Slice(_rows(db, [(notice, number, title) for notice, number, title in part.items]), part.after)


def to_decide(db: Session, account: Account) -> list[Row]:
    """Those that wait for a supervisor who works on their case, but for the account's own where it takes two; none for
    anybody else."""
    if not account.has_role(Role.SUPERVISOR):
        return []
    query = select(Notice, Case.number, Case.title).join(Case, Notice.case_id == Case.id)
    query = query.where(Notice.stage == NoticeStage.SUBMITTED, worked_on_by(account))
    if deciding.takes_two(db):
        query = query.where(Notice.created_by != account.id, Notice.submitted_by != account.id)
    found = db.execute(query.order_by(Notice.submitted_at, Notice.id).limit(MOST))
    return _rows(db, [(notice, number, title) for notice, number, title in found])


def _in_state(state: str) -> list[ColumnElement[bool]]:
    public = exists().where(Publication.notice_id == Notice.id, *_is_public())
    conditions: dict[str, list[ColumnElement[bool]]] = {
        "draft": [Notice.stage == NoticeStage.DRAFT],
        "submitted": [Notice.stage == NoticeStage.SUBMITTED],
        "public": [public],
        "ended": [Notice.stage == NoticeStage.APPROVED, ~public],
    }
    return conditions.get(state, [])


def _is_public() -> tuple[ColumnElement[bool], ...]:
    return Publication.ended_at.is_(None), Publication.expires_at > utc_now()


def _rows(db: Session, found: Collection[tuple[Notice, str, str]]) -> list[Row]:
    last: dict[uuid.UUID, Publication] = {}
    query = select(Publication).where(Publication.notice_id.in_([notice.id for notice, *_case in found]))
    for row in db.scalars(query.order_by(Publication.version)) if found else ():
        last[row.notice_id] = row
    return [_row(notice, number, title, last.get(notice.id)) for notice, number, title in found]


def _row(notice: Notice, number: str, title: str, last: Publication | None) -> Row:
    public = last if last and last.ended_at is None and last.expires_at > utc_now() else None
    return Row(notice, number, title, public, last)
