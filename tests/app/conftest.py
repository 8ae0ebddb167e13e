"""Records on both databases, objects in a folder, and people to use them."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.carrier import Carrier
from app.database import Database
from app.identity import units
from app.identity.firebase import client, vouching
from app.settings import Settings
from app.storage import LocalStore
from models import Account, Role, Unit
from tests.app.drawings import drawing_png
from tests.app.firebase_people import LATE, Agency
from tests.app.stores import Shelf, cloud_shelf, local_shelf
from tests.app.web import Browser
from tests.emulators import AuthEmulator
from tests.people import Member, Person, add_person, put, quick_hashes
from tests.records import migrate


@pytest.fixture(scope="session", autouse=True)
def passwords_hashed_quickly() -> Iterator[None]:
    with quick_hashes():
        yield


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'var' / 'records.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation in a temporary folder, with SQLite."""
    return settings_for(tmp_path / "var")


def settings_for(var: Path, **environ: str) -> Settings:
    return Settings.from_env({"SEMBLANCE_VAR": str(var), **environ})


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Migrated, empty records, once on each database."""
    migrate(database_url)
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def woken_database(settings: Settings) -> Iterator[Database]:
    """SQLite records that wake workers as the web process does; a room that wants them names them ``database``."""
    migrate(settings.database_url)
    opened = Database(settings.database_url, on_work=Carrier(settings).wake)
    yield opened
    opened.close()


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.session() as session:
        yield session


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "objects")


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.cloud)])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    """An empty store, once of each kind."""
    if request.param == "folder":
        return local_shelf(tmp_path / "var" / "objects")
    return cloud_shelf(request.getfixturevalue("bucket"))


@pytest.fixture
def person(db: Session) -> Person:
    """Makes accounts with PASSWORD: ``person()`` is an investigator."""
    number = itertools.count(1)

    def make(*roles: Role) -> Account:
        count = next(number)
        return add_person(db, f"person{count}@example.org", f"Person {count}", *roles)

    return make


@pytest.fixture
def unit(db: Session) -> Unit:
    return units.add_unit(db, "Investigations")


@pytest.fixture
def other_unit(db: Session) -> Unit:
    return units.add_unit(db, "Cold cases")


@pytest.fixture
def member(db: Session, person: Person) -> Member:
    """Makes accounts in units: ``member(unit)`` is an investigator."""

    def make(*of: Unit, role: Role = Role.INVESTIGATOR) -> Account:
        account = person(role)
        put(db, account, *of)
        return account

    return make


@pytest.fixture(scope="session")
def png() -> bytes:
    """A drawn sketch."""
    return drawing_png(1)


@pytest.fixture
def app(database: Database, settings: Settings) -> Flask:
    return create_app(settings)


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def signed_in(app: Flask, person: Person) -> Browser:
    browser = Browser(app)
    assert browser.sign_in(person()).status_code == 303
    return browser


@pytest.fixture
def agency(
    database_url: str, database: Database, db: Session, tmp_path: Path, auth_emulator: AuthEmulator,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Agency]:  # fmt: skip
    """IDENTITY=firebase with an emulator of it."""
    for module, name in ((client, "ATTEMPT"), (client, "DEADLINE"), (vouching, "DEADLINE")):
        monkeypatch.setattr(module, name, LATE)
    settings = settings_for(tmp_path / "var", DATABASE_URL=database_url, **auth_emulator.environ)
    yield Agency(create_app(settings), db, auth_emulator)
    auth_emulator.resume()
