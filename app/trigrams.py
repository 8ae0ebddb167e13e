"""The index by which cases are searched for any letters in a row: PostgreSQL's pg_trgm. SQLite's is in revision 0008.

pg_trgm may be missing, or forbidden to create, so no revision depends on it: searches ask for the same and find the
same without the index, only more slowly.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

log = structlog.get_logger(__name__)

INDEX = "ix_case_file_search_text"
SQLITE = "case_search"
"""FTS5's table; it keeps what belongs to it in others of this beginning."""
SAMPLES = 1000
LOCK = 5_370_142

EXTENSION = text("CREATE EXTENSION IF NOT EXISTS pg_trgm")
STATE = text("SELECT i.indisvalid FROM pg_index i WHERE i.indexrelid = to_regclass(:name)")
SCHEMA = text("SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
              "WHERE e.extname = 'pg_trgm'")  # fmt: skip


def of_models(name: str | None, kind: str, parents: Mapping[Any, object]) -> bool:  # noqa: ARG001
    """Whether something in the database is for the models to know; for Alembic's ``include_name``."""
    return not (kind == "table" and str(name).startswith(SQLITE)) and name != INDEX


def ensure_index(engine: Engine) -> None:
    """Have PostgreSQL's index, made without stopping whoever writes; logs why where it cannot be made."""
    if engine.dialect.name != "postgresql":
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT to_regclass('case_file') IS NOT NULL")):
            return  # a revision before there were cases
        # Not waited for: what waits for a lock is itself among what the making of an index waits for.
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
            return  # another start is making it
        try:
            _make(connection)
        except DBAPIError as error:
            log.warning("case_search_without_index", reason=str(error.orig).partition("\n")[0], see="docs/cases.md")
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})


def back_from(schema: str) -> str:
    """SQL that brings the extension into ``public`` from a schema that was put aside, where it is in that one."""
    inside = "JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm' AND n.nspname"
    return (
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_extension e {inside} = '{schema}') "
        "THEN ALTER EXTENSION pg_trgm SET SCHEMA public; END IF; END $$;"
    )


def _make(connection: Connection) -> None:
    valid = connection.scalar(STATE, {"name": INDEX})
    if valid:
        return
    if valid is False:  # its making was interrupted
        connection.execute(text(f"DROP INDEX {INDEX}"))
    connection.execute(EXTENSION)
    quote = connection.dialect.identifier_preparer.quote
    operators = f"{quote(connection.execute(SCHEMA).scalar_one())}.gin_trgm_ops"
    # With fewer samples every rare word is taken to be in one case of a hundred, and the index is left alone.
    connection.execute(text(f"ALTER TABLE case_file ALTER COLUMN search_text SET STATISTICS {SAMPLES}"))
    connection.execute(text("ANALYZE case_file (search_text)"))
    connection.execute(text(f"CREATE INDEX CONCURRENTLY {INDEX} ON case_file USING gin (search_text {operators})"))
