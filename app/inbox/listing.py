"""The list of tips that an account reads, newest first, and how many there are of each notice."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.cases import sight as cases
from app.errors import Refused
from app.inbox.sight import seen_by
from app.keyset import Cursor, Slice, newest_first, past, sliced
from app.notices.listing import headline
from models import Account, Case, Notice, Tip, TipAuthor, TipFile, TipKind, TipMessage, TipState

PER_PAGE = 50
OPEN = (TipState.NEW, TipState.IN_REVIEW)


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to. Without a state: what is still to be worked on, which is also what was done with
    until its sender wrote again; spam stays where it is."""

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
            again = and_(Tip.state != TipState.SPAM, unread().scalar_subquery() > 0)
            found.append(Tip.state == self.state if self.state else or_(Tip.state.in_(OPEN), again))
        if self.kind:
            found.append(Tip.kind == self.kind)
        if self.notice:
            found.append(Tip.notice_slug == self.notice)
        if self.case:
            found.append(Tip.case_id.in_(select(Case.id).where(Case.number == self.case)))
        return found


@dataclass(frozen=True)
class Row:
    """``headline``: of the notice, empty as in `Count`; ``unread``: how many messages of senders came since anybody did
    something with it, or with what was put together with it; ``together``: how many others those are."""

    tip: Tip
    case: Case | None
    headline: str
    unread: int
    files: int
    together: int


@dataclass(frozen=True)
class Count:
    """The tips of one notice, or those that name none (``slug`` is None). The headline of a notice that is not there,
    or not the asker's to see, is empty."""

    slug: str | None
    headline: str
    total: int
    new: int
    useful: int
    spam: int


def list_tips(
    db: Session,
    account: Account,
    by: Filter,
    after: Cursor | None = None,
    size: int = PER_PAGE,
    case_id: uuid.UUID | None = None,
) -> Slice[Row]:
    """By two queries; of one case alone if that is named."""
    member = aliased(Tip)
    mine = or_(member.id == Tip.id, member.merged_into == Tip.id)
    files = select(func.count()).select_from(TipFile).join(member, TipFile.tip_id == member.id).where(mine)
    others = select(func.count()).select_from(member).where(member.merged_into == Tip.id)
    counts = (one.correlate(Tip).scalar_subquery() for one in (unread(), files, others))
    query = select(Tip, Case, *counts).outerjoin(Case, Tip.case_id == Case.id)
    query = query.where(seen_by(account), *by.conditions(), *past(Tip.received_at, Tip.id, after))
    query = query.where(Tip.case_id == case_id) if case_id else query
    rows = db.execute(query.order_by(*newest_first(Tip.received_at, Tip.id)).limit(size + 1)).all()
    part = sliced(rows, size, lambda row: Cursor(row[0].received_at, row[0].id))
    called = headlines(db, account, (row[0].notice_slug for row in part.items))
    shown = [Row(tip, of, called.get(tip.notice_slug or "", ""), *numbers) for tip, of, *numbers in part.items]
    return Slice(shown, part.after)


def by_notice(db: Session, account: Account, most: int = 100) -> list[Count]:
    """The notices with the most tips first; by two queries."""
    total = func.count().label("total")
    counted = [
        func.sum(case((Tip.state == state, 1), else_=0)) for state in (TipState.NEW, TipState.USEFUL, TipState.SPAM)
    ]
    query = select(Tip.notice_slug, total, *counted).where(seen_by(account)).group_by(Tip.notice_slug)
    rows = db.execute(query.order_by(total.desc(), Tip.notice_slug).limit(most)).all()
    called = headlines(db, account, (row[0] for row in rows))
    return [Count(slug, called.get(slug or "", ""), *numbers) for slug, *numbers in rows]


def headlines(db: Session, account: Account, slugs: Iterable[str | None]) -> dict[str, str]:
    """By slug. A notice whose case the account does not see is left out: it may be a draft."""
    named = select(Notice).join(Case, Notice.case_id == Case.id).where(cases.seen_by(account))
    notices = db.scalars(named.where(Notice.slug.in_({slug for slug in slugs if slug})))
    return {one.slug: headline(one) for one in notices}


def unread() -> Select[int]:
    """How many messages of senders nobody has looked at, of a tip and what was put together with it."""
    member = aliased(Tip)
    query = select(func.count()).select_from(TipMessage).join(member, TipMessage.tip_id == member.id)
    mine = or_(member.id == Tip.id, member.merged_into == Tip.id)
    return query.where(mine, TipMessage.author == TipAuthor.SENDER, TipMessage.position > member.seen).correlate(Tip)
