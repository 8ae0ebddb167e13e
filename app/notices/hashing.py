"""Hashes of the faces in pictures that were published before there were such hashes. Whoever makes a picture now has
them made at once; a worker looks at the others, a few at a time."""

import structlog
from sqlalchemy import select, update

from app.database import Database, transaction
from app.storage import DamagedObject, MissingObject, ObjectStore
from imaging.decode import ImageRefused, decode_image
from imaging.face_hash import found_face_hash
from imaging.label import without_band
from models import FileUse, PublicationFile

log = structlog.get_logger(__name__)

File = PublicationFile
BATCH = 20


def catch_up(database: Database, store: ObjectStore) -> int:
    """Hash the next few; how many there were. How they were cropped is not on record any more, so the face is looked
    for, as in a picture that the public sends. Raises StorageUnavailable."""
    waiting = select(File.id, File.key).where(File.use == FileUse.SIGNED, File.face_hash.is_(None))
    with database.session(read_only=True) as db:
        rows = db.execute(waiting.order_by(File.id).limit(BATCH)).all()
    found = {(row.id, row.key): _hashed(store, row.key) for row in rows}
    if found:
        with database.session() as db, transaction(db):
            for (one, key), digits in found.items():
                # Whose object was moved meanwhile is looked at again.
                db.execute(update(File).where(File.id == one, File.key == key).values(face_hash=digits))
        log.info("faces_hashed", files=len(found), without=sum(not digits for digits in found.values()))
    return len(found)


def _hashed(store: ObjectStore, key: str) -> str:
    try:
        picture = decode_image(store.get(key)).image
    except (MissingObject, DamagedObject, ImageRefused) as error:
        log.warning("face_not_hashed", key=key, kind=type(error).__name__)
        return ""
    return found_face_hash(without_band(picture)) or ""
