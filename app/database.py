"""The records' database: engines, sessions, transactions, and the schema's version.

``python -m app.database upgrade`` brings the schema to the newest revision.
"""

import argparse
import contextlib
import datetime as dt
import functools
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Interval,
    create_engine,
    event,
    func,
    inspect,
    literal,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from app import refolding, trigrams
from app.blocked import MigrationBlocked
from app.errors import AppError
from app.settings import ROOT, Settings, SettingsError
from models import utc_now
from models.base import Base, UTCDateTime

log = structlog.get_logger(__name__)

T = TypeVar("T")

BUSY_SECONDS = 15
POSTGRES_OPTIONS = "-c timezone=utc -c jit=off -c max_parallel_workers_per_gather=0 -c random_page_cost=1.1"
"""Our queries are many and short: compiling them, or starting workers for one, takes longer than they do. And disks
have no heads to move any more, which the server's own default still reckons with."""
WRITE = {"sqlite_begin": "IMMEDIATE"}
READY, AHEAD, BEHIND = "ok", "ahead", "needs an upgrade"
UNREACHABLE = (OperationalError, InterfaceError, PoolTimeout, DisconnectionError, PendingRollbackError)
"""What may be raised, wherever records are used, while their database is away, full or restarting."""
AWAY = ("08", "40", "53", "57")
"""PostgreSQL's classes of errors: of the connection, of a transaction to be tried again, for lack of something, by
an operator."""
DISK_FULL, READ_ONLY = "53100", "25006"


def make_engine(address: str) -> Engine:
    """An engine for a SQLite file or a PostgreSQL server, set up as the records need it.

    Errors do not show parameters: they would carry e-mail addresses and file names into the logs.
    """
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=10,
        connect_args={"connect_timeout": 5, "tcp_user_timeout": 10_000, "options": POSTGRES_OPTIONS},
    )


def _sqlite_engine(url: URL) -> Engine:
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    # autocommit hands BEGIN to us: the driver's own would start every transaction as a reader.
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: object) -> None:  # noqa: ARG001
        _write_ahead(connection)
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        how = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {how}")

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Have a new file keep a write-ahead log. SQLite waits for other writers everywhere but here: beside another
    process that has just made the same file it gives up at once."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.02)


class Database:
    """One process's way to the records. ``on_work`` is told after a commit which kinds of job it added."""

    def __init__(self, url: str, on_work: Callable[[set[str]], None] | None = None) -> None:
        self.engine = make_engine(url)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, info={"on_work": on_work})

    def session(self, *, read_only: bool = False) -> Session:
        """A new session. It reads until ``transaction`` makes it write; a read-only one never will."""
        session = self._sessions()
        session.info["read_only"] = read_only
        return session

    def close(self) -> None:
        self.engine.dispose()


@contextlib.contextmanager
def transaction(db: Session) -> Iterator[None]:
    """One write: everything inside is committed together, or nothing is.

    A SQLite writer must begin as one, since a reader cannot become a writer once another has
    written; what this session read before is therefore let go, and reloads as it is touched.
    A transaction inside a transaction is part of the outer one.
    """
    if db.info.get("writing"):
        yield
        return
    if db.info.get("read_only"):
        raise RuntimeError("A request that only reads tried to write to the records.")
    if db.new or db.dirty or db.deleted:
        raise RuntimeError("Records were changed outside a transaction.")
    db.rollback()
    db.info["writing"], db.info["work"], db.info["told"], db.info["last"] = True, set(), [], {}
    try:
        db.connection(execution_options=WRITE)
        yield
        for write, things in db.info["last"].items():
            write(db, things)
        db.commit()
    except BaseException:
        db.rollback()
        raise
    finally:
        db.info["writing"] = False
    for event_name, facts in db.info["told"]:
        log.info(event_name, **facts)
    if db.info["work"] and db.info.get("on_work"):
        db.info["on_work"](db.info["work"])


def announce_work(db: Session, kind: str) -> None:
    """Have the worker woken for this kind of job once the current transaction has committed."""
    db.info["work"].add(str(kind))


def log_once_committed(db: Session, event_name: str, **facts: str) -> None:
    """Log what the current transaction does, if it comes to that."""
    db.info["told"].append((event_name, facts))


def write_last(db: Session, write: Callable[[Session, list[T]], None], thing: T) -> None:
    """Write something when everything else of the current transaction is written, right before it commits: ``write``
    is called once, with all that it was given. For what many wait for: it is held for as short as can be, and by
    everybody after whatever else they hold. Raises RuntimeError outside a transaction."""
    if not db.info.get("writing"):
        raise RuntimeError("This belongs into the transaction of what it tells of.")
    db.info["last"].setdefault(write, []).append(thing)


def add_unless_there(db: Session, row: Base) -> bool:
    """Add the row in the caller's transaction, unless there is one that it would clash with. Whether it was added;
    whoever adds the same at the same moment is waited for."""
    table = inspect(type(row)).local_table
    values = {column: getattr(row, str(column.key)) for column in table.columns}
    added = insert(db, type(row)).values(values).on_conflict_do_nothing().returning(*table.primary_key)
    return db.execute(added).first() is not None


def insert(db: Session, kind: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what to do ON CONFLICT: both databases can, each by a construct of its own."""
    return postgresql.insert(kind) if db.get_bind().dialect.name == "postgresql" else sqlite.insert(kind)


def clock(db: Session) -> dt.datetime:
    """Now, by the one clock that all machines share: the database's."""
    if db.get_bind().dialect.name == "postgresql":
        return db.execute(select(func.clock_timestamp(type_=UTCDateTime()))).scalar_one()
    return utc_now()


def ago(db: Session, span: dt.timedelta) -> ColumnElement[dt.datetime]:
    """A moment before ``clock``, as part of a query that then need not ask for the time first."""
    if db.get_bind().dialect.name == "postgresql":
        return func.clock_timestamp(type_=UTCDateTime()) - literal(span, Interval())
    return literal(utc_now() - span, UTCDateTime())


def is_unreachable(error: BaseException) -> bool:
    """Whether the database, not the statement, is what failed: it is away, restarting, full, or only readable."""
    if isinstance(error, UNREACHABLE):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlstate", None) or ""
    return error.connection_invalidated or code[:2] in AWAY or code == READ_ONLY


def is_full(error: BaseException) -> bool:
    orig = getattr(error, "orig", None)
    return "is full" in str(orig) or getattr(orig, "sqlstate", None) == DISK_FULL


def alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the schema to a revision. A schema that newer code has brought further stays as it is.

    Raises MigrationBlocked when a table stays locked.
    """
    if revision == "head" and _is_ahead(url):
        log.info("schema_is_ahead", code=newest_revision())
        return
    command.upgrade(alembic_config(url), revision)
    _make_searchable(url, newest=revision == "head")


def _make_searchable(url: str, newest: bool) -> None:
    engine = make_engine(url)
    try:
        trigrams.ensure_index(engine)
        if newest:
            refolding.refold(engine)
    finally:
        engine.dispose()


def _is_ahead(url: str) -> bool:
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return schema_state(connection) == AHEAD
    finally:
        engine.dispose()


def downgrade(url: str, revision: str) -> None:
    command.downgrade(alembic_config(url), revision)


@functools.cache
def newest_revision() -> str:
    """The revision that this code needs the database to be at."""
    return str(ScriptDirectory.from_config(alembic_config("")).get_current_head())


def current_revision(connection: Connection) -> str | None:
    """The revision that the database is at, None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def schema_state(connection: Connection) -> str:
    """READY, AHEAD or BEHIND: how the database's schema stands to this code.

    A revision that this code does not know is a newer one. It is as good as this code's own, since migrations only
    add and run before the code that needs them.
    """
    at = current_revision(connection)
    if at == newest_revision():
        return READY
    return BEHIND if at is None or at in known_revisions() else AHEAD


@functools.cache
def known_revisions() -> frozenset[str]:
    """Every revision up to this code's own."""
    return frozenset(one.revision for one in ScriptDirectory.from_config(alembic_config("")).walk_revisions())


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m app.database", description="The schema of the records.")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("upgrade", help="bring the schema to the newest revision")
    actions.add_parser("downgrade", help="go back to a revision").add_argument("revision")
    actions.add_parser("current", help="print the revision that the database is at")
    grants = actions.add_parser("grants", help="PostgreSQL: give the application's own role the rights that it needs")
    grants.add_argument("role", help="a role that owns no table; run this as the owner after each upgrade")
    grants.add_argument("--surface", choices=("public", "tips"), help="the role is that of this surface alone")
    actions.add_parser("revision", help="draft a revision from the models").add_argument("message")
    chosen = parser.parse_args(arguments)
    try:
        _act(chosen, Settings.from_env())
    except (AppError, SettingsError, MigrationBlocked) as error:
        raise SystemExit(str(error)) from None


def _act(chosen: argparse.Namespace, settings: Settings) -> None:
    url = settings.database_url
    if chosen.action == "upgrade":
        from app import roles

        upgrade(url)
        for role in roles.prepare(settings):
            log.info("role_prepared", role=role)
    elif chosen.action == "downgrade":
        downgrade(url, chosen.revision)
    elif chosen.action == "grants":
        from app.grants import grant

        with make_engine(url).begin() as connection:
            count = grant(connection, chosen.role, chosen.surface)
        what = f"do what the {chosen.surface} surface does, in" if chosen.surface else "use"
        print(f"{chosen.role} may {what} {count} tables, and change no entry of custody.")
    elif chosen.action == "revision":
        command.revision(alembic_config(url), chosen.message, autogenerate=True)
    else:
        with make_engine(url).connect() as connection:
            print(current_revision(connection) or "empty")


if __name__ == "__main__":
    main()
