"""The schema that the migrations make is the one that the models say, and every step can be undone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, inspect

from app.database import (
    alembic_config,
    current_revision,
    downgrade,
    main,
    make_engine,
    newest_revision,
    upgrade,
)
from app.settings import ROOT
from app.trigrams import of_models
from models import Base


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'records.db'}"
    address: str = request.getfixturevalue("postgres_url")
    return address


def tables(url: str) -> set[str]:
    found = set(inspect(make_engine(url)).get_table_names()) - {"alembic_version"}
    return {name for name in found if of_models(name, "table", {})}


def differences(url: str) -> list[object]:
    with make_engine(url).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": of_models})
        return list(compare_metadata(context, Base.metadata))


def test_there_is_one_newest_revision() -> None:
    assert len(ScriptDirectory.from_config(alembic_config("")).get_heads()) == 1


def test_up_down_up(url: str) -> None:
    revisions = [script.revision for script in ScriptDirectory.from_config(alembic_config("")).walk_revisions()]
    for revision in reversed(revisions):
        upgrade(url, revision)
        downgrade(url, "-1")
        upgrade(url, revision)
    assert tables(url) == set(Base.metadata.tables)
    downgrade(url, "base")
    assert tables(url) == set()
    upgrade(url)
    assert tables(url) == set(Base.metadata.tables)


def test_the_schema_is_that_of_the_models(url: str) -> None:
    upgrade(url)
    assert differences(url) == []


def test_every_checked_word_of_the_models_is_checked_by_the_database(url: str) -> None:
    upgrade(url)
    inspector = inspect(make_engine(url))
    for table in Base.metadata.sorted_tables:
        wanted = {str(check.name) for check in table.constraints if isinstance(check, CheckConstraint)}
        found = {str(check["name"]) for check in inspector.get_check_constraints(table.name)}
        assert found == wanted, table.name


def test_a_difference_would_be_noticed(url: str) -> None:
    upgrade(url)
    with make_engine(url).begin() as connection:
        connection.exec_driver_sql("ALTER TABLE worker ADD COLUMN extra INTEGER")
        connection.exec_driver_sql("DROP INDEX ix_worker_name")
    assert len(differences(url)) == 2


def test_starting_twice_at_once_upgrades_once(url: str, tmp_path: Path) -> None:
    environ = {**os.environ, "DATABASE_URL": url, "SEMBLANCE_VAR": str(tmp_path / "var")}
    command = [sys.executable, "-m", "app.database", "upgrade"]
    starts = [subprocess.Popen(command, cwd=ROOT, env=environ) for _ in range(3)]
    assert [start.wait(600) for start in starts] == [0, 0, 0]
    assert tables(url) == set(Base.metadata.tables)


def test_the_command_upgrades_and_tells_where_it_is(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("SEMBLANCE_VAR", str(tmp_path / "var"))
    main(["current"])
    main(["upgrade"])
    main(["current"])
    assert capsys.readouterr().out.split() == ["empty", newest_revision()]
    with make_engine(url).connect() as connection:
        assert current_revision(connection) == newest_revision()
