"""Looks for objects that no record speaks of, and for records whose object is not there.

An upload and a render put their objects first and write their row afterwards, so whoever dies in between leaves
an object without a row, never a row without an object.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Column, select
from sqlalchemy.orm import Session

from app.database import Database, current_revision, newest_revision
from app.errors import Conflict
from app.storage import Kept, ObjectStore, RemovalRefused, split_key
from models import ANCHORS, Base, utc_now
from models.base import ObjectKey

log = structlog.get_logger(__name__)

SAFE_AGE = dt.timedelta(hours=24)
LEAST_AGE = dt.timedelta(hours=1)
"""No upload takes that long between putting an object and writing its row."""
BATCH = 200


class SweepRefused(Conflict):
    """Removing what these records do not name would be a mistake."""


@dataclass
class Findings:
    """``missing`` tells for each key without an object which column names it."""

    objects: int = 0
    size: int = 0
    named: int = 0
    """Of the objects, those that a row names."""
    young: int = 0
    """Of the objects, those without a row that may just be waiting for it."""
    orphans: list[Kept] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        return not self.orphans and not self.missing


@dataclass(frozen=True)
class Removal:
    """What became of the orphans. Those neither removed nor refused were needed again meanwhile."""

    removed: int
    refused: int
    reason: str = ""


def key_columns() -> list[Column[str]]:
    """Every column of the records that names an object."""
    tables = Base.metadata.sorted_tables
    return [column for table in tables for column in table.columns if isinstance(column.type, ObjectKey)]


def named_keys(db: Session) -> dict[str, str]:
    """Every key that a row names, with the column that does."""
    named: dict[str, str] = {}
    for column in key_columns():
        where = f"{column.table.name}.{column.name}"
        rows = db.execute(select(column).where(column.is_not(None)).execution_options(yield_per=1000))
        named.update((key, where) for (key,) in rows)
    return named


def survey(
    database: Database, store: ObjectStore, safe_age: dt.timedelta = SAFE_AGE, now: dt.datetime | None = None
) -> Findings:
    """Compare the records with what is stored. Raises StorageUnavailable.

    Whatever happens meanwhile: what is reported as missing has a row and no object at the end, and an orphan
    has had no row for longer than ``safe_age``, which is LEAST_AGE at least.
    """
    old = (now or utc_now()) - max(safe_age, LEAST_AGE)
    found = Findings()
    with database.session(read_only=True) as db:
        named = named_keys(db)
    unseen = set(named)
    lost = []
    for kept in store.objects():
        found.objects += 1
        found.size += kept.size
        if kept.key in named:
            unseen.discard(kept.key)
            found.named += 1
        elif split_key(kept.key)[0] == str(ANCHORS):
            continue  # they are there for the day on which somebody removes their rows
        elif kept.changed < old:
            lost.append(kept)
        else:
            found.young += 1
    found.orphans = list(_unnamed(database, lost))
    with database.session(read_only=True) as db:
        still = named_among(db, sorted(unseen))
    found.missing = {key: named[key] for key in sorted(still) if not store.exists(key)}
    return found


def remove(database: Database, store: ObjectStore, found: Findings) -> Removal:
    """Remove the orphans that still are. Raises SweepRefused when these records may be the wrong ones."""
    _check_records(database, found)
    removed = refused = 0
    reason = ""
    for kept in _unnamed(database, found.orphans):
        try:
            # Whoever puts the object again meanwhile gives it a new time or version, and it stays.
            removed += store.remove(kept)
        except RemovalRefused as error:
            refused, reason = refused + 1, str(error)
    return Removal(removed, refused, reason)


def _check_records(database: Database, found: Findings) -> None:
    if found.orphans and not found.named:
        raise SweepRefused(
            "None of the stored objects has a row in these records: nothing was removed. "
            "Check that DATABASE_URL and STORAGE_URL belong together."
        )
    with database.engine.connect() as connection:
        if current_revision(connection) != newest_revision():
            raise SweepRefused(
                "The records are at another revision than this code, which may not know all that names an object: "
                "nothing was removed. Run it with the code that the records are at."
            )


def _unnamed(database: Database, kept: Sequence[Kept]) -> Iterator[Kept]:
    for start in range(0, len(kept), BATCH):
        batch = kept[start : start + BATCH]
        with database.session(read_only=True) as db:
            named = named_among(db, [one.key for one in batch])
        yield from (one for one in batch if one.key not in named)


def named_among(db: Session, keys: Sequence[str]) -> set[str]:
    """Those of the keys that a row names now."""
    named: set[str] = set()
    for start in range(0, len(keys), BATCH):
        some = keys[start : start + BATCH]
        for column in key_columns():
            named.update(db.scalars(select(column).where(column.in_(some))))
    return named


def audit(database: Database, store: ObjectStore, remove_orphans: bool) -> None:
    """The worker's own look, into the log; it removes only what it was told to remove."""
    found = survey(database, store)
    facts = {"objects": found.objects, "orphans": len(found.orphans), "missing": len(found.missing)}
    if remove_orphans and found.orphans:
        try:
            facts["removed"] = remove(database, store, found).removed
        except SweepRefused as error:
            log.warning("orphans_not_removed", reason=str(error))
    (log.info if found.clean else log.warning)("objects_swept", **facts)
