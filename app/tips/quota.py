"""How much room tips may take: on the disk while they wait, and in a day altogether.

Files may use nine tenths of both, so that a flood of videos leaves room for those who only write.
"""

import fcntl
import os
import time
from collections.abc import Iterable
from pathlib import Path

import structlog
from flask_babel import gettext as _

from app.errors import StorageFull
from app.tips.flood import DAY, Clock

log = structlog.get_logger(__name__)

FOR_FILES = 0.9


class NoRoom(StorageFull):
    def __init__(self, files: bool) -> None:
        super().__init__(
            _("There is no room for files just now. Send what you know in words; files can follow with your receipt.")
            if files
            else _("There is no room for more tips just now. Please try again later, or call the agency.")
        )


class Quota:
    """``waiting`` bytes may lie in the folders at once, ``daily`` may be taken in a day (UTC)."""

    def __init__(
        self, folders: Iterable[Path], counted: Path, waiting: int, daily: int, clock: Clock = time.time
    ) -> None:
        self._folders, self._counted = tuple(folders), counted
        self._waiting, self._daily, self._clock = waiting, daily, clock

    def take(self, size: int, *, files: bool) -> None:
        """Count so many bytes as taken. Raises NoRoom, and nothing was counted."""
        self.check(size, files=files)
        self.count(size)

    def check(self, size: int, *, files: bool) -> None:
        """Whether there is room for so many bytes. Raises NoRoom."""
        share = FOR_FILES if files else 1.0
        if self.lying() + size > self._waiting * share:
            log.error("tips_disk_full", files=files)
            raise NoRoom(files)
        if self.count(0) + size > self._daily * share:
            log.error("tips_day_full", files=files)
            raise NoRoom(files)

    def count(self, size: int) -> int:
        """Count so many bytes as taken; how many that makes today."""
        # Kept in a file, which all processes share and the next start still finds.
        with os.fdopen(os.open(self._counted, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            today = int(self._clock() // DAY)
            taken = _taken(file.read(), today) + size
            file.seek(0)
            file.truncate()
            file.write(f"{today} {taken}")
        return taken

    def lying(self) -> int:
        """Bytes in the folders."""
        return sum(_size(path) for folder in self._folders for path in folder.glob("*"))


def _taken(text: str, today: int) -> int:
    day, _sep, taken = text.partition(" ")
    return int(taken) if day == str(today) and taken.isdigit() else 0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
