"""An installation in a temporary folder, and one with people and sketches in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.settings import Settings
from tests.people import quick_hashes
from tests.records import migrate
from tests.security.world import World, build


@pytest.fixture(scope="session", autouse=True)
def passwords_hashed_quickly() -> Iterator[None]:
    with quick_hashes():
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path / "var")


def settings_for(var: Path, **environ: str) -> Settings:
    """Settings with a migrated SQLite database."""
    made = Settings.from_env({"SEMBLANCE_VAR": str(var), **environ})
    migrate(made.database_url)
    return made


@pytest.fixture
def app(settings: Settings) -> Flask:
    return create_app(settings)


@pytest.fixture
def world(app: Flask) -> World:
    return build(app)
