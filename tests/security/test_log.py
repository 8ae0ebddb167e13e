"""Nothing that somebody sends can write a line of its own into the log, or command the terminal that shows it."""

import io
import json
import logging
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import structlog
from flask import Flask
from sqlalchemy import text as sql
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import create_app, logs
from models import Account
from tests.app.drawings import drawing_png
from tests.app.web import Browser, services
from tests.people import add_person
from tests.security.conftest import settings_for
from tests.security.web_server import gunicorn
from tests.security.world import build

HOSTILE = [
    'x\r\n2026-01-01T00:00:00Z [info     ] signed_in [app.identity.sessions] account=admin',
    'x\n{"event": "signed_in", "account": "admin", "level": "info"}',
    "x\x1b[2J\x1b[1;31mred\x1b]0;title\x07",
    "x\u2028signed_in account=admin\u2029\x85\x0b\x0c\x1c",
    '"}\n{"event":"forged"',
    "\u202egnp.exe\u2066",
    "%0d%0aevent=forged",
    "\x9b31m",
]  # fmt: skip
RAW = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture(params=["plain", "json"])
def production(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "json")


@pytest.fixture
def log(production: bool) -> Iterator[io.StringIO]:
    """What the log of either format gets."""
    stream = io.StringIO()
    logs.configure(production, stream)
    yield stream
    logs.configure(False)


def lines_of(log: io.StringIO) -> list[str]:
    return log.getvalue().split("\n")[:-1]


def check(lines: list[str], *, traceback: bool = False) -> None:
    for line in lines:
        assert not RAW.search(line), repr(line)
        if line.startswith("{"):
            assert json.loads(line).get("event") != "forged"
        elif not (traceback and line.startswith("  | ")):
            assert re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z \[(info|warning|error)\s*\] ", line), repr(line)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_value_stays_in_its_line(log: io.StringIO, text: str) -> None:
    own = structlog.get_logger("test")
    own.warning("something", value=text, a=[text], b={text: text})
    own.info(text)
    logging.getLogger("foreign").warning("from a library: %s", text)
    lines = lines_of(log)
    assert len(lines) == 3
    check(lines)


@pytest.mark.parametrize("text", HOSTILE)
def test_an_error_that_quotes_what_was_sent_forges_nothing(log: io.StringIO, text: str) -> None:
    try:
        raise ValueError(text)
    except ValueError as error:
        structlog.get_logger("test").error("unexpected_error", exc_info=error)
        logging.getLogger("foreign").exception("failed")
    lines = lines_of(log)
    check(lines, traceback=True)
    assert len([line for line in lines if not line.startswith("  | ")]) == 2


def test_hostile_requests_write_one_line_each(settings_app: Flask, log: io.StringIO, production: bool) -> None:
    world = build(settings_app)
    logs.configure(production, log)  # anew: the surfaces that the world is built with have configured it, too
    for text in HOSTILE:
        log.seek(0)
        log.truncate()
        before = len(lines_of(log))
        plain = re.sub(r"[\r\n]", " ", text)  # a header cannot hold them: the server refuses
        names = ("User-Agent", "Referer", "X-Forwarded-For", "X-Request-ID", "Cookie", "Accept", "Accept-Language")
        answers = [world.owner.get("/sketches", **{name: plain}) for name in names]
        answers.append(world.owner.client.get("/sketches", query_string={"q": text, text: text}))
        answers.append(world.owner.client.get("/" + text))
        answers.append(world.owner.client.post("/sign-in", data={"email": text, "password": text, text: text}))
        token = world.owner.token()
        answers.append(world.owner.client.post("/sign-in", data={"csrf_token": token, "email": text, "password": text}))
        answers.append(world.owner.post("/account", {"action": "name", "name": text}))
        answers.append(world.owner.post(f"/sketches/{world.values['sketch_id']}/title", {"title": text}))
        answers.append(world.owner.upload(drawing_png(5), plain))
        answers.append(world.owner.upload(text.encode(), plain, title=text))
        assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
        lines = lines_of(log)
        check(lines)
        assert len(lines) - before >= len(answers)
        assert not re.search("forged|=admin|31m|gnp|0;title", " ".join(lines)), "what people send is not logged"


@pytest.fixture
def settings_app(tmp_path: Path, log: io.StringIO, production: bool) -> Flask:
    """Making it configures the log anew, so the log is pointed at our stream again."""
    app = create_app(settings_for(tmp_path / "var"))
    logs.configure(production, log)
    return app


def test_the_servers_own_lines_hold_no_raw_signs(tmp_path: Path) -> None:
    """What never gets as far as the application: gunicorn itself refuses it, and says so."""
    settings_for(tmp_path / "var")
    log = tmp_path / "web.log"
    with gunicorn(tmp_path / "var", log=log) as address:
        port = int(address.rpartition(":")[2])
        for text in HOSTILE:
            raw = text.encode()
            for request in (b"GET /" + raw + b" HTTP/1.1\r\nHost: x\r\n\r\n",
                            raw + b" / HTTP/1.1\r\n\r\n",
                            b"GET / HTTP/1.1\r\nX-A: " + raw + b"\r\n\r\n",
                            b"GET /about HTTP/1.1\r\nHost: " + raw + b"\r\n\r\n"):  # fmt: skip
                with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
                    connection.sendall(request)
                    connection.settimeout(60)
                    while connection.recv(65_536):
                        pass
    written = log.read_text(errors="surrogateescape")
    assert "rule=" in written
    assert not RAW.search(written), sorted(set(RAW.findall(written)))
    assert not re.search(r"^\S*\{|^event=|^signed_in", written, re.MULTILINE)


def test_no_log_names_tokens_mail_addresses_or_titles(tmp_path: Path) -> None:
    settings_for(tmp_path / "var")
    log = tmp_path / "web.log"
    with gunicorn(tmp_path / "var", log=log) as address:
        for path in ("/set-password/tell-tale-token", "/first-account/tell-tale-token", "/sketches?q=tell-tale"):
            requests.get(
                address + path, timeout=60, headers={"User-Agent": "tell-tale", "Cookie": "semblance=tell-tale"}
            )
        requests.post(f"{address}/sign-in", data={"email": "tell-tale@example.org"}, timeout=60)
    written = log.read_text()
    assert written.count("rule=") >= 4
    assert "tell-tale" not in written


def test_the_log_of_an_error_holds_no_values(settings_app: Flask, log: io.StringIO) -> None:
    """Local variables hold what people typed, and a database's message its parameters."""
    email = "-".join(("tell", "tale")) + "@example.org"  # not as one word: tracebacks show lines of code
    with services(settings_app).database.session() as db:
        try:
            db.execute(sql("INSERT INTO account (email) VALUES (:email)"), {"email": email})
        except DBAPIError as error:
            structlog.get_logger("test").error("unexpected_error", exc_info=error)
    assert "IntegrityError" in log.getvalue()
    assert "tell-tale" not in log.getvalue()


@pytest.mark.postgres
def test_what_postgresql_quotes_of_a_row_is_not_logged(
    tmp_path: Path, postgres_url: str, log: io.StringIO, production: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its messages name the value that broke a rule, here an e-mail address."""
    app = create_app(settings_for(tmp_path / "var", DATABASE_URL=postgres_url))
    logs.configure(production, log)
    with services(app).database.session() as db:
        account = add_person(db, "tell-tale@example.org", "Person 1")
        other = add_person(db, "other@example.org", "Person 2")
    browser = Browser(app)
    browser.sign_in(other)

    def clash(db: Session, *_: object) -> None:
        db.execute(update(Account).where(Account.id == other.id).values(email=account.email))

    monkeypatch.setattr("app.studio.service.list_sketches", clash)
    answer = browser.get("/sketches")
    assert answer.status_code == 500
    assert "tell-tale" not in answer.text
    assert "UniqueViolation" in log.getvalue()
    assert "tell-tale" not in log.getvalue()
    assert "test_log.py" in log.getvalue(), "where it happened is told"
