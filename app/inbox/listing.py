"""The list of tips that an account reads, newest first, and how many there are of each notice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from app.errors import Refused
from app.inbox.sight import seen_by
from app.keyset import Cursor, Slice, newest_first, past, sliced
from models import Account, Case, Tip, TipAuthor, TipFile, TipKind, TipMessage, TipState

PER_PAGE = 50
OPEN = (TipState.NEW, TipState.IN_REVIEW)


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to. Without a state: what is still to be worked on."""

    state: TipState | None = None
    kind: TipKind | None = None
    notice: str = ""
    case: str = ""
    every: bool = False

    @classmethod
    def read(cls, form: Mapping[str, str]) -> "Filter":
        """Raises Refused."""
        state, kind = form.get("state", ""), form.get("kind", "")
        try:
            return cls(
                state=TipState(state) if state and state != "all" else None,
                kind=TipKind(kind) if kind else None,
                notice=form.get("notice", "").strip()[:16],
                case=form.get("case", "").strip()[:40],
                every=state == "all",
            )
        except ValueError:
            raise Refused(_("This filter is not known. Choose from the lists.")) from None

    @property
    def said(self) -> dict[str, str]:
        """As an address has it."""
        state = "all" if self.every else str(self.state or "")
        named = {"state": state, "kind": str(self.kind or ""), "notice": self.notice, "case": self.case}
        return {name: value for name, value in named.items() if value}

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [Tip.merged_into.is_(None)]
        if not self.every:
            found.append(Tip.state == self.state if self.state else Tip.state.in_(OPEN))
        if self.kind:
            found.append(Tip.kind == self.kind)
        if self.notice:
            found.append(Tip.notice_slug == self.notice)
        if self.case:
            found.append(Tip.case_id.in_(select(Case.id).where(Case.number == self.case)))
        return found


@dataclass(frozen=True)
class Row:
    """``unread``: how many messages of its sender came since anybody did something with it."""

    tip: Tip
    case: Case | None
    unread: int
    files: int
    together: int


@dataclass(frozen=True)
class Count:
    """The tips of one notice, or those that name none (``slug`` is None)."""

    slug: str | None
    total: int
    new: int
    useful: int
    spam: int


def list_tips(
    db: Session, account: Account, by: Filter, after: Cursor | None = None, size: int = PER_PAGE
) -> Slice[Row]:
    """By one query."""
    unread = _count(TipMessage.tip_id == Tip.id, TipMessage.author == TipAuthor.SENDER, TipMessage.position > Tip.seen)
    files, together = _count(TipFile.tip_id == Tip.id), Tip.__table__.alias()
    others = select(func.count()).select_from(together).where(together.c.merged_into == Tip.id).scalar_subquery()
    query = select(Tip, Case, unread, files, others).outerjoin(Case, Tip.case_id == Case.id)
    query = query.where(seen_by(account), *by.conditions(), *past(Tip.received_at, Tip.id, after))
    rows = db.execute(query.order_by(*newest_first(Tip.received_at, Tip.id)).limit(size + 1)).all()
    part = sliced(rows, size, lambda row: Cursor(row[0].received_at, row[0].id))
    return Slice([Row(*row) for row in part.items], part.after)


def by_notice(db: Session, account: Account, most: int = 100) -> list[Count]:
    """The notices with the most tips first; by one query."""
    total = func.count().label("total")
    counted = [
        func.sum(case((Tip.state == state, 1), else_=0)) for state in (TipState.NEW, TipState.USEFUL, TipState.SPAM)
    ]
    query = select(Tip.notice_slug, total, *counted).where(seen_by(account)).group_by(Tip.notice_slug)
    return [Count(*row) for row in db.execute(query.order_by(total.desc(), Tip.notice_slug).limit(most))]


def _count(*conditions: Any) -> Any:
    return select(func.count()).where(*conditions).scalar_subquery()
