"""The records as they are at one moment, in a file; nobody who writes them waits."""

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, make_url, select, text

from app.backup import clients
from app.backup.errors import BackupError
from app.database import current_revision, known_revisions, make_engine
from app.sweep import key_columns
from models import Base


@dataclass(frozen=True)
class Snapshot:
    """``named`` gives the column for every key that a row names; ``rows`` the count of each table."""

    database: str
    revision: str
    rows: dict[str, int]
    named: dict[str, str]


def take(engine: Engine, path: Path) -> Snapshot:
    """Copy the records into ``path``. Raises BackupError."""
    path.unlink(missing_ok=True)
    if engine.dialect.name == "sqlite":
        _copy_sqlite(Path(str(engine.url.database)), path)
        with reading(path) as connection:
            return describe(connection)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
        described = describe(connection)
        moment = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        address, environ = clients.target(engine.url.render_as_string(hide_password=False))
        options = ["--format=custom", "--no-owner", "--no-privileges", "--schema=public", f"--snapshot={moment}"]
        clients.run("pg_dump", [*options, "--lock-wait-timeout=30s", f"--file={path}", f"--dbname={address}"], environ)
        return described


@contextlib.contextmanager
def reading(path: Path) -> Iterator[Connection]:
    """A connection to a copy of SQLite records."""
    engine = make_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
        settle(path)


def settle(path: Path) -> None:
    """Make a SQLite file one file again, without a log beside it.

    Raises sqlite3.OperationalError while others use it.
    """
    with contextlib.closing(sqlite3.connect(path, timeout=0.0)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _copy_sqlite(source: Path, path: Path) -> None:
    if not source.is_file():
        raise BackupError(f"There are no records at {source}.")
    try:
        with (
            contextlib.closing(sqlite3.connect(source, timeout=15.0)) as live,
            contextlib.closing(sqlite3.connect(path)) as copy,
        ):
            live.backup(copy, pages=-1)  # in one go: it reads one moment, and a log lets others write meanwhile
            (said,) = copy.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        raise BackupError(f"The records in {source} cannot be copied ({said}). If they are damaged, restore a back-up.")


def describe(connection: Connection) -> Snapshot:
    """What these records hold. Raises BackupError when this code does not know their schema."""
    revision = current_revision(connection)
    if revision is None:
        raise BackupError("There are no records yet: nothing to back up.")
    if revision not in known_revisions():
        raise BackupError(f"The records are at revision {revision}, which is newer than this code: use the newer code.")
    inspector = inspect(connection)
    present = set(inspector.get_table_names())
    tables = [table for table in Base.metadata.sorted_tables if table.name in present]
    rows = {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}
    named: dict[str, str] = {}
    for column in key_columns():
        table = column.table.name
        # Records that are still to be upgraded may lack what the newest code knows.
        if table in present and column.name in {one["name"] for one in inspector.get_columns(table)}:
            keys = connection.execute(select(column).where(column.is_not(None)))
            named.update((key, f"{table}.{column.name}") for (key,) in keys)
    return Snapshot(connection.dialect.name, revision, rows, named)


def sqlite_path(url: str) -> Path | None:
    """The file of SQLite records, None for a server's."""
    parts = make_url(url)
    return Path(str(parts.database)) if parts.get_backend_name() == "sqlite" else None
