"""Where what came in lies, sealed, until the records and the storage have it: every tip passes here, most in no time.

An entry is ``<receipt>-<message id>.json``, and its files lie beside it. It appears whole or not at all, and goes when
it has been carried.
"""

import fcntl
import os
import secrets
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import structlog

from app.storage import file_key
from app.tips import entries
from app.tips.entries import Entry, NewTip
from app.tips.ring import Sealer
from app.tips.sealing import Body
from app.tips.uploads import Upload

log = structlog.get_logger(__name__)


class Damaged(ValueError):
    """What lies there cannot be read."""


class Spool:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder

    def put(
        self, key: Sealer, tip_id: uuid.UUID, receipt: str, body: Body, uploads: Sequence[Upload],
        position: int = 1, tip: NewTip | None = None,
    ) -> Entry:  # fmt: skip
        """Keep a message durably, and take its files over from where they arrived."""
        files = []
        for number, upload in enumerate(uploads):
            path = f"{tip_id}-{number}-{secrets.token_hex(4)}"
            os.link(upload.path, self.folder / path)
            with (self.folder / path).open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                files.append(entries.sealed_file(key, upload, path, file_key(tip_id, file), size))
        made = entries.entry(key, tip_id, receipt, body, position, tip, files)
        self._write(made)
        return made

    def path(self, entry: Entry) -> Path:
        return self.folder / f"{entry.receipt}-{entry.id}.json"

    def waiting(self) -> list[Path]:
        """The entries, those first that came first."""
        found = [(path.stat().st_mtime_ns, path) for path in self.folder.glob("*.json") if path.exists()]
        return [path for _at, path in sorted(found)]

    def of_receipt(self, receipt: str) -> list[Entry]:
        """What was sent with a receipt and has not been carried yet."""
        paths = sorted(self.folder.glob(f"{receipt}-*.json"), key=lambda path: path.name)
        found = [entry for path in paths if (entry := _read(path)) is not None]
        return sorted(found, key=lambda one: one.position)

    def carry(self, path: Path, deliver: Callable[[Entry, Path], None]) -> None:
        """Have one entry delivered, unless another process is about it, and remove it then. Raises Damaged, and what
        ``deliver`` raises."""
        try:
            file = path.open("r")
        except FileNotFoundError:
            return
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            entry = _read(path)
            if entry is not None:
                deliver(entry, self.folder)
                self._remove(path, entry)
            elif path.exists():
                raise Damaged("this is no entry")

    def sweep(self, before: float) -> None:
        """Remove files that no entry speaks of: their process died before it wrote one. ``before``: seconds since
        1970."""
        named = {file.path for path in self.waiting() if (entry := _read(path)) for file in entry.files}
        for path in self._loose(named):
            if path.exists() and path.stat().st_mtime < before:
                path.unlink(missing_ok=True)

    def _loose(self, named: set[str]) -> Iterator[Path]:
        return (path for path in self.folder.iterdir() if path.suffix != ".json" and path.name not in named)

    def _write(self, entry: Entry) -> None:
        path = self.path(entry)
        made = path.with_suffix(f".{secrets.token_hex(4)}")
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(entry.to_text())
            file.flush()
            os.fsync(file.fileno())
        made.rename(path)
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _remove(self, path: Path, entry: Entry) -> None:
        path.unlink(missing_ok=True)
        for file in entry.files:
            (self.folder / file.path).unlink(missing_ok=True)


def _read(path: Path) -> Entry | None:
    try:
        return Entry.from_text(path.read_text())
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        log.error("tips_entry_damaged", entry=path.stem.partition("-")[2])
        return None
