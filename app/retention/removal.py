"""Objects that no row needs any more: marked in the transaction that takes their rows away, removed afterwards.

Marks are rows, so whoever dies in between leaves the rest to the next. Removing twice is like removing once.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.database import Database, clock, insert, transaction
from app.storage import MissingObject, ObjectStore, RemovalRefused
from app.sweep import LEAST_AGE, named_among
from models import DeletionRequest, ObjectRemoval, utc_now

log = structlog.get_logger(__name__)

BATCH = 100


def doom(db: Session, keys: Iterable[str], deletion_id: uuid.UUID | None = None) -> None:
    """Have these objects removed once the caller's transaction has committed, unless some row names them then."""
    now = clock(db)
    marks = [{"key": key, "deletion_id": deletion_id, "since": now} for key in sorted(set(keys))]
    if marks:
        db.execute(insert(db, ObjectRemoval).on_conflict_do_nothing(), marks)


def carry_out(database: Database, store: ObjectStore, now: dt.datetime | None = None) -> int:
    """Remove what is marked and may go. How many marks are done with. Raises StorageUnavailable.

    An object that was put a moment ago is left to a later round: its row may be about to be written.
    """
    done = 0
    for keys in _batches(database):
        with database.session(read_only=True) as db:
            named = named_among(db, keys)
        gone = [key for key in keys if key in named or _remove(store, key, (now or utc_now()) - LEAST_AGE)]
        with database.session() as db, transaction(db):
            db.execute(delete(ObjectRemoval).where(ObjectRemoval.key.in_(gone)))
        done += len(gone)
    _finish(database)
    return done


def _batches(database: Database) -> Iterator[list[str]]:
    last = ""
    while True:
        with database.session(read_only=True) as db:
            query = select(ObjectRemoval.key).where(ObjectRemoval.key > last).order_by(ObjectRemoval.key)
            keys = list(db.scalars(query.limit(BATCH)))
        if not keys:
            return
        yield keys
        last = keys[-1]


def _remove(store: ObjectStore, key: str, before: dt.datetime) -> bool:
    """Whether the object is gone."""
    try:
        kept = store.describe(key)
        # What is put again from here on has a new time or version, and stays.
        return kept.changed < before and store.remove(kept)
    except MissingObject:
        return True
    except RemovalRefused as error:
        log.warning("object_not_removed", key=key, reason=str(error))
        return False


def _finish(database: Database) -> None:
    """Say of the deletions of which nothing is left that they are finished."""
    left = select(ObjectRemoval.deletion_id).where(ObjectRemoval.deletion_id.is_not(None))
    done = (
        DeletionRequest.approved.is_(True),
        DeletionRequest.finished_at.is_(None),
        DeletionRequest.id.not_in(left),
    )
    with database.session() as db:
        if db.scalar(select(DeletionRequest.id).where(*done).limit(1)) is None:
            return
        with transaction(db):
            db.execute(update(DeletionRequest).where(*done).values(finished_at=clock(db)))
