"""The list of cases: those that the account sees, what changed last first, narrowed by a filter.

What an account sees comes from several places: each of its units, its assignments, broken glass. Each is asked for its
newest cases on its own, by the index that has them in order, and the newest of all are shown. Asked in one OR, the
database would walk through everybody's cases until it met enough that are to be seen.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, CompoundSelect, Integer, Select, func, literal_column, select, union
from sqlalchemy.orm import Session, defer

from app.cases.filters import Filter
from app.cases.sight import WORKING, assigned_to, opened_to
from app.keyset import Cursor, Slice, newest_first, past, sliced
from models import Account, Case, CaseAssignment, CaseTag, Unit, utc_now

PER_PAGE = 50
COUNTED = 200
"""A list is counted so far and no further: whoever sees "more than 200" narrows it down rather than read on."""
TAGGED = 300
"""Of the newest cases, how many suggest their tags."""
APART = 8
"""Units of one account that are asked on their own; of more, all together."""


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
    wanted = [*by.conditions(db), *past(Case.changed_at, Case.id, after)]
    newest = places(account, wanted, most, few=by.few)
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
    newest = places(account, [], TAGGED)
    query = select(CaseTag.folded, func.min(CaseTag.name)).where(CaseTag.case_id.in_(newest)).group_by(CaseTag.folded)
    rows = db.execute(query)
    return [name for _folded, name in sorted(rows.all(), key=lambda row: row[0])]


def places(
    account: Account, wanted: list[ColumnElement[bool]], most: int, *, few: bool = False
) -> CompoundSelect[uuid.UUID] | Select[uuid.UUID]:
    """The identities of the ``most`` newest cases of each place that the account sees cases in.

    ``few``: what is wanted is so little that it is found first and put in order then.
    """
    parts = [_newest(place, wanted, most, few or little) for place, little in _sights(account)]
    return union(*parts) if len(parts) > 1 else parts[0]


def _newest(place: ColumnElement[bool], wanted: list[ColumnElement[bool]], most: int, few: bool) -> Select[uuid.UUID]:
    found = select(Case.id, Case.changed_at).where(place, *wanted)
    if few:
        # Databases hope to meet a page's worth early on, and walk through all cases in order where there is none.
        # They cannot where an OFFSET stands between finding and ordering.
        little = found.offset(literal_column("0", Integer)).subquery()
        return (
            select(little.c.id).order_by(little.c.changed_at.desc(), little.c.id.desc()).limit(most).subquery().select()
        )
    part = found.order_by(*newest_first(Case.changed_at, Case.id)).limit(most).subquery()
    return select(part.c.id)


def _sights(account: Account) -> list[tuple[ColumnElement[bool], bool]]:
    """The places, each with whether it has few cases. Together they hold for what `app.cases.sight.seen_by` does; an
    account's units are those that this request read."""
    opened = Case.id.in_(opened_to(account.id, utc_now())), True
    if not account.has_role(*WORKING):
        return [opened]
    mine = sorted(unit.id for unit in account.units)
    units = [Case.unit_id == one for one in mine] if len(mine) <= APART else [Case.unit_id.in_(mine)]
    return [*((one, False) for one in units), (Case.id.in_(assigned_to(account.id)), True), opened]


def _people(db: Session, case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    names = defaultdict(list)
    if case_ids:
        query = select(CaseAssignment.case_id, Account.name).join(Account, CaseAssignment.account_id == Account.id)
        for case_id, name in db.execute(query.where(CaseAssignment.case_id.in_(case_ids)).order_by(Account.name)):
            names[case_id].append(name)
    return names
