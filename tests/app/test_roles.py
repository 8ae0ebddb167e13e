"""An upgrade makes the roles of the outside surfaces on PostgreSQL, with the passwords that these are started with."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect, make_url, text
from sqlalchemy.exc import ProgrammingError

from app import public, tips
from app.database import Database, main, make_engine
from app.settings import Settings
from tests.app.conftest import settings_for

pytestmark = pytest.mark.postgres
PASSWORD = "first-long-password"
SURFACES: dict[str, Callable[[Settings], Flask]] = {"public": public.create_app, "tips": tips.create_app}
ADDRESSES = {surface: f"{surface.upper()}_DATABASE_URL" for surface in SURFACES}
ADDED_TO = {"tip", "tip_message", "tip_file"}
LOOKED_INTO = {
    "alembic_version": "*",
    "publication": "slug, version, content, published_at, expires_at, ended_at",
    "setting_section": 'name, "values", object_key',
    "tip_key": "id, public, created_at, retired_at",
}
"""What the forms for tips read, none of it a tip."""


@pytest.fixture
def names(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A role's name for each surface, and the environment of `migrate`; the roles go afterwards."""
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    monkeypatch.setenv("SEMBLANCE_VAR", str(tmp_path / "var"))
    for name in ADDRESSES.values():
        monkeypatch.delenv(name, raising=False)
    made = {surface: f"{surface}_{secrets.token_hex(4)}" for surface in SURFACES}
    yield made
    with make_engine(postgres_url).begin() as owner:
        for name in made.values():
            if owner.scalar(text("SELECT true FROM pg_roles WHERE rolname = :name"), {"name": name}):
                owner.execute(text(f"DROP OWNED BY {name}"))
                owner.execute(text(f"DROP ROLE {name}"))


def address(postgres_url: str, role: str, password: str = PASSWORD) -> str:
    return make_url(postgres_url).set(username=role, password=password).render_as_string(hide_password=False)


def lets_in(kept: str, password: str) -> bool:
    """Whether PostgreSQL, which keeps a verifier of RFC 5803, would let this password in: the tests' server asks for
    none."""
    scheme, salted, keys = kept.split("$")
    count, salt = salted.split(":")
    hashed = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(count))
    key = hashlib.sha256(hmac.digest(hashed, b"Client Key", "sha256")).digest()
    return scheme == "SCRAM-SHA-256" and base64.b64decode(keys.split(":")[0]) == key


@pytest.fixture
def tips_role(postgres_url: str, names: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The records as the forms for tips reach them after an upgrade."""
    url = address(postgres_url, names["tips"])
    monkeypatch.setenv("TIPS_DATABASE_URL", url)
    main(["upgrade"])
    opened = Database(url)
    yield opened
    opened.close()


@pytest.mark.parametrize("surface", SURFACES)
def test_an_upgrade_makes_the_role_and_follows_its_password(
    postgres_url: str, names: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, surface: str
) -> None:
    for password in (PASSWORD, "another-long-password"):
        url = address(postgres_url, names[surface], password)
        monkeypatch.setenv(ADDRESSES[surface], url)
        main(["upgrade"])
        with make_engine(postgres_url).connect() as owner:
            kept = owner.scalar(
                text("SELECT rolpassword FROM pg_authid WHERE rolname = :name"), {"name": names[surface]}
            )
        assert lets_in(str(kept), password)
        assert not lets_in(str(kept), password[:-1])
        made = SURFACES[surface](settings_for(tmp_path / "own", SURFACE=surface, **{ADDRESSES[surface]: url}))
        assert made.test_client().get("/en/").status_code == 200


def test_both_are_made_at_once(postgres_url: str, names: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for surface, name in names.items():
        monkeypatch.setenv(ADDRESSES[surface], address(postgres_url, name))
    main(["upgrade"])
    with make_engine(postgres_url).connect() as owner:
        query = text("SELECT rolname, rolsuper, rolcreaterole, rolinherit FROM pg_roles WHERE rolname = ANY(:names)")
        found = {row.rolname: tuple(row)[1:] for row in owner.execute(query, {"names": list(names.values())})}
    assert found == dict.fromkeys(names.values(), (False, False, False))


def test_an_upgrade_without_their_addresses_makes_no_role(postgres_url: str, names: dict[str, str]) -> None:
    with make_engine(postgres_url).connect() as owner:
        before = set(owner.scalars(text("SELECT rolname FROM pg_roles")))
        main(["upgrade"])
        assert set(owner.scalars(text("SELECT rolname FROM pg_roles"))) == before
        assert inspect(owner).has_table("tip")


def test_the_forms_read_no_tip_and_change_nothing(tips_role: Database, postgres_url: str) -> None:
    with make_engine(postgres_url).connect() as owner:
        tables = inspect(owner).get_table_names("public")
    for table in tables:
        tries = [f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE", f"SELECT 1 FROM {table} FOR UPDATE"]
        if table not in LOOKED_INTO:
            tries.append(f"SELECT 1 FROM {table}")
        if table not in ADDED_TO:
            tries.append(f"INSERT INTO {table} DEFAULT VALUES")
        for statement in tries:
            with tips_role.engine.connect() as connection, pytest.raises(ProgrammingError, match="denied"):
                connection.execute(text(statement))
    for table, columns in LOOKED_INTO.items():
        with tips_role.engine.connect() as connection:
            connection.execute(text(f"SELECT {columns} FROM {table}"))


def test_the_forms_find_one_tip_by_its_receipt(tips_role: Database, postgres_url: str) -> None:
    add = text(
        "INSERT INTO tip (id, kind, receipt, secret_hash, reply_public, language, received_at) "
        "VALUES (gen_random_uuid(), 'tip', :receipt, '', '', 'en', now())"
    )
    with tips_role.engine.begin() as connection:
        for receipt in ("100000000001", "100000000002"):
            connection.execute(add, {"receipt": receipt})
    with tips_role.engine.connect() as connection:
        found = connection.execute(text("SELECT * FROM tip_of_receipt('100000000001')")).all()
        assert len(found) == 1
        assert connection.execute(text("SELECT * FROM tip_of_receipt('100000000003')")).all() == []
    with tips_role.engine.connect() as connection, pytest.raises(ProgrammingError, match="denied"):
        connection.execute(text("SELECT receipt FROM tip"))


def test_two_surfaces_do_not_share_a_role(
    postgres_url: str, names: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for surface in SURFACES:
        monkeypatch.setenv(ADDRESSES[surface], address(postgres_url, names["tips"]))
    with pytest.raises(SystemExit, match="name the same role"):
        main(["upgrade"])


def test_a_role_that_has_the_rights_of_another_is_refused(
    postgres_url: str, names: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with make_engine(postgres_url).begin() as owner:
        owner.execute(text(f"CREATE ROLE {names['tips']} LOGIN IN ROLE pg_read_all_data"))
    monkeypatch.setenv("TIPS_DATABASE_URL", address(postgres_url, names["tips"]))
    with pytest.raises(SystemExit, match="has the rights of pg_read_all_data as well"):
        main(["upgrade"])


def test_sqlite_knows_no_roles(
    postgres_url: str, names: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'records.db'}")
    monkeypatch.setenv("TIPS_DATABASE_URL", address(postgres_url, names["tips"]))
    with pytest.raises(SystemExit, match="Only PostgreSQL knows roles"):
        main(["upgrade"])
