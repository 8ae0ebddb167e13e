"""What an owner of the database could do to custody: triggers and constraints out of the way, then anything."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Connection, Table, delete, insert, inspect, select, text, update

from app.custody import Chain
from app.custody.canonical import canonical_row, digest
from app.database import Database
from models import NOTHING, CustodyChain, CustodyEntry

ENTRY = cast(Table, CustodyEntry.__table__)


@contextmanager
def owner(database: Database) -> Iterator[Connection]:
    """A connection that nothing holds back any more, committed at the end."""
    with database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.rollback()  # it counts from the next transaction on
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA foreign_keys=OFF")
            for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for key in inspect(connection).get_foreign_keys("custody_entry"):
                connection.execute(text(f"ALTER TABLE custody_entry DROP CONSTRAINT {key['name']}"))
            connection.execute(text("ALTER TABLE custody_entry DISABLE TRIGGER ALL"))
        yield connection
        connection.commit()


def entry(connection: Connection, chain: Chain, number: int) -> dict[str, Any]:
    query = select(ENTRY).where(ENTRY.c.chain_id == chain.id, ENTRY.c.number == number)
    return dict(connection.execute(query).mappings().one())


def change(connection: Connection, entry_id: uuid.UUID, **values: Any) -> None:
    connection.execute(update(ENTRY).where(ENTRY.c.id == entry_id).values(values))


def remove(connection: Connection, chain: Chain, number: int) -> None:
    connection.execute(delete(ENTRY).where(ENTRY.c.chain_id == chain.id, ENTRY.c.number == number))


def fork(connection: Connection, chain: Chain, number: int) -> None:
    """A second entry of this number, which follows from the one before as the first does."""
    if connection.dialect.name == "sqlite":
        # SQLite cannot drop a constraint, but a copy of the table has none.
        connection.execute(text("ALTER TABLE custody_entry RENAME TO former"))
        connection.execute(text("CREATE TABLE custody_entry AS SELECT * FROM former"))
        connection.execute(text("DROP TABLE former"))
    else:
        connection.execute(text("ALTER TABLE custody_entry DROP CONSTRAINT uq_custody_entry_chain_id_number"))
    second = {**entry(connection, chain, number), "id": uuid.uuid4(), "actor": "Somebody else"}
    connection.execute(insert(ENTRY).values({**second, "hash": digest(canonical_row(second))}))


def rewrite(connection: Connection, chain: Chain, number: int, **values: Any) -> None:
    """Change an entry and make all the hashes behind it, and the head, as if it had always been so."""
    rows = connection.execute(select(ENTRY).where(ENTRY.c.chain_id == chain.id).order_by(ENTRY.c.number)).mappings()
    previous = NOTHING
    for row in rows.all():
        changed = {**row, **(values if row["number"] == number else {}), "previous": previous}
        previous = digest(canonical_row(changed))
        change(connection, row["id"], **{**changed, "hash": previous})
    put_head(connection, chain, head=previous)


def put_head(connection: Connection, chain: Chain, **values: Any) -> None:
    connection.execute(update(CustodyChain).where(CustodyChain.id == chain.id).values(values))


def flipped(value: Any) -> Any:
    """The value with one bit turned over, and still one of its kind."""
    if isinstance(value, str):
        return value[:-1] + chr(ord(value[-1]) ^ 1)
    if isinstance(value, uuid.UUID):
        return uuid.UUID(int=value.int ^ 1)
    if isinstance(value, dt.datetime):
        return value.replace(microsecond=value.microsecond ^ 1)
    if isinstance(value, dict):
        return {**value, "to": flipped(value["to"])}
    return value ^ (1 << 10)
