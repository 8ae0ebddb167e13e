"""An installation in a temporary folder, and people in front of it, with browsers that run no script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app, workers
from app.database import Database
from app.settings import Settings
from models import Account, Role
from tests.app.drawings import drawing_png
from tests.app.web import Browser
from tests.pages.desk import Desk
from tests.people import PASSWORD, Person, add_person, quick_hashes
from tests.records import migrate


@pytest.fixture(autouse=True)
def workers_live_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that a test writes down breathes once, and a page may come late on a busy machine."""
    monkeypatch.setattr(workers, "LIVE_SECONDS", 120.0)


@pytest.fixture(scope="session", autouse=True)
def passwords_hashed_quickly() -> Iterator[None]:
    with quick_hashes():
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_env({"SEMBLANCE_VAR": str(tmp_path / "var")})


@pytest.fixture
def db(settings: Settings) -> Iterator[Session]:
    migrate(settings.database_url)
    database = Database(settings.database_url)
    with database.session() as session:
        yield session
    database.close()


@pytest.fixture
def app(settings: Settings, db: Session) -> Flask:
    return create_app(settings)


@pytest.fixture
def person(db: Session) -> Person:
    """Makes accounts with the usual password, investigators unless told otherwise."""

    def make(name: str = "Investigator", *roles: Role) -> Account:
        return add_person(db, f"{name.lower().replace(' ', '.')}@example.org", name, *roles)

    return make


@pytest.fixture
def stranger(app: Flask) -> Browser:
    """Not signed in."""
    return Browser(app)


@pytest.fixture
def desk(app: Flask, db: Session, person: Person) -> Desk:
    """A signed-in investigator with sketches to be put on the desk."""
    browser, account = Browser(app), person()
    browser.sign_in(account, PASSWORD)
    return Desk(app, db, account, browser)


@pytest.fixture(scope="session")
def png() -> bytes:
    return drawing_png(1)
