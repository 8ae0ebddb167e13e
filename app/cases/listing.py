"""The list of cases: those that the account sees, what changed last first, narrowed by a filter.

What an account sees comes from several places: each of its units, its assignments, broken glass. Each is asked for its
newest cases on its own, by the index that has them in order, and the newest of all are shown. Asked in one OR, the
database would walk through everybody's cases until it met enough that are to be seen. The cases of one person
are walked through in their own order instead, each looked at whether it is seen: most of a colleague's are.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, CompoundSelect, Integer, Select, func, literal_column, select, union
from sqlalchemy.orm import Session, aliased, defer

from app.cases.filters import Filter
from app.cases.sight import WORKING, opened_to, seen_by
from app.keyset import Cursor, Slice, newest_first, past, sliced
from models import Account, Case, CaseAssignment, CaseTag, Unit, utc_now

PER_PAGE = 50
COUNTED = 100
"""A list is counted so far and no further: whoever sees "more than 100" narrows it down rather than read on."""
TAGGED = 300
"""Of the newest cases, how many suggest their tags."""
APART = 8
"""Units of one account that are asked on their own; of more, all together."""
Found = Select[uuid.UUID]


@dataclass(frozen=True)
class Row:
    """A case in the list, with the names of who works on it."""

    case: Case
    unit: str
    people: tuple[str, ...]


def list_cases(
    db: Session, account: Account, by: Filter, after: Cursor | None = None, size: int = PER_PAGE
) -> Slice[Row]:
    """By two queries."""
    return _listed(db, account, by, after, size, size + 1)[0]


def first_page(db: Session, account: Account, by: Filter, size: int = PER_PAGE) -> tuple[Slice[Row], int]:
    """And how many cases there are, COUNTED + 1 for any more. By two queries."""
    return _listed(db, account, by, None, size, max(size, COUNTED) + 1)


def _listed(
    db: Session, account: Account, by: Filter, after: Cursor | None, size: int, most: int
) -> tuple[Slice[Row], int]:
    newest = newest_seen(account, by, by.conditions(db), after, most)
    query = select(Case, Unit.name, func.count().over()).join(Unit, Case.unit_id == Unit.id)
    query = query.where(Case.id.in_(newest)).options(defer(Case.description), defer(Case.search_text))
    found = db.execute(query.order_by(*newest_first(Case.changed_at, Case.id)).limit(size + 1)).all()
    part = sliced(found, size, lambda row: Cursor(row[0].changed_at, row[0].id))
    names = _people(db, [case.id for case, _unit, _count in part.items])
    rows = [Row(case, unit, tuple(names[case.id])) for case, unit, _count in part.items]
    # Each place gives its newest, so together they may give more than are counted.
    return Slice(rows, part.after), min(found[0][2], most) if found else 0


def recent_tags(db: Session, account: Account) -> list[str]:
    """The tags of the newest cases that the account sees, each once and as it was written first, by name."""
    newest = newest_seen(account, Filter(), [], None, TAGGED)
    query = select(CaseTag.folded, func.min(CaseTag.name)).where(CaseTag.case_id.in_(newest)).group_by(CaseTag.folded)
    rows = db.execute(query)
    return [name for _folded, name in sorted(rows.all(), key=lambda row: row[0])]


def newest_seen(
    account: Account, by: Filter, wanted: list[ColumnElement[bool]], after: Cursor | None, most: int
) -> CompoundSelect[uuid.UUID] | Select[uuid.UUID]:
    """The identities of the ``most`` newest cases of each place that the account sees cases in.

    ``wanted``: the filter's conditions.
    """
    if by.person:
        return _newest_of(by.person, [seen_by(account), *wanted], after, most)
    parts = [_newest_opened(account, wanted, after, most)]
    if account.has_role(*WORKING):
        parts += [_newest_in(unit, wanted, after, most) for unit in _units(account, by)]
        if not by.unassigned:
            parts.append(_newest_of(account.id, wanted, after, most))
    return union(*parts)


def _units(account: Account, by: Filter) -> list[ColumnElement[bool]]:
    """The account's units that the filter leaves, as this request read them."""
    mine = sorted(unit.id for unit in account.units if by.unit in (None, unit.id))
    return [Case.unit_id == one for one in mine] if len(mine) <= APART else [Case.unit_id.in_(mine)]


def _newest_in(unit: ColumnElement[bool], wanted: list[ColumnElement[bool]], after: Cursor | None, most: int) -> Found:
    query = select(Case.id).where(unit, *wanted, *past(Case.changed_at, Case.id, after))
    return _whole(query.order_by(*newest_first(Case.changed_at, Case.id)).limit(most))


def _newest_of(person: uuid.UUID, wanted: list[ColumnElement[bool]], after: Cursor | None, most: int) -> Found:
    """Through the person's assignments, which have an order of their own."""
    theirs = aliased(CaseAssignment)  # what is seen by assignment is a question of its own
    order = theirs.case_changed_at, theirs.case_id
    query = select(Case.id).join(theirs).where(theirs.account_id == person, *wanted, *past(*order, after))
    return _whole(query.order_by(*newest_first(*order)).limit(most))


def _newest_opened(account: Account, wanted: list[ColumnElement[bool]], after: Cursor | None, most: int) -> Found:
    """Glass is broken to few cases at a time. Databases hope to meet a page's worth early on, and would walk through
    all cases in order to find none: they cannot where an OFFSET stands between finding and ordering."""
    opened = Case.id.in_(opened_to(account.id, utc_now()))
    query = select(Case.id, Case.changed_at).where(opened, *wanted, *past(Case.changed_at, Case.id, after))
    few = query.offset(literal_column("0", Integer)).subquery()
    return _whole(select(few.c.id).order_by(few.c.changed_at.desc(), few.c.id.desc()).limit(most))


def _whole(query: Found) -> Found:
    """With its order and limit, as a part of others."""
    return select(query.subquery().c[0])


def _people(db: Session, case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    names = defaultdict(list)
    if case_ids:
        query = select(CaseAssignment.case_id, Account.name).join(Account, CaseAssignment.account_id == Account.id)
        for case_id, name in db.execute(query.where(CaseAssignment.case_id.in_(case_ids)).order_by(Account.name)):
            names[case_id].append(name)
    return names
