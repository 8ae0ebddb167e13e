"""Objects: bytes kept under ``<owner>/<sha256>``, written once and never changed."""

import contextlib
import errno
import hashlib
import os
import re
import secrets
import stat
import time
import uuid
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, Protocol

from app.errors import DISK_FULL, WORDS, NotFound, StorageFull
from app.settings import Settings

KEY = re.compile(r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/([0-9a-f]{64})")
TEMPORARY = ".writing-"
NOT_OURS = frozenset({errno.ELOOP, errno.ENOTDIR})


class DamagedObject(RuntimeError):
    """What is stored is not what its key says."""


class ObjectStore(Protocol):
    """Where objects are kept. A key is ``object_key(owner, data)``; every method refuses any other."""

    def put(self, key: str, data: bytes) -> bool:
        """Keep the bytes durably before returning. False when they were there already.

        Raises StorageFull, leaving nothing behind, and ValueError when the key is not theirs.
        """

    def get(self, key: str) -> bytes:
        """The bytes, checked against the key. Raises NotFound and DamagedObject."""

    def open(self, key: str) -> BinaryIO:
        """A reader of the bytes, unchecked. Raises NotFound."""

    def exists(self, key: str) -> bool: ...

    def size(self, key: str) -> int:
        """In bytes. Raises NotFound."""

    def check(self) -> None:
        """Raises OSError when nothing could be written just now."""


def object_key(owner: uuid.UUID, data: bytes) -> str:
    return f"{owner}/{hashlib.sha256(data).hexdigest()}"


def split_key(key: str) -> tuple[str, str]:
    """Owner and sha256 of a key. Raises ValueError for anything that is not exactly one."""
    match = KEY.fullmatch(key)
    if match is None:
        raise ValueError("That is not the key of an object.")
    return match[1], match[2]


class LocalStore:
    """Objects in a local directory, one folder an owner.

    Every step is taken from an open folder and follows no symbolic link, so nothing that somebody
    plants in the directory can lead a read or a write out of it.
    """

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.root = root.resolve()

    def put(self, key: str, data: bytes) -> bool:
        owner, digest = split_key(key)
        if hashlib.sha256(data).hexdigest() != digest:
            raise ValueError("The key is not that of these bytes.")
        try:
            with self._folder(owner, make=True) as folder:
                created = not _is_kept(folder, digest, len(data)) and _put(folder, digest, data)
                os.fsync(folder)  # also for a name that a killed writer left unsynced
                return created
        except OSError as error:
            if error.errno in DISK_FULL:
                raise StorageFull(WORDS[HTTPStatus.INSUFFICIENT_STORAGE]) from error
            raise

    def get(self, key: str) -> bytes:
        with self.open(key) as file:
            data = file.read()
        if hashlib.sha256(data).hexdigest() != split_key(key)[1]:
            raise DamagedObject(f"The object {key} is damaged.")
        return data

    def open(self, key: str) -> BinaryIO:
        owner, digest = split_key(key)
        try:
            with self._folder(owner) as folder:
                # Not blocking: a planted pipe would otherwise hold the reader for ever.
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
                descriptor = os.open(digest, flags, dir_fd=folder)
        except FileNotFoundError:
            raise NotFound("What was stored here is missing.") from None
        except OSError as error:
            if error.errno in NOT_OURS:
                raise DamagedObject(f"The object {key} is not a file.") from error
            raise
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise DamagedObject(f"The object {key} is not a file.")
        return os.fdopen(descriptor, "rb")

    def exists(self, key: str) -> bool:
        try:
            self.size(key)
        except NotFound:
            return False
        return True

    def size(self, key: str) -> int:
        with self.open(key) as file:
            return os.fstat(file.fileno()).st_size

    def check(self) -> None:
        probe = self.root / f"{TEMPORARY}check-{secrets.token_hex(8)}"
        try:
            probe.write_bytes(b"?")
        finally:
            probe.unlink(missing_ok=True)

    def sweep(self, older_than: float = 3600.0) -> int:
        """Remove what killed writers left half-written, in seconds of age. How many there were."""
        before = time.time() - older_than
        left = [path for path in self.root.rglob(f"{TEMPORARY}*") if path.lstat().st_mtime < before]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    @contextlib.contextmanager
    def _folder(self, owner: str, make: bool = False) -> Iterator[int]:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
        root = os.open(self.root, flags)
        try:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(owner, 0o700, dir_fd=root)
                    os.fsync(root)
            folder = os.open(owner, flags | os.O_NOFOLLOW, dir_fd=root)
        finally:
            os.close(root)
        try:
            yield folder
        finally:
            os.close(folder)


def _put(folder: int, name: str, data: bytes) -> bool:
    """Write beside, sync, then link into place: the name appears whole, and only if it is free."""
    temporary = f"{TEMPORARY}{secrets.token_hex(16)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(temporary, flags, 0o600, dir_fd=folder), "wb") as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        except FileExistsError:
            return False
        finally:
            os.unlink(temporary, dir_fd=folder)
    return True


def _is_kept(folder: int, name: str, size: int) -> bool:
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(found.st_mode) or found.st_size != size:
        raise DamagedObject(f"The object {name} is damaged: its size is not that of its content.")
    return True


def open_store(settings: Settings) -> ObjectStore:
    """The store that the settings name; they have refused any that this version cannot use."""
    path = settings.storage_path
    if path is None:
        raise ValueError(f"Objects cannot be kept at {settings.storage_url}; use file:///…")
    return LocalStore(path)
