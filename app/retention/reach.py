"""What a case takes along: every row that leads to it by foreign keys, and the objects that those rows name.

The keys are asked and not a list of tables, so what a later version adds to a case goes with it, too.
"""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Column, ColumnElement, Table, delete, func, or_, select
from sqlalchemy.orm import Session

from models import Base, Bulletin, BulletinPublication, Case, Job, Notification, Publication
from models.base import ObjectKey

BATCH = 400


@dataclass
class Reach:
    """``ids`` are the identities by table, ``counts`` the rows, ``keys`` the objects."""

    ids: dict[Table, set[uuid.UUID]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)

    @property
    def everything(self) -> set[uuid.UUID]:
        return {one for ids in self.ids.values() for one in ids}


def reach(db: Session, case_id: uuid.UUID) -> Reach:
    """All that hangs from the case, the case itself included."""
    found = Reach({_table(Case): {case_id}}, {_table(Case).name: 1})
    for table in Base.metadata.sorted_tables:  # parents first
        if table is not _table(Case):
            _reach_table(db, table, found)
    _reach_bulletins(db, found)
    return found


def _reach_bulletins(db: Session, found: Reach) -> None:
    """A bulletin is of several cases, and no case's alone: as one file it goes with the first of them that does."""
    published = found.ids.get(_table(Publication), set())
    query = select(Bulletin).join(BulletinPublication, BulletinPublication.bulletin_id == Bulletin.id)
    ids: set[uuid.UUID] = set()
    for some in _batches(published):
        for one in db.scalars(query.where(BulletinPublication.publication_id.in_(some))):
            ids.add(one.id)
            found.keys |= {key for key in (one.key, one.preview_key) if key}
    if ids:
        found.ids[_table(Bulletin)] = ids
        found.counts["bulletin"] = len(ids)


def _reach_table(db: Session, table: Table, found: Reach) -> None:
    count, ids = 0, set()
    for condition in _conditions(table, found):
        if "id" in table.c:
            ids |= set(db.scalars(select(table.c.id).where(condition)))
        else:
            count += db.scalar(select(func.count()).select_from(table).where(condition)) or 0
        for column in table.c:
            if isinstance(column.type, ObjectKey):
                found.keys |= set(db.scalars(select(column).where(condition, column.is_not(None))))
    if ids:
        found.ids[table] = ids
    if ids or count:
        found.counts[table.name] = len(ids) or count


def remove(db: Session, found: Reach) -> None:
    """Remove the rows, what hangs from others first; and the jobs about them, whose workers then hold no lease."""
    everything = found.everything
    for table in reversed(Base.metadata.sorted_tables):
        for condition in _conditions(table, found):
            db.execute(delete(table).where(condition))
    for some in _batches(found.ids.get(_table(Bulletin), ())):
        db.execute(delete(Bulletin).where(Bulletin.id.in_(some)))
    for some in _batches(everything):
        db.execute(delete(Job).where(Job.subject_id.in_(some)))
    for some in _batches(everything):
        told = [Notification.path.contains(str(one), autoescape=True) for one in some]
        db.execute(delete(Notification).where(or_(*told)))
    db.execute(delete(Case).where(Case.id.in_(found.ids[_table(Case)])))


def _conditions(table: Table, found: Reach) -> Iterator[ColumnElement[bool]]:
    """Hold for the rows that name a reached row of another table."""
    for column in table.c:
        for key in column.foreign_keys:
            parent = key.column.table
            if parent is not table and parent in found.ids:
                yield from _among(column, found.ids[parent])


def _among(column: "Column[uuid.UUID]", ids: set[uuid.UUID]) -> Iterator[ColumnElement[bool]]:
    for some in _batches(ids):
        yield column.in_(some)


def _batches(ids: Iterable[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), BATCH):
        yield ordered[start : start + BATCH]


def _table(record: type[Base]) -> Table:
    table = record.__table__
    assert isinstance(table, Table)
    return table
