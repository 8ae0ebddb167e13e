"""The indexes by which cases and notices are searched for any letters in a row: PostgreSQL's pg_trgm. SQLite's are in
revisions 0008 and 0017.

pg_trgm may be missing, or forbidden to create, so no revision depends on it: searches ask for the same and find the
same without the indexes, only more slowly.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

log = structlog.get_logger(__name__)

INDEX = "ix_case_file_search_text"
TABLES = {"case_file": INDEX, "notice": "ix_notice_search_text", "publication": "ix_publication_search_text"}
"""Those with a ``search_text``, and the index of it."""
SQLITE = ("case_search", "notice_search", "publication_search")
"""FTS5's tables; they keep what belongs to them in others of these beginnings."""
SAMPLES = 1000
LOCK = 5_370_142

EXTENSION = text("CREATE EXTENSION IF NOT EXISTS pg_trgm")
STATE = text("SELECT i.indisvalid FROM pg_index i WHERE i.indexrelid = to_regclass(:name)")
SCHEMA = text("SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
              "WHERE e.extname = 'pg_trgm'")  # fmt: skip
COLUMN = text("SELECT 1 FROM information_schema.columns WHERE table_name = :table AND column_name = 'search_text'")


def of_models(name: str | None, kind: str, parents: Mapping[Any, object]) -> bool:  # noqa: ARG001
    """Whether something in the database is for the models to know; for Alembic's ``include_name``."""
    return not (kind == "table" and str(name).startswith(SQLITE)) and name not in TABLES.values()


def ensure_index(engine: Engine) -> None:
    """Have PostgreSQL's indexes, made without stopping whoever writes; logs why where one cannot be made."""
    if engine.dialect.name != "postgresql":
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # Not waited for: what waits for a lock is itself among what the making of an index waits for.
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
            return  # another start is making them
        try:
            for table, index in TABLES.items():
                if connection.scalar(COLUMN, {"table": table}):  # or it is a revision before there was one
                    _make(connection, table, index)
        except DBAPIError as error:
            log.warning("search_without_index", reason=str(error.orig).partition("\n")[0], see="docs/cases.md")
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})


def back_from(schema: str) -> str:
    """SQL that brings the extension into ``public`` from a schema that was put aside, where it is in that one."""
    inside = "JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm' AND n.nspname"
    return (
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_extension e {inside} = '{schema}') "
        "THEN ALTER EXTENSION pg_trgm SET SCHEMA public; END IF; END $$;"
    )


def _make(connection: Connection, table: str, index: str) -> None:
    valid = connection.scalar(STATE, {"name": index})
    if valid:
        return
    if valid is False:  # its making was interrupted
        connection.execute(text(f"DROP INDEX {index}"))
    connection.execute(EXTENSION)
    quote = connection.dialect.identifier_preparer.quote
    operators = f"{quote(connection.execute(SCHEMA).scalar_one())}.gin_trgm_ops"
    # With fewer samples every rare word is taken to be in one row of a hundred, and the index is left alone.
    connection.execute(text(f"ALTER TABLE {table} ALTER COLUMN search_text SET STATISTICS {SAMPLES}"))
    connection.execute(text(f"ANALYZE {table} (search_text)"))
    connection.execute(text(f"CREATE INDEX CONCURRENTLY {index} ON {table} USING gin (search_text {operators})"))
