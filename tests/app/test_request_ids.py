"""A request can be followed into the worker's log, by ids that strangers cannot choose, and logs name nobody."""

import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, g, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app, logs
from app.database import Database, upgrade
from app.settings import Settings, SettingsError
from app.settings.fleet import parse_proxies
from models import Job, Role
from tests.app.conftest import settings_for
from tests.app.crew import crew
from tests.app.drawings import drawing_png
from tests.app.web import Browser, services, work
from tests.people import PASSWORD, Person, add_person
from tests.servers import wait_until

GIVEN = "req-0123456789abcdef"


@pytest.fixture
def database_url(settings: Settings) -> str:
    return settings.database_url


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """Everything that is logged while the test runs, as production writes it."""
    stream = io.StringIO()
    yield stream
    logs.configure(production=False)


def lines(said: io.StringIO | Path) -> list[dict[str, object]]:
    text = said.read_text() if isinstance(said, Path) else said.getvalue()
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def behind(tmp_path: Path, trusted: str) -> Flask:
    settings = settings_for(tmp_path / "var", TRUSTED_PROXIES=trusted)
    upgrade(settings.database_url)
    return create_app(settings)


def seen(app: Flask, peer: str, **headers: str) -> tuple[str, str, str]:
    """The address, scheme and request id that a request from ``peer`` has."""
    found: list[tuple[str, str, str]] = []

    def note() -> None:
        found.append((request.remote_addr or "", request.scheme, g.request_id))

    app.before_request(note)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    app.test_client().get("/livez", headers=named, environ_base={"REMOTE_ADDR": peer})
    return found[-1]


FORWARDED = {"X_Forwarded_For": "203.0.113.9, 198.51.100.7", "X_Forwarded_Proto": "https", "X_Request_ID": GIVEN}


@pytest.mark.parametrize(
    "trusted,peer,address,believed",
    [
        ("0", "198.51.100.7", "198.51.100.7", False),
        ("1", "10.0.0.1", "198.51.100.7", True),
        ("2", "10.0.0.1", "203.0.113.9", True),
        ("3", "10.0.0.1", "10.0.0.1", False),
        ("10.0.0.0/8", "10.0.0.1", "198.51.100.7", True),
        ("10.0.0.0/8,198.51.100.7", "10.0.0.1", "203.0.113.9", True),
        ("10.0.0.0/8", "192.0.2.1", "192.0.2.1", False),
        ("fd00::/8", "10.0.0.1", "10.0.0.1", False),
        ("fd00::/8", "fd00::1", "198.51.100.7", True),
    ],
)
def test_forwarded_headers_are_believed_from_trusted_proxies_alone(
    tmp_path: Path, trusted: str, peer: str, address: str, believed: bool
) -> None:
    found = seen(behind(tmp_path, trusted), peer, **FORWARDED)
    assert found[:2] == (address, "https" if believed else "http")
    assert (found[2] == GIVEN) is believed


@pytest.mark.parametrize("given", ["short", "x" * 65, 'a"b' * 4, "line\\nbreak-in-it", "caf\u00e9-caf\u00e9-caf\u00e9"])
def test_a_request_id_that_could_forge_a_log_is_replaced(tmp_path: Path, given: str) -> None:
    found = seen(behind(tmp_path, "1"), "10.0.0.1", X_Forwarded_For="203.0.113.9", X_Request_ID=given)
    assert re.fullmatch("[0-9a-f]{32}", found[2])


def test_links_are_https_behind_a_proxy_that_ends_tls(tmp_path: Path) -> None:
    app = behind(tmp_path, "1")
    with services(app).database.session() as db:
        admin = add_person(db, "a@example.org", "Person 1", Role.ADMIN)
    browser = Browser(app)
    browser.client.environ_base.update(HTTP_X_FORWARDED_FOR="203.0.113.9", HTTP_X_FORWARDED_PROTO="https")
    assert browser.sign_in(admin).status_code == 303
    fields = {"name": "Person 2", "email": "b@example.org", "roles": "investigator"}
    assert 'data-text="https://' in browser.post("/admin/invitations/new", fields).text


@pytest.mark.parametrize("text", ["", "ten", "10.0.0.1/99", "99", "-1", "10.0.0.1;10.0.0.2"])
def test_a_wrong_list_of_proxies_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_proxies(text)
    if text:
        with pytest.raises(SettingsError, match="TRUSTED_PROXIES"):
            settings_for(tmp_path, TRUSTED_PROXIES=text)


@pytest.mark.slow
def test_a_render_is_followed_from_its_request_into_the_workers_log(
    tmp_path: Path, said: io.StringIO, png: bytes
) -> None:
    settings = settings_for(tmp_path / "var", TRUSTED_PROXIES="1")
    upgrade(settings.database_url)
    app = create_app(settings)
    logs.configure(production=True, stream=said)
    with services(app).database.session() as db:
        account = add_person(db, "a@example.org", "Person 1")
        browser = Browser(app)
        browser.sign_in(account)
        address = browser.upload(png).headers["Location"]
        asking = {"engine": "pix2pix", "seed": "1", "strength": "0.5"}
        told = {"X-Forwarded-For": "203.0.113.9", "X-Request-ID": GIVEN}
        answer = browser.post(address + "/render", asking, **told)
        assert answer.headers["X-Request-ID"] == GIVEN
        [enqueued] = [line for line in lines(said) if line["event"] == "job_enqueued" and line["request_id"] == GIVEN]
        job = str(db.scalars(select(Job.id).where(Job.kind == "render")).one())
    assert (enqueued["job"], enqueued["kind"]) == (job, "render")
    with crew(settings.var, SEMBLANCE_ENV="production", SECRET_KEY="0123456789abcdef" * 4) as hired:
        hired.start()
        wait_until(lambda: job in hired.log("1").read_text(), 60, "the work")
        wait_until(lambda: {"job_claimed", "job_done"} <= _events(hired.log("1"), job), 60, "the end")


def _events(log: Path, job: str) -> set[str]:
    return {str(line["event"]) for line in lines(log) if line.get("job") == job}


TELLING = ("Rosalind", "Quimby", "rosalind.quimby", "harbour-suspect", "Scar left cheek", "hunter-two-paper", "needle")


def test_logs_name_nobody_and_nothing_that_people_typed(
    database: Database, settings: Settings, said: io.StringIO, person: Person, db: Session
) -> None:
    app = create_app(settings)
    logs.configure(production=True, stream=said)
    logging.getLogger().setLevel(logging.DEBUG)
    admin, browser = Browser(app), Browser(app)
    admin.sign_in(person(Role.ADMIN))
    added = admin.post(
        "/admin/invitations/new",
        {"name": "Rosalind Quimby", "email": "rosalind.quimby@example.org", "roles": "investigator"},
    )
    link = re.search(r'data-text="http://localhost(/invitation/([\w-]+))"', added.text)
    assert link
    secret = "hunter-two-paper-moons"
    chosen = {"password": secret, "repeat": secret}
    assert browser.post(browser.get(link[1]).headers["Location"], chosen).status_code == 303
    browser.post("/sign-out")
    mail = {"email": "rosalind.quimby@example.org"}
    browser.post("/sign-in", {**mail, "password": "hunter-two-paper-wrong"})
    browser.post("/sign-in", {**mail, "password": secret})
    made = browser.upload(drawing_png(1), "harbour-suspect.png", title="Scar left cheek")
    assert made.status_code == 303
    browser.upload(b"no picture", "harbour-suspect.gif", title="Scar left cheek")
    browser.post(made.headers["Location"] + "/title", {"title": "Scar left cheek, Rosalind"})
    browser.get("/sketches?q=needle")
    browser.get("/needle/harbour-suspect", **{"User-Agent": "needle", "Referer": "http://needle.example/"})
    browser.post("/sketches/new", {"title": "needle"}, **{"Idempotency-Key": "needle"})
    browser.post(made.headers["Location"] + "/render", {"engine": "needle", "seed": "needle"})
    browser.post(made.headers["Location"] + "/render", {"engine": "pix2pix", "seed": "1"})
    work(app)
    browser.get("/metrics", Authorization="Bearer needle")
    cookie = browser.client.get_cookie("semblance")
    written = said.getvalue()
    assert len(lines(said)) > 25
    assert '"job_done"' in written
    for words in (*TELLING, PASSWORD, link[2], cookie.value if cookie else "needle", "example.org"):
        assert words.lower() not in written.lower(), words
