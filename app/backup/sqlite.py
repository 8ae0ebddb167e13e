"""SQLite records, replaced by one rename."""

import contextlib
import fcntl
import os
import sqlite3
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from app.backup import snapshot
from app.backup.errors import TargetInUse
from app.database import upgrade
from models import Base

FORGOTTEN = ("sign_in_session", "one_time_link")
"""Tables that are emptied: a session that has been ended and a link that has been used must not come back to life."""
RUNS = "Semblance is running: stop it (Ctrl-C where `make run` runs), then run the same command again."


class Target:
    """The file of an installation."""

    def __init__(self, path: Path, var: Path) -> None:
        self._path, self._var = path, var

    def check(self, replace: bool) -> None:
        """Raises TargetInUse when the product runs, or when there are records and ``replace`` was not said."""
        for lock in self._var.glob("worker-*.lock"):
            _check_free(lock)
        if not self._path.exists():
            return
        try:
            snapshot.settle(self._path)
            filled = _filled(self._path)
        except sqlite3.OperationalError as error:
            raise TargetInUse(RUNS) from error
        except (sqlite3.DatabaseError, SQLAlchemyError):
            filled = True  # damaged records are records: they are put aside and not thrown away
        if filled and not replace:
            raise TargetInUse(
                f"There are records in {self._path} already. To put them aside and restore, add --replace "
                "(make restore FROM=... REPLACE=1)."
            )

    def prepare(self, staged: Path) -> None:
        """Bring the restored records to the newest schema, before anybody sees them."""
        upgrade(f"sqlite:///{staged}")
        with contextlib.closing(sqlite3.connect(staged)) as connection:
            for table in FORGOTTEN:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608
            connection.commit()
        snapshot.settle(staged)

    def switch(self, staged: Path, stamp: str) -> str | None:
        """Put the restored records in place of what is there, which stays under another name: that name."""
        _sync(staged)
        aside = self._path.with_name(f"{self._path.name}.before-{stamp}")
        kept = self._path.exists()
        if kept:
            try:
                snapshot.settle(self._path)
            except sqlite3.OperationalError as error:
                raise TargetInUse(RUNS) from error
            except sqlite3.DatabaseError:
                self._keep_logs(aside)
            os.link(self._path, aside)
        os.replace(staged, self._path)
        _sync(self._path.parent)
        return str(aside) if kept else None

    def _keep_logs(self, aside: Path) -> None:
        """The log of damaged records may not be read as part of the restored ones."""
        for end in ("-wal", "-shm"):
            log = self._path.with_name(f"{self._path.name}{end}")
            if log.exists():
                log.rename(aside.with_name(f"{aside.name}{end}"))


def _check_free(lock: Path) -> None:
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TargetInUse(RUNS) from None


def _filled(path: Path) -> bool:
    with snapshot.reading(path) as connection:
        # What is beside the models' tables, the index of searches, has rows from the start.
        tables = [name for name in inspect(connection).get_table_names() if name in Base.metadata.tables]
        return any(connection.exec_driver_sql(f'SELECT 1 FROM "{name}" LIMIT 1').first() for name in tables)  # noqa: S608


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
