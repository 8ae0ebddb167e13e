"""Records on both databases, objects in a folder, and people to use them."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from app.database import Database, upgrade
from app.identity import accounts, passwords
from app.settings import Settings
from app.storage import LocalStore
from models import Account, Role
from tests.app.drawings import drawing_png

PASSWORD = "nine small teal boats"

Person = Callable[..., Account]


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Real argon2 at its lowest cost: these tests sign in hundreds of times."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", quick)
        patch.setattr(passwords, "_NOBODY", quick.hash("nobody has this password"))
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
    upgrade(database_url)
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    with database.session() as session:
        yield session


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "objects")


@pytest.fixture
def person(db: Session) -> Person:
    """Makes accounts with PASSWORD: ``person()`` is an investigator."""
    number = itertools.count(1)

    def make(*roles: Role) -> Account:
        count = next(number)
        account = accounts.add_account(
            db, f"person{count}@example.org", f"Person {count}", roles or [Role.INVESTIGATOR]
        )
        account.password_hash = passwords.hash_password(PASSWORD)
        db.commit()
        return account

    return make


@pytest.fixture(scope="session")
def png() -> bytes:
    """A drawn sketch."""
    return drawing_png(1)
