"""The public surface on both databases, and a press that publishes."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import public
from app.database import Database
from app.settings import Settings
from app.storage import LocalStore
from tests.app.conftest import database, database_url, db, passwords_hashed_quickly, settings_for
from tests.published import Press

__all__ = ["database", "database_url", "db", "passwords_hashed_quickly"]

ADDRESS = "https://notices.example.org"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return settings_for(tmp_path / "var", DATABASE_URL=database_url, NOTICES_URL=ADDRESS)


@pytest.fixture
def store(settings: Settings) -> LocalStore:
    assert settings.storage_path
    return LocalStore(settings.storage_path)


@pytest.fixture
def press(db: Session, store: LocalStore) -> Press:
    return Press(db, store)


@pytest.fixture
def surface(database: Database, settings: Settings) -> Flask:
    return public.create_app(settings)


class Reader:
    """Somebody who opens pages where the public does."""

    def __init__(self, surface: Flask) -> None:
        self.client = surface.test_client(use_cookies=False)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, base_url=ADDRESS, **options)


@pytest.fixture
def reader(surface: Flask) -> Reader:
    return Reader(surface)
