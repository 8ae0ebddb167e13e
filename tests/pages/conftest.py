"""An installation in a temporary folder, and people in front of it, with browsers that run no script."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.database import Database, upgrade
from app.identity import accounts, passwords
from app.settings import Settings
from models import Account, Role
from tests.app.drawings import drawing_png
from tests.app.web import Browser
from tests.pages.desk import Desk

Person = Callable[..., Account]


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Real argon2 at its lowest cost."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", quick)
        patch.setattr(passwords, "_NOBODY", quick.hash("nobody has this password"))
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_env({"SEMBLANCE_VAR": str(tmp_path / "var")})


@pytest.fixture
def db(settings: Settings) -> Iterator[Session]:
    upgrade(settings.database_url)
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
        email = f"{name.lower().replace(' ', '.')}@example.org"
        account = accounts.add_account(db, email, name, roles or [Role.INVESTIGATOR])
        account.password_hash = passwords.hash_password(PASSWORD)
        db.commit()
        return account

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


PASSWORD = "nine small teal boats"
