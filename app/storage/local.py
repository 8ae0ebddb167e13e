"""Objects in a local directory, one folder an owner."""

import contextlib
import datetime as dt
import errno
import fcntl
import hashlib
import io
import os
import secrets
import shutil
import stat
import time
import uuid
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from app.errors import DISK_FULL, WORDS, StorageFull
from app.storage.keys import DIGEST, OWNER, check_bytes, check_file, file_sha256, split_key
from app.storage.store import RENEW_AGE, DamagedObject, Kept, MissingObject, RemovalRefused, StorageUnavailable

TEMPORARY = ".writing-"
CHUNK = 2**18
NOT_OURS = frozenset({errno.ELOOP, errno.ENOTDIR})
AWAY = frozenset({errno.ENOENT, errno.EIO, errno.ESTALE, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENODEV})
"""The disk is gone, broken, or not for this process."""


class LocalStore:
    """Every step is taken from an open folder and follows no symbolic link, so nothing that somebody
    plants in the directory can lead a read or a write out of it.
    """

    def __init__(self, root: Path, own: uuid.UUID | None = None) -> None:
        """``own``: under whom alone this process puts objects, where nothing else of the directory may be its own."""
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.root = root.resolve()
        self._written = self.root / str(own) if own else self.root

    def put(self, key: str, data: bytes) -> bool:
        check_bytes(key, data)
        return self._keep(key, io.BytesIO(data))

    def put_file(self, key: str, file: BinaryIO) -> bool:
        check_file(key, file)
        return self._keep(key, file)

    def _keep(self, key: str, file: BinaryIO) -> bool:
        owner, digest = split_key(key)
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        try:
            with self._folder(owner, make=True) as folder:
                # Shared with other writers; a sweep that removes this very object waits, or we write it anew.
                fcntl.flock(folder, fcntl.LOCK_SH)
                created = not _is_kept(folder, key, size) and _put(folder, digest, file)
                os.fsync(folder)  # also for a name that a killed writer left unsynced
                return created
        except OSError as error:
            if error.errno in DISK_FULL:
                raise StorageFull(WORDS[HTTPStatus.INSUFFICIENT_STORAGE]) from error
            if error.errno in AWAY:
                raise self._unavailable(error) from error
            raise

    def get(self, key: str) -> bytes:
        with self._open(key) as file:
            data = file.read()
        if hashlib.sha256(data).hexdigest() != split_key(key)[1]:
            raise DamagedObject(key)
        return data

    def open(self, key: str) -> BinaryIO:
        file = self._open(key)
        try:
            if file_sha256(file) != split_key(key)[1]:
                raise DamagedObject(key)
        except BaseException:
            file.close()
            raise
        return file

    def exists(self, key: str) -> bool:
        try:
            self.size(key)
        except MissingObject:
            return False
        return True

    def size(self, key: str) -> int:
        with self._open(key) as file:
            return os.fstat(file.fileno()).st_size

    def describe(self, key: str) -> Kept:
        with self._open(key) as file:
            return _listed(key, os.fstat(file.fileno()))

    def objects(self, owner: uuid.UUID | None = None) -> Iterator[Kept]:
        with self._reading(), os.scandir(self.root) as owners:
            for one in owners:
                wanted = one.name == str(owner) if owner else OWNER.fullmatch(one.name)
                if wanted and one.is_dir(follow_symlinks=False):
                    yield from _kept_in(one)

    def remove(self, kept: Kept) -> bool:
        owner, digest = split_key(kept.key)
        try:
            with self._folder(owner) as folder:
                fcntl.flock(folder, fcntl.LOCK_EX)
                if str(os.stat(digest, dir_fd=folder, follow_symlinks=False).st_mtime_ns) != kept.version:
                    return False
                os.unlink(digest, dir_fd=folder)
                os.fsync(folder)
        except FileNotFoundError:
            return True
        except PermissionError as error:
            raise RemovalRefused(f"The folder of {kept.key} cannot be changed: {error.strerror}.") from error
        return True

    @property
    def resting(self) -> bool:
        return False  # a folder answers at once, or says at once that it does not

    def tidy(self, older_than: float = 3600.0) -> int:
        before = time.time() - older_than
        removed = 0
        for path in self.root.rglob(f"{TEMPORARY}*"):
            with contextlib.suppress(FileNotFoundError):  # finished, or removed by another, meanwhile
                if path.lstat().st_mtime < before:
                    path.unlink()
                    removed += 1
        return removed

    def check(self, *, writing: bool = True) -> None:
        if not writing:
            with self._reading(), os.scandir(self.root):
                return
        probe = self._written / f"{TEMPORARY}check-{secrets.token_hex(8)}"
        try:
            if self._written != self.root:
                self._written.mkdir(exist_ok=True, mode=0o700)
            probe.write_bytes(b"?")
        except OSError as error:
            raise self._unavailable(error) from error
        finally:
            with contextlib.suppress(OSError):
                probe.unlink(missing_ok=True)

    def _open(self, key: str) -> BinaryIO:
        owner, digest = split_key(key)
        try:
            with self._reading(), self._folder(owner) as folder:
                # Not blocking: a planted pipe would otherwise hold the reader for ever.
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
                descriptor = os.open(digest, flags, dir_fd=folder)
        except FileNotFoundError:
            raise MissingObject(key) from None
        except OSError as error:
            if error.errno in NOT_OURS:
                raise DamagedObject(key) from error
            raise
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise DamagedObject(key)
        return os.fdopen(descriptor, "rb")

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            # A missing file is one object's matter, a missing root everybody's.
            if error.errno in AWAY and (error.errno != errno.ENOENT or not self.root.is_dir()):
                raise self._unavailable(error) from error
            raise

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

    def _unavailable(self, error: OSError) -> StorageUnavailable:
        return StorageUnavailable(f"The storage folder {self.root} cannot be used: {error.strerror or error}.")


def _kept_in(owner: os.DirEntry[str]) -> Iterator[Kept]:
    with os.scandir(owner.path) as files:
        for file in files:
            if DIGEST.fullmatch(file.name) and file.is_file(follow_symlinks=False):
                try:
                    found = file.stat(follow_symlinks=False)
                except FileNotFoundError:  # removed meanwhile
                    continue
                yield _listed(f"{owner.name}/{file.name}", found)


def _listed(key: str, found: os.stat_result) -> Kept:
    return Kept(key, found.st_size, dt.datetime.fromtimestamp(found.st_mtime, dt.UTC), str(found.st_mtime_ns))


def _put(folder: int, name: str, source: BinaryIO) -> bool:
    """Write beside, sync, then link into place: the name appears whole, and only if it is free."""
    temporary = f"{TEMPORARY}{secrets.token_hex(16)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(temporary, flags, 0o600, dir_fd=folder), "wb") as file:
        try:
            shutil.copyfileobj(source, file, CHUNK)
            file.flush()
            os.fsync(file.fileno())
            os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        except FileExistsError:
            return False
        finally:
            os.unlink(temporary, dir_fd=folder)
    return True


def _is_kept(folder: int, key: str, size: int) -> bool:
    """Whether the object is there; one that has been there for long gets a new time."""
    name = split_key(key)[1]
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(found.st_mode) or found.st_size != size:
        raise DamagedObject(key)
    if time.time() - found.st_mtime > RENEW_AGE.total_seconds():
        os.utime(name, dir_fd=folder, follow_symlinks=False)
    return True
