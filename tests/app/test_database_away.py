"""A database that is really stopped, frozen and started again: 503 and never 500, and everything goes on by itself."""

import io
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg.errors
import pytest
from flask import Flask
from sqlalchemy import exc, select

from app import create_app
from app.carrier import Carrier
from app.context import close_db
from app.database import Database, is_unreachable, upgrade
from app.settings import Settings
from app.storage import open_store
from app.studio import service
from models import Job, JobState, Role
from tests.app.conftest import settings_for
from tests.app.crew import crew
from tests.app.drawings import drawing_png
from tests.app.web import Browser, services
from tests.people import add_person
from tests.servers import START_SECONDS, wait_until
from tests.switches import PostgresSwitch, postgres_switch

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture
def switch() -> Iterator[PostgresSwitch]:
    with postgres_switch() as made:
        yield made


@pytest.fixture
def settings(switch: PostgresSwitch, tmp_path: Path) -> Settings:
    made = settings_for(tmp_path / "var", DATABASE_URL=switch.database("records"))
    upgrade(made.database_url)
    return made


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    made = create_app(settings)
    yield made
    services(made).database.close()


@pytest.fixture
def admin(app: Flask) -> Browser:
    """Signed in, and allowed nearly everything."""
    with services(app).database.session() as db:
        account = add_person(db, "a@example.org", "Person 1", *Role)
    browser = Browser(app)
    assert browser.sign_in(account).status_code == 303
    return browser


ANYWHERE = "00000000-0000-4000-8000-000000000000"
WORDS = {"kind": "unit"}
"""What stands in an address and is no identity."""
ALWAYS = {
    "api.openapi", "assets.file", "health.livez", "health.version", "languages.choose", "languages.script",
    "admin.show_logo", "metrics.metrics", "studio.about",
}  # fmt: skip
"""Endpoints that answer without the records."""
NOTHING_TO_SHOW = {"second_factor.ask", "firebase.action"}
"""Those whose pages ask nobody: without a first step there is no second, and Firebase is not used here."""


def addresses(app: Flask) -> list[tuple[str, str]]:
    found = []
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            path = adapter.build(rule.endpoint, {name: WORDS.get(name, ANYWHERE) for name in rule.arguments})
            if rule.endpoint not in ALWAYS:
                tried = {"POST"} if rule.endpoint in NOTHING_TO_SHOW else {"GET", "POST"}
                found += [(method, path) for method in sorted((rule.methods or set()) & tried)]
    return found


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_every_page_says_503_while_it_is_away_and_works_when_it_is_back(
    app: Flask, admin: Browser, switch: PostgresSwitch, how: signal.Signals
) -> None:
    token = admin.token()
    assert admin.get("/sketches").status_code == 200
    switch.stop(how)
    wrong = []
    for accept in ("text/html", "application/json"):
        for method, path in addresses(app):
            data = {"csrf_token": token} if method == "POST" else None
            answer = admin.client.open(path, method=method, data=data, headers={"Accept": accept})
            if answer.status_code != 503 or (path != "/readyz" and answer.headers.get("Retry-After") != "5"):
                wrong.append(f"{method} {path}: {answer.status_code} {answer.headers.get('Retry-After')}")
    assert len(addresses(app)) > 30
    assert wrong == []
    about = admin.get("/about")
    assert (about.status_code, admin.get("/livez").status_code) == (200, 200)
    switch.start()
    for path in ("/sketches", "/account", "/admin/operations"):
        assert admin.get(path).status_code == 200
    form: dict[str, object] = {"csrf_token": token, "files": (io.BytesIO(drawing_png(1)), "a.png")}
    assert admin.client.post("/sketches/new", data=form).status_code == 303
    wait_until(lambda: admin.get("/readyz").status_code == 200, 60, "the probe's notice")


def test_a_frozen_server_makes_the_probe_wait_two_seconds_and_only_once(
    app: Flask, admin: Browser, switch: PostgresSwitch
) -> None:
    assert admin.get("/readyz").status_code == 200
    switch.freeze()
    try:
        wait_until(lambda: admin.get("/readyz").get_json()["database"] != "ok", 60, "the probe's notice")
        before, began = threading.active_count(), time.monotonic()
        states = [admin.get("/readyz").get_json()["database"] for _ in range(20)]
        assert time.monotonic() - began < 5
        assert set(states) <= {"no answer", "unreachable"}
        assert threading.active_count() <= before + 3
    finally:
        switch.thaw()
    wait_until(lambda: admin.get("/readyz").status_code == 200, 60, "the probe's second notice")


def test_a_worker_outlives_it_and_does_the_job_once(settings: Settings, switch: PostgresSwitch) -> None:
    database = Database(settings.database_url, on_work=Carrier(settings).wake)
    hold = settings.var / "hold"
    hold.touch()
    with crew(settings.var, DATABASE_URL=settings.database_url) as hired:
        with database.session() as db:
            account = add_person(db, "a@example.org", "A")
            sketch = service.create_sketch(db, open_store(settings), account, drawing_png(1), "a.png")
            held = service.request_render(db, account, sketch, "pix2pix", 1)
            waiting = service.request_render(db, account, sketch, "pix2pix", 2)
        worker = hired.start("1", SEMBLANCE_TEST_HOLD=str(hold))

        def state(job: Job) -> JobState:
            with database.session() as db:
                return db.scalars(select(Job.state).where(Job.id == job.id)).one()

        wait_until(lambda: state(held) == JobState.RUNNING, START_SECONDS, "the claim")
        switch.stop()
        hold.unlink()
        log = hired.log("1")
        wait_until(lambda: "records_unreachable" in log.read_text(), 60, "the worker's notice")
        switch.start()
        wait_until(lambda: state(held) == state(waiting) == JobState.DONE, 60, "the work")
        assert worker.poll() is None
        with database.session() as db:
            assert list(db.scalars(select(Job.deaths))) == [0, 0, 0]
    database.close()


def test_a_worker_keeps_what_it_has_done_while_the_records_can_only_be_read(
    settings: Settings, switch: PostgresSwitch
) -> None:
    """As while another server takes over: what was done must not be counted as the death of a worker."""
    database = Database(settings.database_url, on_work=Carrier(settings).wake)
    hold = settings.var / "hold"
    hold.touch()
    with crew(settings.var, DATABASE_URL=settings.database_url) as hired:
        with database.session() as db:
            account = add_person(db, "a@example.org", "A")
            sketch = service.create_sketch(db, open_store(settings), account, drawing_png(1), "a.png")
            job_id = service.request_render(db, account, sketch, "pix2pix", 1).id
        hired.start("1", SEMBLANCE_TEST_HOLD=str(hold))

        def job() -> Job:
            with database.session() as db:
                return db.get_one(Job, job_id)

        wait_until(lambda: job().state == JobState.RUNNING, START_SECONDS, "the claim")
        switch.read_only("records", True)
        log, made = hired.log("1"), settings.storage_path
        assert made is not None
        # Counted before it may go on: it can be quicker than we are.
        before = sum(path.is_file() for path in made.rglob("*"))
        hold.unlink()
        wait_until(lambda: sum(path.is_file() for path in made.rglob("*")) > before, 60, "the likeness")
        seen = log.read_text().count("InternalError")
        wait_until(lambda: log.read_text().count("InternalError") > seen + 4, 60, "the worker's notice")
        switch.read_only("records", False)
        wait_until(lambda: job().state == JobState.DONE, 60, "the work")
        assert (job().deaths, job().attempts) == (0, 1)
        assert "repeated_action_broke" not in log.read_text()
    database.close()


def _of(kind: type[Exception]) -> exc.DBAPIError:
    return exc.DBAPIError.instance("SELECT", {}, kind("secret"), psycopg.Error)  # type: ignore[return-value]


@pytest.mark.parametrize(
    "error",
    [
        _of(psycopg.errors.AdminShutdown),
        _of(psycopg.errors.CrashShutdown),
        _of(psycopg.errors.CannotConnectNow),
        _of(psycopg.errors.TooManyConnections),
        _of(psycopg.errors.ConnectionException),
        _of(psycopg.errors.ReadOnlySqlTransaction),
        _of(psycopg.errors.DeadlockDetected),
        _of(psycopg.errors.SerializationFailure),
        _of(psycopg.InterfaceError),
        exc.TimeoutError("QueuePool limit"),
        exc.PendingRollbackError("Can't reconnect"),
        exc.DisconnectionError("gone"),
        exc.DBAPIError("SELECT", {}, Exception("gone"), connection_invalidated=True),
    ],
    ids=lambda error: type(getattr(error, "orig", None) or error).__name__,
)
def test_whatever_a_lost_database_raises_is_503(
    admin: Browser, monkeypatch: pytest.MonkeyPatch, error: exc.SQLAlchemyError
) -> None:
    def fail(*_: object) -> None:
        raise error

    assert is_unreachable(error)
    monkeypatch.setattr("app.studio.service.list_sketches", fail)
    answer = admin.get("/sketches")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "secret" not in answer.text


@pytest.mark.parametrize("kind", [psycopg.errors.UndefinedTable, psycopg.errors.UniqueViolation])
def test_a_mistake_of_ours_is_not_called_an_absence(
    admin: Browser, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    error = _of(kind)

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("app.studio.service.list_sketches", fail)
    assert admin.get("/sketches").status_code == 500


def test_a_pool_without_a_free_connection_is_503(app: Flask, admin: Browser) -> None:
    engine = services(app).database.engine
    engine.pool._timeout = 0.2  # type: ignore[attr-defined]
    lent = [engine.connect() for _ in range(15)]
    try:
        assert admin.get("/sketches").status_code == 503
    finally:
        for connection in lent:
            connection.close()
    assert admin.get("/sketches").status_code == 200


def test_a_connection_that_breaks_at_the_very_end_does_not_spoil_the_answer(
    app: Flask, admin: Browser, switch: PostgresSwitch
) -> None:
    def stop_server(response: object) -> object:
        switch.stop(signal.SIGQUIT)
        return response

    app.after_request_funcs.setdefault(None, []).insert(0, stop_server)
    assert close_db in app.teardown_request_funcs[None]
    assert admin.get("/sketches").status_code == 200
