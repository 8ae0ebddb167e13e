"""How Alembic reaches the records: one connection, one transaction for everything."""

import random
import time
from typing import Literal

from alembic import context
from psycopg.errors import LockNotAvailable, QueryCanceled
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from app.blocked import MigrationBlocked
from app.database import WRITE, current_revision, make_engine, newest_revision
from app.trigrams import of_models
from models import Base
from models.base import UTCDateTime

LOCK = 5_370_141
"""Two starts at the same moment must not both upgrade the same PostgreSQL database."""
PATIENCE = "5s"
TRIES, AT_ONCE = 12, "700ms"
"""What waits for a table stands before everybody who comes later, so a migration behind one long transaction would
stop the whole site; and whoever holds one table and waits for the next can be what a request waits for while it holds
that. So all tables are taken at once, in less than the second after which PostgreSQL ends one of two that wait for
each other, or given back to be tried again."""


def _render(kind: str, item: object, autogen: object) -> str | Literal[False]:  # noqa: ARG001
    """Draft revisions without the models' own types: those may change, a revision may not."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UTCDateTime) else False


def run() -> None:
    engine = make_engine(context.config.attributes["url"])
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect().execution_options(**WRITE) as connection:
        if sqlite:
            _prepare_sqlite(connection)
        try:
            with connection.begin():
                _migrate(connection, sqlite)
        except OperationalError as error:
            if isinstance(error.orig, LockNotAvailable | QueryCanceled):
                raise MigrationBlocked from error
            raise
    engine.dispose()


def _prepare_sqlite(connection: Connection) -> None:
    """SQLite alters a table by copying and dropping it, and a drop would take along all rows that refer to it. Another
    start may be upgrading: its end is worth waiting for."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys=OFF")
    driver.execute("PRAGMA busy_timeout=600000")


def _migrate(connection: Connection, sqlite: bool) -> None:
    if not sqlite:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        # After the other start's lock, whose end is worth waiting for.
        connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
        if current_revision(connection) != newest_revision():
            _take_all_tables(connection)
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_as_batch=sqlite,
        transactional_ddl=True,
        render_item=_render,
        include_name=of_models,
    )
    with context.begin_transaction():
        context.run_migrations()
    if sqlite:
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if lost:
            raise RuntimeError(f"The upgrade would leave {len(lost)} rows that refer to nothing; nothing was changed.")


def _take_all_tables(connection: Connection) -> None:
    """Raises OperationalError when somebody holds one for too long."""
    quote = connection.dialect.identifier_preparer.quote
    tables = ", ".join(quote(name) for name in sorted(inspect(connection).get_table_names()))
    for left in reversed(range(TRIES)) if tables else ():
        try:
            with connection.begin_nested():
                connection.execute(text(f"SET LOCAL statement_timeout = '{AT_ONCE}'"))
                connection.execute(text(f"LOCK TABLE {tables}"))
            break
        except OperationalError as error:
            if not left or not isinstance(error.orig, QueryCanceled):
                raise
            time.sleep(random.uniform(0.2, 0.6))  # noqa: S311
    connection.execute(text("SET LOCAL statement_timeout = 0"))


run()
