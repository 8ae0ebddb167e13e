"""Probes wait no longer than told, never pile up, and know a newer schema from an older one."""

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from app import create_app
from app.carrier import Carrier
from app.database import AHEAD, BEHIND, READY, Database, schema_state, upgrade
from app.probes import SILENT, Probe, ask_all
from app.settings import Settings
from app.worker import wait_for_schema
from tests.app.conftest import settings_for
from tests.app.web import Browser
from tests.servers import redis_server, wait_until


@pytest.fixture
def database_url(settings: Settings) -> str:
    return settings.database_url


def test_what_hangs_is_asked_once_and_given_up_on() -> None:
    release, asked = threading.Event(), []

    def hang() -> str:
        asked.append(1)
        release.wait(120)
        return "ok"

    probe = Probe("part", hang, patience=0.3, fresh=0.0)
    began = time.monotonic()
    assert probe.ask().state == SILENT
    assert 0.25 < time.monotonic() - began < 20
    began = time.monotonic()
    assert [probe.ask().state for _ in range(20)] == [SILENT] * 20
    assert time.monotonic() - began < 3  # it has been waited for long enough: waiting each time would take six
    assert len(asked) == 1
    release.set()
    wait_until(lambda: probe.ask().fine, 60, "the answer")
    assert len(asked) < 20


def test_many_who_ask_at_once_share_one_look() -> None:
    asked = []

    def look() -> str:
        asked.append(1)
        return "ok"

    probe = Probe("part", look, fresh=60.0)
    threads = [threading.Thread(target=probe.ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1


def test_a_look_that_breaks_is_not_fine_and_does_not_spread() -> None:
    def fail() -> str:
        raise RuntimeError("secret")

    found = ask_all({"bad": Probe("bad", fail), "good": Probe("good", lambda: "ok")})
    assert {name: one.state for name, one in found.items()} == {"bad": "broken", "good": "ok"}
    assert not found["bad"].fine


def set_revision(database: Database, revision: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :now"), {"now": revision})


@pytest.mark.parametrize("revision,state,status", [("9999", AHEAD, 200), ("0001", BEHIND, 503)])
def test_a_newer_schema_is_ready_and_an_older_one_is_not(
    database: Database, settings: Settings, revision: str, state: str, status: int
) -> None:
    with database.engine.connect() as connection:
        assert schema_state(connection) == READY
    set_revision(database, revision)
    with database.engine.connect() as connection:
        assert schema_state(connection) == state
    answer = Browser(create_app(settings)).get("/readyz")
    assert (answer.status_code, answer.get_json()["database"]) == (status, state)


def test_an_older_images_migration_leaves_a_newer_schema_alone(database: Database, settings: Settings) -> None:
    set_revision(database, "9999")
    upgrade(settings.database_url)
    with database.engine.connect() as connection:
        assert schema_state(connection) == AHEAD


def test_a_worker_starts_on_a_newer_schema_and_waits_for_an_older_one(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.worker.SCHEMA_SECONDS", 0.0)
    set_revision(database, "9999")
    wait_for_schema(database, threading.Event())
    set_revision(database, "0001")
    with pytest.raises(SystemExit, match="need `python"):
        wait_for_schema(database, threading.Event())


@pytest.mark.redis
def test_without_redis_work_is_delayed_and_the_process_is_ready(tmp_path: Path) -> None:
    with redis_server() as url:
        settings = settings_for(tmp_path / "var", REDIS_URL=url)
        upgrade(settings.database_url)
        browser = Browser(create_app(settings))
        assert browser.get("/readyz").get_json()["carrier"] == "ok"
        assert Carrier(settings).answers()
    wait_until(lambda: browser.get("/readyz").get_json()["carrier"] == "delayed", 60, "the probe's notice")
    answer = browser.get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "ok")
