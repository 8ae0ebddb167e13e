"""Files on their way in, sealed as they arrive: ``<id>`` holds the sealed bytes, ``<id>.json`` how far they are good.

The key of a file is made here, given to the sender's browser and kept by it alone until the tip comes. So what lies in
the folder cannot be opened by this process either, once the request is over. A piece is written, synced, and only then
counted: whatever a killed process left beyond the count is cut off by the next piece.
"""

import base64
import contextlib
import fcntl
import hashlib
import hmac
import json
import os
import secrets
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, BinaryIO

from flask_babel import gettext as _

from app.errors import Conflict, NotFound, Refused
from app.tips.sealing import KEY_BYTES, Segment

MOST = 100 * 10**6
"""Bytes of one file."""
CHUNK = 4 * 2**20
"""Bytes of one piece of a file that comes in pieces."""
KEPT, KEPT_EMPTY = 24 * 3600, 3600
"""Seconds after which a file that no tip asked for goes, and one of which nothing came."""


@dataclass(frozen=True)
class Progress:
    """``size``: bytes taken, in clear; ``sealed``: bytes of the sealed file that are good."""

    lock: str
    size: int = 0
    segments: int = 0
    sealed: int = 0


@dataclass(frozen=True)
class Upload:
    """A file that has arrived, and what opens it."""

    path: Path
    key: bytes
    name: str
    mime: str
    size: int
    segments: int


class TooLarge(Refused):
    def __init__(self) -> None:
        super().__init__(_("A file can have at most 100 MB. Send a shorter video, or several files."))


class Misplaced(Conflict):
    """A piece does not follow what is there; ``size`` is what is there."""

    def __init__(self, size: int) -> None:
        super().__init__(_("This piece does not follow what has arrived so far."))
        self.size = size


class Gone(NotFound):
    def __init__(self) -> None:
        super().__init__(_("A file did not arrive whole. Choose it once more and send again."))


class Uploads:
    """The folder of one installation; several processes may share it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder

    def begin(self) -> tuple[str, bytes]:
        """A new, empty file: its id and its key, which is kept nowhere."""
        name, key = str(uuid.uuid4()), secrets.token_bytes(KEY_BYTES)
        (self.folder / name).touch(mode=0o600)
        self._note(name, Progress(_lock_of(key)))
        return name, key

    def progress(self, name: str, key: bytes) -> Progress:
        """Raises Gone, also for another key than that of the file."""
        try:
            found = Progress(**json.loads(self._side(name).read_text()))
        except (OSError, ValueError, TypeError):
            raise Gone from None
        if not hmac.compare_digest(found.lock, _lock_of(key)):
            raise Gone
        return found

    def append(self, name: str, key: bytes, offset: int, data: IO[bytes], most: int = CHUNK) -> int:
        """Take the next piece; how many bytes there are now. Raises Gone, Misplaced, TooLarge."""
        with self._held(name) as file:
            before = self.progress(name, key)
            if before.size != offset:
                raise Misplaced(before.size)
            file.truncate(before.sealed)
            file.seek(before.sealed)
            segment = Segment(file, key, before.segments)
            while piece := data.read(2**16):
                if before.size + segment.size + len(piece) > MOST or segment.size + len(piece) > most:
                    raise TooLarge
                segment.write(piece)
            segment.finish()
            file.flush()
            os.fsync(file.fileno())
            size = before.size + segment.size
            self._note(name, Progress(before.lock, size, before.segments + 1, file.tell()))
        return size

    def finished(self, name: str, key: bytes, title: str, mime: str) -> Upload:
        """What has arrived, as a tip names it. Raises Gone."""
        with self._held(name) as file:
            found = self.progress(name, key)
            if found.segments == 0:
                raise Gone
            file.truncate(found.sealed)
        return Upload(self._path(name), key, title, mime, found.size, found.segments)

    @contextlib.contextmanager
    def handing_over(self, some: Sequence[Upload]) -> Iterator[None]:
        """While a tip takes these over, and until they are dropped, no piece changes them: one that comes late finds
        its file gone. Raises Gone."""
        names = sorted(one.path.name for one in some)  # in one order, whoever asks
        with contextlib.ExitStack() as held:
            for name in names:
                held.enter_context(self._held(name))
                if not self._path(name).exists():  # another tip was faster
                    raise Gone
            yield
            for name in names:
                self.drop(name)

    def drop(self, name: str) -> None:
        self._side(name).unlink(missing_ok=True)
        self._path(name).unlink(missing_ok=True)

    def sweep(self, now: float | None = None) -> int:
        """Remove what no tip has asked for. How many files."""
        now = time.time() if now is None else now
        old = [path for path in self.folder.iterdir() if _changed(path) < now - _kept(path)]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _path(self, name: str) -> Path:
        try:
            return self.folder / str(uuid.UUID(name))
        except ValueError:
            raise Gone from None

    def _side(self, name: str) -> Path:
        return self._path(name).with_suffix(".json")

    @contextlib.contextmanager
    def _held(self, name: str) -> Iterator[BinaryIO]:
        try:
            file = self._path(name).open("r+b")
        except FileNotFoundError:
            raise Gone from None
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file

    def _note(self, name: str, progress: Progress) -> None:
        side = self._side(name)
        made = side.with_suffix(f".{secrets.token_hex(4)}")
        made.write_text(json.dumps(asdict(progress)))
        made.replace(side)


class Part:
    """A file of a plain form, which Werkzeug writes into as it reads it: it never lies anywhere in clear."""

    def __init__(self, uploads: Uploads, name: str, mime: str) -> None:
        self._uploads, self._title, self._mime = uploads, name, mime
        self._open: tuple[str, bytes, BinaryIO, Segment] | None = None
        self.upload: Upload | None = None
        """What has arrived; None for a field in which no file was chosen."""

    def write(self, data: bytes) -> int:
        if not data:
            return 0
        if self._open is None:
            name, key = self._uploads.begin()
            file = (self._uploads.folder / name).open("r+b")
            self._open = name, key, file, Segment(file, key, 0)
        if self._open[3].size + len(data) > MOST:
            raise TooLarge
        return self._open[3].write(data)

    def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002
        """Werkzeug goes back to the start when it has written everything."""
        if self._open is not None and self.upload is None:
            name, key, file, segment = self._open
            segment.finish()
            file.flush()
            os.fsync(file.fileno())
            file.close()
            path = self._uploads.folder / name
            self.upload = Upload(path, key, self._title, self._mime, segment.size, 1)
        return 0

    def close(self) -> None:
        """After the request: whatever no tip has taken over goes."""
        if self._open is not None:
            self._open[2].close()
            self._uploads.drop(self._open[0])
            self._open = None


def key_text(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode()


def read_key(text: str) -> bytes:
    """Raises Gone."""
    try:
        key = base64.urlsafe_b64decode(text.encode("ascii"))
    except (ValueError, UnicodeError):
        raise Gone from None
    if len(key) != KEY_BYTES:
        raise Gone
    return key


def _lock_of(key: bytes) -> str:
    return hashlib.blake2b(key, digest_size=16, person=b"semblance upload").hexdigest()


def _kept(path: Path) -> int:
    """By whether anything has come of the file, or of the one whose progress it is."""
    try:
        return KEPT if path.with_suffix("").stat().st_size else KEPT_EMPTY
    except FileNotFoundError:
        return KEPT


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
