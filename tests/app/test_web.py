"""What every answer carries, what every change must carry, and how errors are told."""

import datetime as dt
import io
import json
import re
import threading
import tomllib
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import create_app, gate, logs
from app.database import newest_revision, transaction, upgrade
from app.errors import StorageFull
from app.identity import links
from app.settings import ROOT, Settings
from app.storage import LocalStore
from models import Account, Role, SignInSession, utc_now
from tests.app.conftest import settings_for
from tests.app.drawings import drawing_png
from tests.app.web import Browser, services, sketches_in, work
from tests.people import PASSWORD, Person
from tests.servers import free_port

JSON = {"Accept": "application/json"}


@pytest.fixture
def database_url(settings: Settings) -> str:
    """These tests look at the web, on SQLite; the records are tested on both databases elsewhere."""
    return settings.database_url


def test_every_answer_carries_the_headers(signed_in: Browser) -> None:
    for path in ("/sketches", "/nothing", "/livez", "/admin/accounts", "/about"):
        headers = signed_in.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none';")
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"
        assert "camera=()" in headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in headers
        assert re.fullmatch("[0-9a-f]{32}", headers["X-Request-ID"])


def test_production_holds_cookies_and_browsers_to_https(tmp_path: Path, person: Person) -> None:
    settings = settings_for(tmp_path / "var", SEMBLANCE_ENV="production", SECRET_KEY="0123456789abcdef" * 4)
    account = person()
    browser = Browser(create_app(settings))
    browser.client.environ_base["wsgi.url_scheme"] = "https"
    token = re.search(
        r'name="csrf_token" value="([^"]+)"',
        browser.client.get("/sign-in", base_url="https://localhost").text,
    )
    assert token
    answer = browser.client.post(
        "/sign-in",
        base_url="https://localhost",
        data={"csrf_token": token[1], "email": account.email, "password": PASSWORD},
    )
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("__Host-semblance="))
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=28800"):
        assert flag in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_errors_are_pages_for_people_and_problems_for_scripts(signed_in: Browser) -> None:
    page = signed_in.get("/nothing", Accept="text/html,*/*;q=0.8")
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "There is nothing at this address" in page.text
    problem = signed_in.get("/nothing", **JSON)
    assert (problem.status_code, problem.mimetype) == (404, "application/problem+json")
    assert json.loads(problem.text)["detail"].startswith("There is nothing at this address")
    assert json.loads(problem.text)["request_id"] == problem.headers["X-Request-ID"]
    assert signed_in.get(f"/sketches/{uuid.uuid4()}/status.json").mimetype == "application/problem+json"
    assert signed_in.client.post("/about", data={}).status_code == 405


def test_an_upload_that_is_too_large_is_refused_in_words(signed_in: Browser, db: Session) -> None:
    token = signed_in.token()
    data = {"files": (io.BytesIO(b"\0" * (65 * 2**20)), "a.png"), "csrf_token": token}
    answer = signed_in.client.post("/sketches/new", data=data)
    assert answer.status_code == 413
    assert "20 MB" in answer.text
    assert sketches_in(db) == 0


def test_a_refused_file_is_told_in_its_own_words(signed_in: Browser, db: Session) -> None:
    answer = signed_in.upload(b"GIF89a" + b"\0" * 100, "a.png")
    assert answer.status_code == 422
    assert "GIF" in answer.text
    assert sketches_in(db) == 0


@pytest.mark.parametrize(
    "error, status, words",
    [
        (OperationalError("SELECT", {}, Exception("server closed the connection")), 503, "cannot be reached"),
        (OperationalError("INSERT", {}, Exception("database or disk is full")), 507, "no room"),
        (OSError(28, "No space left on device"), 507, "no room"),
        (OSError(5, "Input/output error"), 500, "went wrong on our side"),
        (StorageFull("There is no room left."), 507, "no room"),
        (ZeroDivisionError("secret detail"), 500, "went wrong on our side"),
    ],
)
def test_what_goes_wrong_is_said_without_its_details(
    signed_in: Browser, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, words: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("app.studio.service.list_sketches", fail)
    answer = signed_in.get("/sketches")
    assert answer.status_code == status
    assert words in answer.text
    assert "secret detail" not in answer.text


def test_without_records_pages_say_so_and_probes_go_red(app: Flask, signed_in: Browser) -> None:
    for path in services(app).settings.var.glob("semblance.db*"):
        path.unlink()
    services(app).database.close()
    answer = signed_in.get("/sketches")
    assert answer.status_code == 503
    assert "cannot be reached" in answer.text
    assert signed_in.get("/readyz").status_code == 503
    assert signed_in.get("/livez").status_code == 200


@pytest.mark.postgres
def test_a_database_server_that_restarted_is_found_again(tmp_path: Path, postgres_url: str, png: bytes) -> None:
    settings = settings_for(tmp_path / "pg", DATABASE_URL=postgres_url)
    upgrade(settings.database_url)
    app = create_app(settings)
    with services(app).database.session() as db:
        token = links.issue_first_admin(db)
        assert token is not None
        account = links.create_first_account(db, token, "a@example.org", "A", PASSWORD)
        browser = Browser(app)
        browser.sign_in(account)
        form_token = browser.token()
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        db.connection().exec_driver_sql(others + " AND datname = current_database()")
    assert browser.get("/sketches").status_code == 200
    data = {"csrf_token": form_token, "files": (io.BytesIO(png), "a.png")}
    assert browser.client.post("/sketches/new", data=data).status_code == 303
    services(app).database.close()


def test_without_a_database_server_pages_say_so(tmp_path: Path) -> None:
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    browser = Browser(create_app(settings_for(tmp_path / "pg", DATABASE_URL=nowhere)))
    answer = browser.get("/sign-in")
    assert answer.status_code == 503
    assert "cannot be reached" in answer.text
    assert browser.get("/readyz").get_json()["database"] == "unreachable"
    assert browser.get("/livez").status_code == 200


def test_use_of_a_session_is_noted_by_changes_alone(signed_in: Browser, db: Session) -> None:
    earlier = utc_now() - dt.timedelta(minutes=5)
    with transaction(db):
        db.execute(update(SignInSession).values(last_seen_at=earlier))
    signed_in.get("/sketches")
    db.rollback()
    assert db.scalars(select(SignInSession.last_seen_at)).one() == earlier
    signed_in.post("/account", {"action": "name", "name": "Somebody"})
    db.rollback()
    assert db.scalars(select(SignInSession.last_seen_at)).one() > earlier


def test_an_unmigrated_database_is_not_ready(tmp_path: Path) -> None:
    answer = Browser(create_app(settings_for(tmp_path / "empty"))).get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json() == {
        "status": "not ready",
        "database": "needs an upgrade",
        "storage": "ok",
        "carrier": "ok",
    }


def test_a_folder_that_is_gone_is_not_ready(app: Flask, browser: Browser) -> None:
    store = services(app).store
    assert isinstance(store, LocalStore)
    store.root.rmdir()
    assert browser.get("/readyz").get_json()["storage"] == "not usable"


def test_the_version_names_code_schema_and_weights(browser: Browser) -> None:
    answer = browser.get("/version").get_json()
    assert answer["code"]
    assert answer["schema"] == answer["database"] == newest_revision()
    manifest = tomllib.loads((ROOT / "weights" / "manifest.toml").read_text())
    assert {name: entry["sha256"] for name, entry in manifest.items()}.items() <= answer["weights"].items()


@pytest.fixture
def written(app: Flask) -> Iterator[Callable[[], str]]:
    """Everything that is logged, as production writes it."""
    stream = io.StringIO()
    logs.configure(production=True, stream=stream)
    yield stream.getvalue
    logs.configure(production=False)


def test_logs_hold_no_personal_data(
    app: Flask, db: Session, person: Person, png: bytes, written: Callable[[], str]
) -> None:
    account, browser = person(), Browser(app)
    link = links.issue_set_password(db, account)
    browser.get(f"/set-password/{link}")
    browser.post("/sign-in", {"email": account.email, "password": "wrong-password"})
    browser.sign_in(account)
    browser.upload(png, "Jane Roe 1990.png", title="Robbery at Baker Street")
    browser.get("/sketches?q=Baker")
    browser.upload(b"not an image", "Jane Roe 1991.png")
    work(app)
    cookie = browser.client.get_cookie("semblance")
    assert cookie is not None
    logged = written()
    assert "sketch_created" in logged
    typed = [account.email, account.name, PASSWORD, "wrong-password", "Jane", "Baker"]
    for private in [*typed, link, cookie.value]:
        assert private not in logged


def test_an_unexpected_error_logs_no_local_variables(
    signed_in: Browser, monkeypatch: pytest.MonkeyPatch, written: Callable[[], str]
) -> None:
    def fail(*_: object) -> None:
        typed = "what somebody typed"
        raise ZeroDivisionError(len(typed))

    monkeypatch.setattr("app.studio.service.list_sketches", fail)
    signed_in.get("/sketches")
    logged = written()
    assert "ZeroDivisionError" in logged
    assert logged.count("what somebody typed") == 0


@pytest.mark.parametrize(
    "target, expected",
    [
        ("/sketches?page=2", "/sketches?page=2"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\nb", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_after_signing_in_nobody_is_sent_elsewhere(target: str | None, expected: str) -> None:
    assert gate.safe_next(target) == expected


def test_pictures_are_kept_by_this_browser_and_asked_for_again_cheaply(
    app: Flask, signed_in: Browser, png: bytes
) -> None:
    address = signed_in.upload(png).headers["Location"]
    answer = signed_in.get(address + "/image")
    assert answer.mimetype == "image/png"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = signed_in.get(address + "/image", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    stranger = Browser(app).get(address + "/image", **{"If-None-Match": answer.headers["ETag"]})
    assert stranger.status_code == 302


def test_the_original_comes_back_byte_for_byte(signed_in: Browser, png: bytes) -> None:
    address = signed_in.upload(png, "Täter <1>.png").headers["Location"]
    answer = signed_in.get(address + "/original")
    assert answer.data == png
    assert answer.headers["Content-Disposition"].startswith("attachment; ")


def test_an_unusual_role_is_refused() -> None:
    with pytest.raises(ValueError, match="emperor"):
        gate.roles("emperor")
    assert Role("admin") in Role


def test_two_people_at_once_never_get_each_others_sketch(app: Flask, person: Person) -> None:
    """The flaw that a predecessor had: what one uploads must never turn up at another's."""
    people = [person(), person()]
    wrong: list[str] = []

    def use(account: Account, seed: int) -> None:
        browser = Browser(app)
        browser.sign_in(account)
        mine = drawing_png(seed)
        for _ in range(10):
            address = browser.upload(mine).headers["Location"]
            if browser.get(address + "/original").data != mine:
                wrong.append(address)

    threads = [threading.Thread(target=use, args=(account, seed)) for seed, account in enumerate(people, start=1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_migrated_records_are_what_the_fixture_says(settings: Settings) -> None:
    upgrade(settings.database_url)
    upgrade(settings.database_url)
    assert Browser(create_app(settings)).get("/readyz").status_code == 200
