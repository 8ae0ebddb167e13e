"""Old code runs beside the new one during a deploy: so a migration only adds, and waits for nobody for long."""

import ast
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from app.blocked import MigrationBlocked
from app.database import current_revision, make_engine, newest_revision, upgrade
from app.settings import ROOT
from tests.live import environment
from tests.servers import wait_until

VERSIONS = sorted((ROOT / "migrations" / "versions").glob("[0-9]*.py"))
TAKES_AWAY = {"drop_table", "drop_column", "drop_index", "rename_table", "bulk_insert"}
HELD = "drop_constraint", "create_check_constraint"
"""May be called together: a check that is replaced by one that lets more through."""
MAKES = (
    "CREATE TRIGGER ",
    "CREATE FUNCTION ",
    "CREATE INDEX ",
    "CREATE VIRTUAL TABLE ",
    "CREATE EXTENSION IF NOT EXISTS ",
)
"""What SQL may do: make something that Alembic has no word for. A trigger must be of a table that is new, or write
nothing but a table or a column that is new."""
FILLS = re.compile(r"UPDATE (\w+) SET (\w+) =")
"""It may also fill a column that the same revision adds."""
INDEXES = re.compile(r"INSERT INTO (\w+?)(?:_key)? \([^)]*\)\s+SELECT ")
"""And an index of SQLite's that the same revision makes, or the table beside it that has whose its rows are."""
FILL = "FILL = 'UPDATE account SET age = 1'\nINDEX = 'INSERT INTO hits (a) SELECT a FROM account'"


def refusals(source: str) -> list[str]:
    """What in upgrade() code of the revision before could stumble over."""
    tree = ast.parse(source)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    reached, waiting = set(), ["upgrade"]
    while waiting:
        name = waiting.pop()
        if name in functions and name not in reached:
            reached.add(name)
            calls = [node for node in ast.walk(functions[name]) if isinstance(node, ast.Call)]
            waiting += [node.func.id for node in calls if isinstance(node.func, ast.Name)]
    calls = [node for name in reached for node in ast.walk(functions[name]) if isinstance(node, ast.Call)]
    named = [node.func.attr for node in calls if isinstance(node.func, ast.Attribute)]
    found = [name for name in named if name in TAKES_AWAY]
    if HELD[0] in named and HELD[1] not in named:
        found.append(HELD[0])
    for node in calls:
        attribute = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        options = {keyword.arg: keyword.value for keyword in node.keywords}
        if attribute == "alter_column" and options.keys() - {"server_default", "existing_type", "comment"}:
            found.append("alter_column")
        elif attribute == "add_column":
            column = next(one for one in node.args if isinstance(one, ast.Call))
            found += ["a column that must be filled"] * _must_be_filled(column)
        elif attribute == "execute" and _may_run(_statement(tree, node), calls, source):
            continue
        elif attribute in ("execute", "exec_driver_sql", "run_sync"):
            found.append(f"{attribute}: what SQL does cannot be checked here")
    return found


def _statement(tree: ast.Module, call: ast.Call) -> str:
    """The SQL that is executed, where it stands in the file as a constant."""
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    argument = call.args[0]
    return str(constants.get(argument.id, "")) if isinstance(argument, ast.Name) else ""


def _may_run(statement: str, calls: list[ast.Call], source: str) -> bool:
    if filled := FILLS.match(statement):
        return (filled[1], filled[2]) in _added(calls)
    if index := INDEXES.match(statement):
        return f"CREATE VIRTUAL TABLE {index[1]} " in source
    return statement.startswith(MAKES)


def _added(calls: list[ast.Call]) -> set[tuple[str, str]]:
    """Table and column of every add_column."""
    added = [node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr == "add_column"]
    texts = [[one.value for one in ast.walk(node) if isinstance(one, ast.Constant)] for node in added]
    return {(str(words[0]), str(words[1])) for words in texts if len(words) > 1}


def _must_be_filled(column: ast.Call) -> bool:
    options = {keyword.arg: keyword.value for keyword in column.keywords}
    nullable = options.get("nullable")
    required = isinstance(nullable, ast.Constant) and nullable.value is False
    return required and "server_default" not in options


@pytest.mark.parametrize("path", VERSIONS[1:], ids=lambda path: path.stem)
def test_every_migration_only_adds(path: Path) -> None:
    assert refusals(path.read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        'op.drop_table("unit")',
        'op.drop_column("account", "name")',
        'op.drop_index("ix")',
        'op.rename_table("a", "b")',
        'op.alter_column("account", "name", new_column_name="called")',
        'op.alter_column("account", "name", nullable=False)',
        'op.add_column("account", sa.Column("age", sa.Integer(), nullable=False))',
        'op.drop_constraint("ck", "account", type_="check")',
        'op.execute("ALTER TABLE account DROP COLUMN name")',
        "op.execute(FILL)",
        'op.add_column("account", sa.Column("name", sa.Integer())); op.execute(FILL)',
        "op.execute(DROP)",
        "op.execute(INDEX)",
        "_helper()",
    ],
)
def test_the_rule_sees_what_would_break_the_old_code(line: str) -> None:
    constants = f"DROP = 'DROP TABLE x'\n{FILL}"
    assert refusals(f"{constants}\ndef upgrade():\n    {line}\n\ndef _helper():\n    op.drop_table('x')\n")


@pytest.mark.parametrize(
    "line",
    [
        'op.create_table("unit", sa.Column("id", sa.Uuid(), nullable=False))',
        'op.add_column("account", sa.Column("age", sa.Integer()))',
        'op.add_column("account", sa.Column("age", sa.Integer(), nullable=False, server_default="0"))',
        'op.create_index("ix", "account", ["age"])',
        "op.execute(MAKE)",
        'op.add_column("account", sa.Column("age", sa.Integer())); op.execute(FILL)',
        "op.execute(FTS); op.execute(INDEX)",
    ],
)
def test_the_rule_lets_additions_through(line: str) -> None:
    constants = f"MAKE = 'CREATE TRIGGER x BEFORE DELETE ON y'\n{FILL}\n"
    constants += "FTS = 'CREATE VIRTUAL TABLE hits USING fts5(a)'"
    assert refusals(f"{constants}\ndef upgrade():\n    {line}\n\ndef downgrade():\n    op.drop_table('x')\n") == []


@pytest.mark.postgres
@pytest.mark.slow
def test_a_migration_does_not_queue_behind_a_long_transaction(postgres_url: str, tmp_path: Path) -> None:
    upgrade(postgres_url, "0001")
    engine = make_engine(postgres_url)
    with engine.connect() as busy, busy.begin():
        busy.execute(text("SELECT count(*) FROM account"))
        with pytest.raises(MigrationBlocked, match="nothing was changed"):
            upgrade(postgres_url)
        command = [sys.executable, "-m", "app.database", "upgrade"]
        environ = environment(tmp_path, DATABASE_URL=postgres_url)
        said = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
        assert said.returncode == 1
        assert said.stderr.strip().endswith("pg_stat_activity lists.")
        assert "Traceback" not in said.stderr
        with engine.connect() as other:
            assert current_revision(other) == "0001"
    upgrade(postgres_url)
    with engine.connect() as other:
        assert current_revision(other) == newest_revision()
    engine.dispose()


@pytest.mark.postgres
@pytest.mark.slow
def test_a_request_never_pays_for_waiting_for_a_migration_that_waits_for_it(postgres_url: str) -> None:
    """PostgreSQL ends one of two that wait for each other, and the one who came second at that."""
    upgrade(postgres_url, "0001")
    engine = make_engine(postgres_url)
    with ThreadPoolExecutor(1) as pool, engine.connect() as watcher:
        with engine.connect() as request, request.begin():
            request.execute(text("SELECT count(*) FROM sketch"))
            migration = pool.submit(upgrade, postgres_url)
            wait_until(lambda: _waiting(watcher), 60, "a migration that waits")
            began = time.monotonic()
            wait_until(lambda: time.monotonic() - began > 1.3, 5, "what PostgreSQL waits before it looks")
            request.execute(text("SELECT count(*) FROM account"))
        migration.result(60)
        assert current_revision(watcher) == newest_revision()
    engine.dispose()


def _waiting(watcher: Connection) -> bool:
    found = watcher.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one()
    watcher.rollback()
    return bool(found)
