"""Fixtures that every room's tests may use: real servers, started once and given out clean."""

import secrets
import time
import types
from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest
import redis

from app.storage import cloud
from tests import emulators, servers
from tests.bucket import Bucket, wired_bucket

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a real PostgreSQL server for the whole run, ending in ``/``; use ``postgres_url`` in tests."""
    with servers.postgres() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """SQLAlchemy URL of a new, empty PostgreSQL database of this test alone."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_server + "postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        yield postgres_server.replace("postgresql://", "postgresql+psycopg://") + name
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def windows_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """No window of a limit ends while a test counts: for the counters in memory, time stands still."""
    now = time.time()
    monkeypatch.setattr("limits.storage.memory.time", types.SimpleNamespace(time=lambda: now))


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """URL of a real Redis server for the whole run; use ``redis_url`` in tests."""
    with servers.redis_server() as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """URL of a real Redis that was emptied for this test."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def storage_server() -> Iterator[str]:
    """Address of a Cloud Storage emulator for the whole run; use ``bucket`` in tests."""
    with servers.storage_emulator() as url:
        yield url


@pytest.fixture
def bucket(storage_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A new, empty bucket of this test alone, behind a wire that it can watch and cut. A busy machine may keep it
    waiting; tests of waiting set how long themselves."""
    monkeypatch.setattr(cloud, "TIMEOUT", (60.0, 60.0))
    for name in ("READ_SECONDS", "WRITE_SECONDS"):
        monkeypatch.setattr(cloud, name, 60.0)
    with wired_bucket(storage_server) as made:
        yield made


@pytest.fixture(scope="session")
def auth_server() -> Iterator[emulators.AuthEmulator]:
    """A Firebase Auth emulator for the whole run, and the SDK for pages; use ``auth_emulator`` in tests."""
    emulators.firebase_sdk()
    with emulators.auth_emulator() as emulator:
        yield emulator


@pytest.fixture
def auth_emulator(auth_server: emulators.AuthEmulator, monkeypatch: pytest.MonkeyPatch) -> emulators.AuthEmulator:
    """A Firebase Auth emulator without users, where Google's library looks for one."""
    auth_server.wipe()
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", auth_server.host)
    return auth_server


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of Chromium; start it with ``tests.servers.CHROMIUM_FLAGS``."""
    return servers.chromium()


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator["Browser"]:
    """One for the whole run, whichever room's tests look through it: Playwright runs once in a process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(servers.CHROMIUM_FLAGS))
        yield browser
        browser.close()
