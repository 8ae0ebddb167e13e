"""An installation with somebody's sketch and likeness in it, and a program with an access token."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app, workers
from app.database import Database
from app.identity import access_tokens
from app.settings import Settings
from models import Account, Scope
from tests.api.program import Program, contract
from tests.app.drawings import drawing_png
from tests.app.web import services
from tests.people import Person, add_person, quick_hashes
from tests.records import migrate

Issue = Callable[..., Program]


@pytest.fixture(autouse=True)
def workers_live_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that a test writes down breathes once, and a page may come late on a busy machine."""
    monkeypatch.setattr(workers, "LIVE_SECONDS", 120.0)


@pytest.fixture(scope="session", autouse=True)
def passwords_hashed_quickly() -> Iterator[None]:
    with quick_hashes():
        yield


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once of each kind; a module for which one is enough overrides it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'var' / 'records.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    migrate(database_url)
    return Settings.from_env({"SEMBLANCE_VAR": str(tmp_path / "var"), "DATABASE_URL": database_url})


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    made = create_app(settings)
    yield made
    services(made).database.close()


@pytest.fixture
def db(app: Flask) -> Iterator[Session]:
    database = Database(services(app).settings.database_url)
    with database.session() as session:
        yield session
    database.close()


@pytest.fixture
def person(db: Session) -> Person:
    """Makes accounts with the usual password, investigators unless told otherwise."""

    def make(name: str = "Person 1", *roles: object) -> Account:
        return add_person(db, f"{name.lower().replace(' ', '.')}@example.org", name, *roles)  # type: ignore[arg-type]

    return make


@pytest.fixture
def account(person: Person) -> Account:
    return person()


@pytest.fixture
def issue(app: Flask, db: Session, account: Account) -> Issue:
    """Makes programs that act for ``account`` or another, with every scope or with those that are named."""

    def make(*scopes: Scope, of: Account | None = None) -> Program:
        made = access_tokens.issue(db, of or account, "for a test", scopes or list(Scope), 30)
        return Program(app, made.token, contract(app))

    return make


@pytest.fixture
def program(issue: Issue) -> Program:
    """Acts for ``account`` with every scope. Each of its answers is held to the document."""
    return issue()


@pytest.fixture(scope="session")
def png() -> bytes:
    return drawing_png(1)


@pytest.fixture
def unlimited(settings: Settings) -> Settings:
    return dataclasses.replace(settings, rate_limits=False)
