"""What every store of objects can do, and how it fails."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import BinaryIO, Protocol

from app.errors import AppError, NotFound, Unavailable
from imaging.words import N_

RENEW_AGE = dt.timedelta(minutes=10)
"""An object without a row may be old. One that is put again after this age gets a new time, so that a sweep
does not remove it while the upload that needs it is about to write its row."""


class MissingObject(NotFound):
    """A record speaks of an object that is not there."""

    def __init__(self, key: str) -> None:
        super().__init__(N_("What was stored here is missing. Tell the operator: it can come back from a back-up."))
        self.key = key


class DamagedObject(AppError):
    """What is stored is not what its key says."""

    status = HTTPStatus.CONFLICT

    def __init__(self, key: str) -> None:
        super().__init__(N_("What was stored here is damaged. Tell the operator: it can come back from a back-up."))
        self.key = key


class StorageUnavailable(Unavailable):
    """The store does not answer, or does not let this process in. ``reason`` tells the operator which."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            N_("The stored pictures cannot be reached just now. Nothing that was saved is lost; try again in a minute.")
        )
        self.reason = reason
        self.add_note(reason)  # a process that cannot start for it shows it with its traceback


class RemovalRefused(AppError):
    """The store does not let this process remove an object: its role or a retention policy forbids it."""


@dataclass(frozen=True)
class Kept:
    """An object as a store lists it. ``changed`` is when it was last put, ``version`` the store's own mark."""

    key: str
    size: int
    changed: dt.datetime
    version: str = ""


class ObjectStore(Protocol):
    """Where objects are kept. A key is ``object_key(owner, data)``; every method refuses any other.

    Every method may raise StorageUnavailable.
    """

    def put(self, key: str, data: bytes) -> bool:
        """Keep the bytes durably before returning. False when they were there already.

        Raises StorageFull, leaving nothing behind, DamagedObject when something else is there, and
        ValueError when the key is not theirs.
        """

    def put_file(self, key: str, file: BinaryIO) -> bool:
        """``put`` for what is too large to be held in memory: the whole of a file that can be read twice."""

    def get(self, key: str) -> bytes:
        """The bytes, checked against the key. Raises MissingObject and DamagedObject."""

    def open(self, key: str) -> BinaryIO:
        """A reader at the start of the bytes, which were checked against the key. Raises as ``get`` does."""

    def exists(self, key: str) -> bool: ...

    def size(self, key: str) -> int:
        """In bytes. Raises MissingObject."""

    def describe(self, key: str) -> Kept:
        """The object as it would be listed now. Raises MissingObject."""

    def objects(self, owner: uuid.UUID | None = None) -> Iterator[Kept]:
        """Every object, or every one of an owner, in no order to rely on. What is not named like an object is left
        out."""

    def remove(self, kept: Kept) -> bool:
        """Remove the object if it still is as it was listed. False when it has been put again since, and stays.

        Raises RemovalRefused.
        """

    def tidy(self, older_than: float = 3600.0) -> int:
        """Remove what killed writers left half-written, in seconds of age. How many there were."""

    @property
    def resting(self) -> bool:
        """Whether callers are told no for a while, since the store did not answer the last of them."""

    def check(self, *, writing: bool = True) -> None:
        """Raises StorageUnavailable when nothing could be read or written just now; without ``writing``, when nothing
        could be read."""
