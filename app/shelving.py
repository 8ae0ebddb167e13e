"""Which objects lie in the folders that the outside surfaces see: all that is published, and of tips only what has just
arrived.

A key names its folder, so an object is moved by a copy, a row that names it, and the removal of the former. Whoever
dies in between leaves the rest to the next round.
"""

import uuid
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.database import Database, transaction
from app.retention import removal
from app.storage import ARRIVED, PUBLISHED, DamagedObject, MissingObject, ObjectStore, under
from models import PublicationFile, SettingSection, TipFile

log = structlog.get_logger(__name__)

PARALLEL = 8
"""A person waits for the copies of a publication, and a bucket takes a tenth of a second for each."""


def copy(store: ObjectStore, keys: Iterable[str], owner: uuid.UUID) -> None:
    """Have the objects under this owner too. Raises StorageUnavailable, StorageFull, MissingObject, DamagedObject."""
    with ThreadPoolExecutor(PARALLEL) as pool:
        for _copied in pool.map(partial(_copy, store, owner), set(keys)):
            pass


def _copy(store: ObjectStore, owner: uuid.UUID, key: str) -> None:
    with store.open(key) as file:
        store.put_file(under(owner, key), file)


@dataclass(frozen=True)
class Move:
    """An object that a row names where it does not belong."""

    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
    row: ColumnElement[bool]
    key: str
    owner: uuid.UUID


def sort(database: Database, store: ObjectStore) -> int:
    """Move what is misplaced in a folder; in a bucket the rights of the surfaces' accounts do this work. How much was
    moved. Raises StorageUnavailable and StorageFull."""
    with database.session(read_only=True) as db:
        moves = list(_misplaced(db))
    done = 0
    for move in moves:
        try:
            _copy(store, move.owner, move.key)
        except (MissingObject, DamagedObject) as error:
            log.warning("object_not_moved", key=move.key, kind=type(error).__name__)
            continue
        _rename(database, move)
        done += 1
    return done


def _misplaced(db: Session) -> Iterator[Move]:
    # Published by a former version, which left pictures and logo where they were made.
    pictures = select(PublicationFile.id, PublicationFile.key).where(PublicationFile.key.not_like(f"{PUBLISHED}/%"))
    for picture, key in db.execute(pictures):
        yield Move(PublicationFile.key, PublicationFile.id == picture, key, PUBLISHED)
    logos = select(SettingSection.name, SettingSection.object_key).where(
        SettingSection.object_key.not_like(f"{PUBLISHED}/%")
    )
    for section, logo in db.execute(logos):
        yield Move(SettingSection.object_key, SettingSection.name == section, str(logo), PUBLISHED)
    arrived = select(TipFile.id, TipFile.tip_id, TipFile.object_key).where(TipFile.object_key.like(f"{ARRIVED}/%"))
    for file, tip, key in db.execute(arrived):
        yield Move(TipFile.object_key, TipFile.id == file, key, tip)


def _rename(database: Database, move: Move) -> None:
    to, column = under(move.owner, move.key), move.column
    with database.session() as db, transaction(db):
        db.execute(update(column.class_).where(move.row, column == move.key).values({column.key: to}))
        # The copy as well: the row may be gone meanwhile. What a row names stays.
        removal.doom(db, [move.key, to])
