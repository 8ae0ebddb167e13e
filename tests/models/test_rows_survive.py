"""An upgrade or a downgrade of records that are in use loses none of them."""

import contextlib
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection, MetaData

from app.database import downgrade, make_engine, upgrade
from models import utc_now
from tests.models.test_migrations import url

__all__ = ["url"]

IDS = {name: f"{number:032x}" for number, name in enumerate(("account", "sketch", "session", "link", "job"), start=1)}


def fill(connection: Connection) -> None:
    """One row in every table that refers to others, as revision 0001 has them."""
    schema, now = MetaData(), utc_now()
    schema.reflect(connection)
    tables = schema.tables

    def add(table: str, **values: object) -> None:
        connection.execute(tables[table].insert().values(**values))

    account = {"email": "a@example.org", "name": "A", "created_at": now, "failed_attempts": 0}
    add("account", id=IDS["account"], **account)
    add("account_role", account_id=IDS["account"], role="admin")
    end = {"created_at": now, "expires_at": now, "account_id": IDS["account"]}
    add("sign_in_session", id=IDS["session"], token_hash="t", last_seen_at=now, csrf_token="c", **end)
    add("one_time_link", id=IDS["link"], token_hash="t", purpose="set_password", **end)
    picture = {"original_key": "k", "original_sha256": "s", "original_mime": "m", "original_size": 1}
    clean = {"clean_key": "k", "width": 1, "height": 1, "thumbnail_key": "k", "found_note": "", "file_name": "f"}
    sketch = {"owner_id": IDS["account"], "title": "T", "title_folded": "t", "lineage_id": IDS["sketch"], "version": 1}
    add("sketch", id=IDS["sketch"], created_at=now, **sketch, **picture, **clean)


def rows(address: str) -> dict[str, int]:
    with make_engine(address).connect() as connection:
        schema = MetaData()
        schema.reflect(connection)
        counts = {name: len(connection.execute(table.select()).all()) for name, table in schema.tables.items()}
    return {name: count for name, count in counts.items() if count and name != "alembic_version"}


@pytest.mark.parametrize("revision", ["0002", "0003", "0004"])
def test_rows_survive_up_and_down(url: str, revision: str) -> None:
    upgrade(url, "0001")
    with make_engine(url).begin() as connection:
        fill(connection)
    before = rows(url)
    assert set(before) == {"account", "account_role", "sign_in_session", "one_time_link", "sketch"}
    upgrade(url, revision)
    assert rows(url) == before
    downgrade(url, "0001")
    assert rows(url) == before


def test_an_upgrade_that_would_lose_a_reference_is_not_done(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    upgrade(f"sqlite:///{path}", "0001")
    with contextlib.closing(sqlite3.connect(path)) as plain:  # which checks no references
        plain.execute("INSERT INTO account_role VALUES ('ff', 'admin')")
        plain.commit()
    with pytest.raises(RuntimeError, match="1 rows that refer to nothing"):
        upgrade(f"sqlite:///{path}", "0002")
