"""What every answer of every endpoint carries, and what no page may hold."""

import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from app import create_app
from app.assets import version
from app.settings import ROOT, Settings
from tests.app.web import TOKEN, Browser, services
from tests.people import PASSWORD, add_person
from tests.security.conftest import settings_for
from tests.security.world import World

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
# The list of what is in an exported case: a file that is opened from a disk, where it has nothing but itself.
OFFLINE = ROOT / "templates" / "exchange" / "index.html"
TEMPLATES = sorted(set((ROOT / "templates").rglob("*.html")) - {OFFLINE})
UNESCAPED = re.compile(r"\|\s*safe\b|Markup\(|autoescape false")
HTTPS = "https://localhost"
# What this browser alone may keep, and show again only after asking.
REVALIDATED = ("/preview", "image", "thumbnail", "original", "aligned", "status.json", "/file", "/logo")
A_FILE = re.compile(r"/notices/[^/]+/files/[^/]+$")
SECRET = "0123456789abcdef" * 4


def policy(answer: TestResponse) -> dict[str, list[str]]:
    parts = (part.split() for part in answer.headers["Content-Security-Policy"].split(";") if part.strip())
    return {name: sources for name, *sources in parts}


def check(answer: TestResponse, path: str, cache: str = "no-store") -> None:
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS, path
    for feature in ("camera", "microphone", "geolocation"):
        assert f"{feature}=()" in answer.headers["Permissions-Policy"], path
    directives = policy(answer)
    assert directives["default-src"] == ["'none'"], path
    assert directives["frame-ancestors"] == ["'none'"], path
    if "sandbox" not in directives:
        assert directives["base-uri"] == ["'none'"], path
        assert directives["form-action"] == ["'self'"], path
    allowed = {source for sources in directives.values() for source in sources}
    assert allowed <= {"'none'", "'self'", "blob:"}, path
    assert answer.headers["Cache-Control"] == cache, path
    assert not set(answer.headers.keys()) & {"Server", "X-Powered-By", "Access-Control-Allow-Origin"}, path
    if answer.mimetype == "text/html":
        assert answer.content_type == "text/html; charset=utf-8", path
    if answer.data:
        assert answer.mimetype, path


def expected_cache(answer: TestResponse, endpoint: str, path: str) -> str:
    if endpoint in ("assets.file", "languages.script") and answer.status_code == 200:
        return "no-cache"  # the world's tag is not that of this version
    if (path.endswith(REVALIDATED) or A_FILE.search(path)) and answer.status_code in (200, 304):
        return "private, no-cache"
    return "no-store"


def test_every_answer_of_every_endpoint_carries_the_headers(world: World) -> None:
    rendered = 0
    for person in (world.owner, world.other, Browser(world.app)):
        for method, rule in world.rules(safe=True):
            path = world.path(rule)
            for answer in (person.get(path), person.client.head(path)):
                check(answer, f"{method} {path}", expected_cache(answer, rule.endpoint, path))
                rendered += answer.status_code == 200
        for method, rule in world.rules(safe=False):
            path = world.path(rule)
            for answer in (person.client.open(path, method=method), person.client.put(path)):
                assert answer.status_code in (401, 403, 405, 410), path
                check(answer, f"{method} {path}")
    assert rendered > 40


@pytest.mark.parametrize(
    "code, path",
    [(400, "/about?x=%00"), (403, "/admin/accounts"), (404, "/nothing"), (410, "/set-password/used")],
)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_error_pages_carry_them_too(world: World, code: int, path: str, accept: str) -> None:
    answer = world.other.get(path, Accept=accept)
    assert answer.status_code == code
    check(answer, path)


def test_the_pages_of_refused_methods_and_uploads_carry_them(world: World) -> None:
    for method in ("DELETE", "PUT", "TRACE", "CONNECT"):
        answer = world.other.client.open("/about", method=method)
        assert answer.status_code == 405, method
        check(answer, method)
    large = {"files": (io.BytesIO(b"\0" * (65 * 2**20)), "a.png")}
    answer = world.other.client.post("/sketches/new", data=large)
    assert answer.status_code == 413
    check(answer, "413")


@pytest.mark.parametrize(
    "error, code",
    [(ZeroDivisionError("detail"), 500), (OperationalError("SELECT", {}, Exception("server closed")), 503)],
)
def test_the_pages_of_failures_carry_them(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("app.studio.service.list_sketches", fail)
    answer = world.other.get("/sketches")
    assert answer.status_code == code
    check(answer, str(code))


def test_pictures_and_files_from_people_run_nothing(world: World) -> None:
    for name in ("image", "thumbnail", "original"):
        answer = world.owner.get(f"/sketches/{world.values['sketch_id']}/{name}")
        assert policy(answer) == {"default-src": ["'none'"], "frame-ancestors": ["'none'"], "sandbox": []}
        assert answer.headers["ETag"]
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_picture_is_shown_again_only_to_who_may_still_see_it(world: World) -> None:
    path = f"/sketches/{world.values['sketch_id']}/image"
    tag = world.owner.get(path).headers["ETag"]
    assert world.owner.get(path, **{"If-None-Match": tag}).status_code == 304
    assert world.other.get(path, **{"If-None-Match": tag}).status_code == 404
    assert Browser(world.app).get(path, **{"If-None-Match": tag}).status_code == 302


def test_static_files_may_be_kept_for_ever_under_their_version(app: Flask) -> None:
    files = [path.relative_to(ROOT / "static") for path in (ROOT / "static").rglob("*") if path.is_file()]
    assert len(files) > 20
    browser = Browser(app)
    for name in files:
        answer = browser.get(f"/assets/{version()}/{name}")
        assert answer.status_code == 200
        check(answer, str(name), "public, max-age=31536000, immutable")
        assert "Set-Cookie" not in answer.headers


@pytest.fixture
def production(tmp_path: Path) -> Flask:
    return create_app(settings_for(tmp_path / "production", SEMBLANCE_ENV="production", SECRET_KEY=SECRET))


def test_in_production_every_answer_demands_https(production: Flask) -> None:
    client = production.test_client()
    world = World(production, Browser(production), Browser(production), {})
    for _, rule in [*world.rules(safe=True), *world.rules(safe=False)]:
        answer = client.get(world.path(rule), base_url=HTTPS)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains", rule
        check(answer, rule.rule, expected_cache(answer, rule.endpoint, rule.rule))


def test_in_production_every_cookie_is_held_to_this_host_and_https(production: Flask) -> None:
    with services(production).database.session() as db:
        account = add_person(db, "person1@example.org", "Person 1")
    client = production.test_client()
    page = client.get("/sign-in", base_url=HTTPS)
    token = TOKEN.search(page.text)
    assert token
    fields = {"csrf_token": token[1], "email": account.email, "password": PASSWORD}
    entered = client.post("/sign-in", base_url=HTTPS, data=fields)
    account_page = client.get("/account", base_url=HTTPS)
    again = TOKEN.search(account_page.text)
    assert again
    theme = {"csrf_token": again[1], "action": "theme", "theme": "dark"}
    themed = client.post("/account", base_url=HTTPS, data=theme)
    left = client.post("/sign-out", base_url=HTTPS, data={"csrf_token": again[1]})
    cookies = [one for answer in (page, entered, themed, left) for one in answer.headers.getlist("Set-Cookie")]
    names = {one.partition("=")[0] for one in cookies}
    assert names == {f"__Host-semblance{end}" for end in ("", "_visit", "_device", "_theme")}
    for cookie in cookies:
        assert all(flag in cookie for flag in ("; Secure", "; HttpOnly", "; Path=/", "; SameSite=Lax")), cookie
        assert "Domain=" not in cookie
    assert left.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_the_session_changes_with_every_sign_in(app: Flask) -> None:
    """A token that somebody planted before is worth nothing after."""
    with services(app).database.session() as db:
        account = add_person(db, "person1@example.org", "Person 1")
    browser, tokens = Browser(app), []
    browser.client.set_cookie("semblance", "planted")
    for _ in range(3):
        browser.sign_in(account)
        cookie = browser.client.get_cookie("semblance")
        assert cookie
        tokens.append(cookie.value)
    assert len({*tokens, "planted"}) == 4
    for former in ["planted", *tokens[:-1]]:
        browser.client.set_cookie("semblance", former)
        assert browser.get("/account").status_code == 302
    browser.client.set_cookie("semblance", tokens[-1])
    assert browser.get("/account").status_code == 200


class Inline(HTMLParser):
    """Collects what the policy would block, or what would have to be allowed for it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("style", "object", "embed", "iframe", "base", "applet"):
            self.found.append(tag)
        if tag == "script" and "src" not in given:
            self.found.append("script")
        # "one" is no event: a loop's name inside a tag of a template.
        events = [name for name in given if re.fullmatch("on[a-z]+", name) and name != "one"]
        self.found += [*events, *(name for name in given if name == "style")]
        self.found += [
            f"{name}={value}"
            for name, value in given.items()
            if re.match(r"\s*(javascript|vbscript|data)\s*:", value, re.IGNORECASE)
        ]


def inline(text: str) -> list[str]:
    parser = Inline()
    parser.feed(text)
    return parser.found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_script_or_style(path: Path) -> None:
    text = path.read_text()
    assert inline(text) == []
    assert not UNESCAPED.search(text)


def test_the_page_inside_exports_runs_nothing_and_is_no_page_of_the_site() -> None:
    assert inline(OFFLINE.read_text()) == ["style"]
    assert not UNESCAPED.search(OFFLINE.read_text())
    name = OFFLINE.relative_to(ROOT / "templates").as_posix()
    using = {path.relative_to(ROOT).as_posix() for path in (ROOT / "app").rglob("*.py") if name in path.read_text()}
    assert using == {"app/exchange/bundle.py"}
    others = [path for path in TEMPLATES if name in path.read_text()]
    assert others == []


def test_no_page_holds_script_or_style(world: World) -> None:
    for _, rule in world.rules(safe=True):
        answer = world.owner.get(world.path(rule))
        if answer.mimetype == "text/html":
            assert inline(answer.text) == [], rule


@pytest.mark.parametrize(
    "text",
    ["<p onclick='x'>", "<style>", "<script>x</script>", "<a href=' JavaScript:x'>", "<p style='x'>", "<iframe src=x>"],
)
def test_the_search_would_find_each(text: str) -> None:
    assert inline(text) != []


def test_scripts_neither_make_code_of_text_nor_page_of_text() -> None:
    risky = re.compile(
        r"\beval\(|new Function|innerHTML\s*=[^=]|outerHTML\s*=[^=]|insertAdjacentHTML|document\.write"
        r"|setTimeout\(\s*[\"']"
    )
    for path in (ROOT / "static" / "js").glob("*.js"):
        assert not risky.search(path.read_text()), path.name


def test_what_people_typed_is_text_on_every_page(world: World) -> None:
    hostile = "<img src=x onerror=alert(1)>'\"</title><script>alert(1)</script>"
    world.owner.post(f"/sketches/{world.values['sketch_id']}/title", {"title": hostile})
    world.owner.post("/account", {"action": "name", "name": hostile})
    shown = 0
    for _, rule in world.rules(safe=True):
        answer = world.owner.get(world.path(rule))
        if answer.mimetype == "text/html":
            assert inline(answer.text) == [], rule
            shown += "&lt;script&gt;alert" in answer.text
    assert shown >= 3
    assert inline(world.owner.get(f"/sketches?q={hostile}").text) == []


def test_settings_never_show_their_secrets(settings: Settings) -> None:
    assert settings.secret_key not in repr(settings)
