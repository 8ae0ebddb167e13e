"""Rows as the database has them: a value that is none of its kind any more is told, and keeps nobody from the others.

PostgreSQL knows what a time is. In SQLite's file it is text, and so are identities, words and JSON: one bit turned over
there leaves what no reader takes.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Label, Select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import NullType

BATCH = 1000
UNREADABLE = object()
"""In place of a value that cannot be read."""
Columns = Mapping[str, InstrumentedAttribute[Any]]


def raw(columns: Columns) -> list[Label[Any]]:
    """For a query that `rows` runs: the columns by these names, whatever is in them."""
    return [type_coerce(column, NullType()).label(name) for name, column in columns.items()]


def rows(connection: Connection, query: Select[*tuple[Any, ...]], columns: Columns) -> Iterator[dict[str, Any]]:
    """Each row of a query of ``raw(columns)``, one after another, in little memory."""
    readers = {name: _reader(connection, column) for name, column in columns.items()}
    for row in connection.execute(query, execution_options={"yield_per": BATCH}).mappings():
        yield {name: _value(row[name], reader) for name, reader in readers.items()}


def _reader(connection: Connection, column: InstrumentedAttribute[Any]) -> Callable[[Any], Any] | None:
    dialect = connection.dialect
    reader: Callable[[Any], Any] | None = column.type.dialect_impl(dialect).result_processor(dialect, None)
    return reader


def _value(value: Any, reader: Callable[[Any], Any] | None) -> Any:
    if value is None or reader is None:
        return value
    try:
        return reader(value)
    except (ValueError, LookupError, TypeError):
        return UNREADABLE
