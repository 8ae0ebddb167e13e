"""On PostgreSQL the application works as a role that owns no table: it does all its work, and cannot touch entries."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select, text
from sqlalchemy.exc import ProgrammingError

from app import create_app
from app.custody.anchoring import take
from app.database import Database, main, make_engine, upgrade
from app.errors import AppError
from app.grants import grant
from app.identity import accounts, units
from models import Account, CustodyEntry, Likeness, Role, Sketch
from tests.app.conftest import settings_for
from tests.app.web import Browser, services, work
from tests.people import add_person

pytestmark = pytest.mark.postgres

TRIES = [
    "UPDATE custody_entry SET actor = 'Nobody'",
    "DELETE FROM custody_entry",
    "TRUNCATE custody_entry",
    "TRUNCATE custody_chain CASCADE",
    "ALTER TABLE custody_entry DISABLE TRIGGER ALL",
    "ALTER TABLE custody_entry DISABLE TRIGGER custody_entry_stays",
    "DROP TRIGGER custody_entry_stays ON custody_entry",
    "DROP TABLE custody_entry CASCADE",
    "ALTER TABLE custody_entry RENAME TO other",
    "ALTER TABLE custody_entry DROP CONSTRAINT uq_custody_entry_chain_id_number",
    "CREATE OR REPLACE FUNCTION custody_entry_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "CREATE TABLE custody_shadow (id int)",
    "SET session_replication_role = replica",
    "DELETE FROM custody_chain",
    "UPDATE custody_anchor SET heads = 0",
    "DELETE FROM custody_anchor",
    "UPDATE alembic_version SET version_num = '0001'",
]


@pytest.fixture
def role(postgres_url: str) -> Iterator[str]:
    name = f"app_{secrets.token_hex(4)}"
    with make_engine(postgres_url).execution_options(isolation_level="AUTOCOMMIT").connect() as owner:
        owner.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD 'a-long-password'"))
        yield name
        owner.execute(text(f"DROP OWNED BY {name}"))
        owner.execute(text(f"DROP ROLE {name}"))


@pytest.fixture
def restricted(postgres_url: str, role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address at which the application's own role finds the records."""
    upgrade(postgres_url)
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    monkeypatch.setenv("SEMBLANCE_VAR", str(tmp_path / "var"))
    main(["grants", role])
    return make_url(postgres_url).set(username=role, password="a-long-password").render_as_string(hide_password=False)


def test_the_application_works_and_entries_are_out_of_its_reach(restricted: str, tmp_path: Path, png: bytes) -> None:
    app = create_app(settings_for(tmp_path / "var", DATABASE_URL=restricted))
    database = services(app).database
    with database.session() as db:
        unit = units.add_unit(db, "Investigations")
        account = add_person(db, "person@example.org", "Person 1", *Role)
        accounts.add_account(db, "other@example.org", "Person 2", [Role.INVESTIGATOR], [unit.id])
    browser = Browser(app)
    assert browser.sign_in(account).status_code == 303
    address = browser.upload(png).headers["Location"]
    work(app)
    wish = {"engine": "pix2pix", "seed": "0", "strength": "0.5"}
    assert browser.post(f"{address}/render", wish).status_code == 303
    work(app)
    with database.session() as db:
        likeness_id = db.scalars(select(Likeness.id)).one()
    for path in (
        address,
        f"{address}/image",
        f"{address}/custody",
        f"/likenesses/{likeness_id}/image",
        "/admin/custody",
    ):
        assert browser.get(path).status_code == 200, path
    assert browser.post("/admin/custody/verify").status_code == 200
    assert take(database, services(app).store) is not None
    assert browser.post("/sign-out").status_code == 303
    for statement in TRIES:
        with database.engine.connect() as connection, pytest.raises(ProgrammingError, match=r"denied|must be owner"):
            connection.execute(text(statement))
    with database.session() as db:
        assert (db.scalar(select(func.count()).select_from(CustodyEntry)) or 0) >= 10
        assert (db.scalar(select(func.count(Sketch.id))), db.scalar(select(func.count(Account.id)))) == (1, 2)


def test_the_owner_cannot_be_the_applications_role(postgres_url: str) -> None:
    upgrade(postgres_url)
    database = Database(postgres_url)
    owner = str(make_url(postgres_url).username)
    for name, words in ((owner, "owns the tables"), ("nobody_at_all", "There is no role nobody_at_all")):
        with database.engine.begin() as connection, pytest.raises(AppError, match=words):
            grant(connection, name)


def test_sqlite_knows_no_roles(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    upgrade(url)
    with make_engine(url).begin() as connection, pytest.raises(AppError, match="Only PostgreSQL"):
        grant(connection, "somebody")
