"""The perceptual hashes of everything that was ever published, in this process's memory: 32 bytes each.

A file of a publication never changes, so only what is new is read. Nothing else of a publication is remembered: whether
one is current, the records say each time.
"""

import datetime as dt
import threading
import uuid
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imaging.fingerprint import NEAR, Bits, distances, packed
from models import Publication, PublicationFile

File = PublicationFile
OVERLAP = dt.timedelta(minutes=10)
"""What was published in the last minutes is read again: of two approvals the earlier may be seen later."""


@dataclass
class Known:
    """``hashes`` (N, 32) are of the publications in ``owners``, in the same order."""

    hashes: Bits = field(default_factory=lambda: packed([]))
    owners: list[uuid.UUID] = field(default_factory=list)
    newest: dt.datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def nearest(self, db: Session, sought: list[str]) -> dict[uuid.UUID, int]:
        """By publication, in how many bits its nearest picture differs from what is sought: those within NEAR."""
        with self._lock:
            self._read_new(db)
            hashes, owners = self.hashes, self.owners
        found = distances(hashes, packed(sought))
        near: dict[uuid.UUID, int] = {}
        for place in np.flatnonzero(found <= NEAR):
            owner, distance = owners[place], int(found[place])
            near[owner] = min(distance, near.get(owner, distance))
        return near

    def _read_new(self, db: Session) -> None:
        hashed = File.perceptual_hash.is_not(None)
        count, newest = db.execute(
            select(func.count(), func.max(Publication.published_at)).join(File).where(hashed)
        ).one()
        if (count, newest) == (len(self.owners), self.newest):
            return
        query = select(File.publication_id, File.perceptual_hash).join(Publication).where(hashed)
        if self.newest is not None and count > len(self.owners):
            query = query.where(Publication.published_at > self.newest - OVERLAP)
        else:  # some are gone, with their case
            self.hashes, self.owners = packed([]), []
        there = set(self.owners)
        rows = [row for row in db.execute(query) if row.publication_id not in there]
        self.hashes = np.concatenate([self.hashes, packed(row.perceptual_hash for row in rows)])
        self.owners = [*self.owners, *(row.publication_id for row in rows)]
        self.newest = newest
