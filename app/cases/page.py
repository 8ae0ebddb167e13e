"""What every page of a case has: its head, and its tabs."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app import context
from app.cases import glass
from app.cases.sight import NO_CASE, WORKING, seen_by
from app.cases.statuses import moves
from app.cases.tabs import TABS
from app.errors import NotFound
from app.exchange.names import made_by
from models import Account, Case, CaseAssignment, CaseStatus, CaseTag, Unit, fold


@dataclass(frozen=True)
class Assigned:
    """Somebody who works on the case."""

    account_id: uuid.UUID
    name: str
    since: datetime


@dataclass(frozen=True)
class CaseHead:
    """Above every page of a case. ``works``: whether whoever looks may change it."""

    case: Case
    unit: str
    opened_by: str
    hold_by: str
    people: tuple[Assigned, ...]
    works: bool
    moves: tuple[CaseStatus, ...]
    tags: tuple[str, ...]


def case_head(db: Session, account: Account, case_id: uuid.UUID) -> CaseHead:
    """By two queries. Raises NotFound."""
    opener, holder = aliased(Account), aliased(Account)
    # A tag is one line, so a line break can stand between two of them.
    tags = select(func.aggregate_strings(CaseTag.name, "\n")).where(CaseTag.case_id == Case.id).scalar_subquery()
    query = (
        select(Case, Unit.name, made_by(Case.id, opener.name), holder.name, tags)
        .join(Unit, Case.unit_id == Unit.id)
        .join(opener, Case.created_by == opener.id)
        .outerjoin(holder, Case.hold_by == holder.id)
        .where(Case.id == case_id, seen_by(account))
    )
    row = db.execute(query).one_or_none()
    if row is None:
        raise NotFound(NO_CASE)
    case, unit, opened_by, hold_by, tagged = row
    people = assigned(db, case_id)
    mine = case.unit_id in {one.id for one in account.units} or account.id in {one.account_id for one in people}
    works = account.has_role(*WORKING) and mine
    may = tuple(moves(account, case.status)) if works else ()
    of = tuple(sorted(tagged.split("\n") if tagged else (), key=fold))
    return CaseHead(case, unit, opened_by, hold_by or "", people, works, may, of)


def assigned(db: Session, case_id: uuid.UUID) -> tuple[Assigned, ...]:
    """Who works on the case, by name."""
    query = select(Account.id, Account.name, CaseAssignment.since).join(CaseAssignment)
    rows = db.execute(query.where(CaseAssignment.case_id == case_id)).all()
    return tuple(Assigned(*row) for row in sorted(rows, key=lambda row: (fold(row[1]), str(row[0]))))


def case_page(template: str, tab: str, head: CaseHead, **values: Any) -> str:
    """A page of a case: ``template`` extends cases/case.html, ``tab`` is the endpoint of the tab that it belongs to."""
    # Whoever works on it sees it without having broken the glass.
    looking = None if head.works else glass.open_for(context.db(), context.account(), head.case.id)
    return render_template(template, head=head, case=head.case, looking=looking, tabs=TABS, tab=tab, **values)


def here(case_id: uuid.UUID) -> CaseHead:
    """The head of the case for whoever is asking. Raises NotFound."""
    return case_head(context.db(), context.account(), case_id)
