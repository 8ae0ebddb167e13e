"""The perceptual hashes of everything that was ever published, in this process's memory: 32 bytes each, one of a whole
picture and one of the face in it.

A file of a publication never changes, so only what is new is read. Nothing else of a publication is remembered: whether
one is current, the records say each time.
"""

import datetime as dt
import threading
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from PIL import Image
from sqlalchemy import Row, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from imaging import face_hash, fingerprint
from imaging.fingerprint import Bits, distances, guesses, packed
from models import Publication, PublicationFile

File = PublicationFile
OVERLAP = dt.timedelta(minutes=10)
"""What was published in the last minutes is read again: of two approvals the earlier may be seen later."""

Near = dict[uuid.UUID, int]
"""By publication, in how many bits its nearest picture differs from what is sought."""


@dataclass
class Hashes:
    """Those of one column. ``hashes`` (N, 32) are of the publications in ``owners``, in the same order: each once,
    since a face's is the same in every language."""

    column: InstrumentedAttribute[str | None]
    hashes: Bits = field(default_factory=lambda: packed([]))
    owners: list[uuid.UUID] = field(default_factory=list)
    rows: int = 0
    newest: dt.datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, db: Session) -> tuple[Bits, list[uuid.UUID]]:
        """All that there are at this moment."""
        with self._lock:
            self._read_new(db)
            return self.hashes, self.owners

    def _read_new(self, db: Session) -> None:
        there = self.column.is_not(None) & (self.column != "")
        counted = select(func.count(), func.max(Publication.published_at)).join(File).where(there)
        count, newest = db.execute(counted).one()
        if (count, newest) == (self.rows, self.newest):
            return
        query = select(File.publication_id, self.column.label("digits")).join(Publication).where(there)
        if self.newest is not None and count > self.rows:
            owned = set(self.owners)
            recent = db.execute(query.where(Publication.published_at > self.newest - OVERLAP))
            self._add(row for row in recent if row.publication_id not in owned)
        if count != self.rows:  # some are gone, with their case, or were hashed long after they were published
            self.hashes, self.owners, self.rows = packed([]), [], 0
            self._add(db.execute(query))
        self.newest = newest

    def _add(self, rows: Iterable[Row[uuid.UUID, str | None]]) -> None:
        found = [(row.publication_id, row.digits) for row in rows]
        each = list(dict.fromkeys(found))
        self.hashes = np.concatenate([self.hashes, packed(digits for _owner, digits in each)])
        self.owners = [*self.owners, *(owner for owner, _digits in each)]
        self.rows += len(found)


@dataclass(frozen=True)
class Known:
    whole: Hashes = field(default_factory=lambda: Hashes(File.perceptual_hash))
    faces: Hashes = field(default_factory=lambda: Hashes(File.face_hash))

    def pictures(self, db: Session, picture: Image.Image) -> Near:
        """Whose pictures this may be as a whole."""
        hashes, owners = self.whole.read(db)
        found = distances(hashes, packed(guesses(picture)))
        return _nearest((owners[row], int(found[row])) for row in np.flatnonzero(found <= fingerprint.NEAR))

    def of_faces(self, db: Session, picture: Image.Image) -> Near:
        """Whose faces this may show."""
        hashes, owners = self.faces.read(db)
        found = face_hash.near(hashes, picture).items()
        return _nearest((owners[row], bits) for row, bits in found if bits <= face_hash.NEAR)


def _nearest(found: Iterable[tuple[uuid.UUID, int]]) -> Near:
    near: Near = {}
    for owner, bits in found:
        near[owner] = min(bits, near.get(owner, bits))
    return near
