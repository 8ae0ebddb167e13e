"""What belongs to somebody else cannot be named, guessed or reached round a corner."""

import io
import uuid
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from app import gate
from app.assets import version
from app.settings import ROOT
from models import Sketch
from scripts.access import read_matrix
from tests.app.drawings import drawing_png
from tests.app.web import Browser, services
from tests.people import add_person
from tests.security.world import World, changes, dump


def test_records_of_others_are_answered_like_records_that_are_not_there(world: World) -> None:
    """Word for word, but for the request's own reference: also an error must not tell what exists."""
    compared = 0
    for safe in (True, False):
        for method, rule in world.rules(safe=safe):
            ids = {name for name in rule.arguments if name in ("sketch_id", "likeness_id", "job_id", "render_id")}
            if not ids or rule.rule.startswith("/admin/"):  # whose work it is does not matter there
                continue
            answers = []
            for values in (world.foreign, {name: uuid.uuid4() for name in ids}):
                path = world.path(rule, values)
                sent = {} if safe else change(world, method, rule)
                answer = world.owner.client.open(path, method=method, **sent)
                answers.append((answer.status_code, answer.text.replace(answer.headers["X-Request-ID"], "")))
            assert answers[0] == answers[1], rule
            assert answers[0][0] == 404, rule
            compared += 1
    assert compared >= 10


def change(world: World, method: str, rule: Rule) -> dict[str, Any]:
    """What a change sends, as a form or, to the API, as the matrix has it."""
    token = world.owner.token()
    if not rule.rule.startswith(gate.API):
        return {"data": {"csrf_token": token, "title": "X", "engine": "pix2pix"}}
    sent = next(line.json for line in read_matrix() if (line.method, line.rule) == (method, rule.rule))
    return {"json": sent, "headers": {"X-CSRF-Token": token, "If-Match": "*"}}


@pytest.mark.parametrize("where", ["form", "address"])
def test_a_version_cannot_be_put_into_somebody_elses_lineage(world: World, where: str) -> None:
    parent, before = str(world.foreign["sketch_id"]), dump(world.app)
    assert world.owner.get(f"/sketches/new?parent={parent}").status_code == 404
    form = {"parent": parent} if where == "form" else {}
    token = world.owner.token()
    data = {"csrf_token": token, "files": (io.BytesIO(drawing_png(3)), "a.png"), **form}
    path = "/sketches/new" + ("" if where == "form" else f"?parent={parent}")
    assert world.owner.client.post(path, data=data).status_code == 404
    assert changes(before, dump(world.app)) == set()


@pytest.mark.parametrize("parent", ["x", "../..", "1", "' OR 1=1 --", "00000000-0000-0000-0000-000000000000"])
def test_a_parent_that_is_none_is_not_there(world: World, parent: str) -> None:
    assert world.owner.get("/sketches/new").status_code == 200
    assert world.owner.client.get("/sketches/new", query_string={"parent": parent}).status_code == 404


@pytest.mark.parametrize("number", ["2", "0", "-1", "99999999999999999999", "1e9", "x", "1' OR '1'='1", "1.0"])
def test_a_likeness_is_chosen_among_this_sketchs_alone(world: World, number: str) -> None:
    with world.session() as db:
        foreign = db.get_one(Sketch, world.foreign["sketch_id"])
    path = f"/sketches/{world.values['sketch_id']}"
    page = world.owner.client.get(path, query_string={"likeness": number})
    assert page.status_code == 200
    for value in (str(world.foreign["likeness_id"]), str(foreign.id), foreign.title):
        assert value not in page.text
    assert str(world.values["likeness_id"]) in page.text


@pytest.mark.parametrize("page", ["0", "-5", "99999999999999999999", "x", "1;DROP TABLE sketch"])
def test_pages_of_the_list_hold_ones_own_sketches_alone(world: World, page: str) -> None:
    answer = world.owner.client.get("/sketches", query_string={"page": page, "q": "Sketch"})
    assert answer.status_code == 200
    assert str(world.values["sketch_id"]) in answer.text
    assert str(world.foreign["sketch_id"]) not in answer.text


@pytest.mark.parametrize("query", ["%", "_", "' OR 1=1 --", "\\", "%%", "Sketch 2", "\u202e", "😀" * 300])
def test_a_search_finds_ones_own_alone(world: World, query: str) -> None:
    answer = world.owner.client.get("/sketches", query_string={"q": query})
    assert answer.status_code == 200
    assert str(world.foreign["sketch_id"]) not in answer.text


def test_no_address_takes_a_storage_key(world: World) -> None:
    """Objects are reached through a record alone; their keys, own or others', open nothing."""
    before = dump(world.app)
    for key in (*world.values["keys"], *world.foreign["keys"]):
        owner, digest = key.split("/")
        guesses = [f"/{key}", f"/objects/{key}", f"/storage/{key}", f"/assets/0/{key}", f"/sketches/{digest}/image"]
        guesses += [f"/sketches/{owner}/image", f"/likenesses/{digest}/image", f"/assets/0/../../var/objects/{key}"]
        for path in guesses:
            assert world.owner.get(path).status_code == 404, path
        fields = {"clean_key": key, "original_key": key, "image_key": key, "thumbnail_key": key, "title": "X"}
        world.owner.post(f"/sketches/{world.values['sketch_id']}/title", fields)
    assert {what for what in changes(before, dump(world.app)) if "_key" in what} == set()


def test_no_page_tells_where_objects_are_kept(world: World) -> None:
    for _, rule in world.rules(safe=True):
        answer = world.owner.get(world.path(rule))
        if answer.mimetype in ("text/html", "application/json"):
            for key in world.values["keys"]:
                assert key not in answer.text, rule


TRAVERSALS = [
    "../wsgi.py", "../../wsgi.py", "..%2f..%2fwsgi.py", "%2e%2e/%2e%2e/wsgi.py", "%2e%2e%2f%2e%2e%2fwsgi.py",
    "%252e%252e%252fwsgi.py", "..%5c..%5cwsgi.py", "..\\..\\wsgi.py", "css/../../wsgi.py", "css/..%2f..%2fwsgi.py",
    "/etc/passwd", "%2fetc%2fpasswd", "//etc/passwd", "....//....//wsgi.py", "..;/wsgi.py", "css/%00", "%00",
    "css/base.css%00.png", "C:%5cwindows%5cwin.ini", "css/.", "css", "", ".", "..", "~root", "\u2025/wsgi.py",
    "%c0%ae%c0%ae/wsgi.py",
]  # fmt: skip


@pytest.mark.parametrize("name", TRAVERSALS)
def test_nothing_outside_the_static_folder_is_sent(app: Flask, name: str) -> None:
    for tag in (version(), "0", "..", "%2e%2e"):
        for path in (f"/assets/{tag}/{name}", f"/assets/{name}"):
            answer = Browser(app).get(path)
            assert answer.status_code in (301, 308, 404), path
            assert "create_app" not in answer.text, path
            assert "root:" not in answer.text, path


def test_a_link_out_of_the_static_folder_is_not_shipped() -> None:
    links = [path for path in (ROOT / "static").rglob("*") if path.is_symlink()]
    assert links == []


ELSEWHERE = [
    "//evil.example.com", "///evil.example.com", "https://evil.example.com", "/\\evil.example.com", "evil.example.com",
    "\\\\evil.example.com", "/\t/evil.example.com", "/\n/evil.example.com", "\t//evil.example.com", "?//evil", "#",
    " //evil.example.com", "javascript:alert(1)", "/%0d%0aLocation:%20//evil.example.com", "@evil.example.com",
    "http:evil.example.com", "/\r\nSet-Cookie: a=b", "/.//evil.example.com", "/..//evil.example.com",
    "/\u2028/evil.example.com", "/\x0b/evil.example.com", "/\x85/evil.example.com", "data:text/html,x",
    "////evil.example.com", "/\x7f/evil.example.com",
]  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_nowhere_else(app: Flask, target: str) -> None:
    with services(app).database.session() as db:
        account = add_person(db, "person1@example.org", "Person 1")
    browser = Browser(app)
    page = browser.client.get("/sign-in", query_string={"next": target})
    fields = {"email": account.email, "password": "nine small teal boats", "next": target}
    for answer in (browser.post("/sign-in", fields), browser.client.get("/sign-in", query_string={"next": target})):
        assert answer.status_code in (302, 303)
        assert stays_here(answer.headers["Location"]), answer.headers["Location"]
        assert len(answer.headers.getlist("Location")) == 1
        assert "a=b" not in str(answer.headers.getlist("Set-Cookie"))
    assert page.status_code == 200


def stays_here(location: str) -> bool:
    """As a browser reads it: a backslash is a slash, and tabs and line ends are not there."""
    seen = location.replace("\\", "/").strip()
    for sign in "\t\r\n":
        seen = seen.replace(sign, "")
    return urlsplit(urljoin("http://localhost/sign-in", seen)).netloc == "localhost"


def test_a_place_of_ours_is_led_to(app: Flask) -> None:
    with app.test_request_context():
        assert gate.safe_next("/sketches?q=a&page=2") == "/sketches?q=a&page=2"


def test_the_file_name_of_an_upload_names_no_place(world: World) -> None:
    names = [
        "../../etc/passwd",
        "..\\..\\x.png",
        "/abs/x.png",
        "a\r\nb.png",
        "a\x00b.png",
        "con",
        "." * 300,
        '"; x="y.png',
    ]
    for number, name in enumerate(names):
        answer = world.owner.upload(drawing_png(10 + number), name)
        assert answer.status_code in (303, 400, 422), name
    with world.session() as db:
        kept = db.scalars(select(Sketch.file_name)).all()
        ids = db.scalars(select(Sketch.id).where(Sketch.owner_id == world.accounts["owner"].id)).all()
    assert all(not set(name) & set("/\\\r\n\0") and len(name) <= 255 for name in kept)
    for sketch_id in ids:
        answer = world.owner.get(f"/sketches/{sketch_id}/original")
        disposition = answer.headers["Content-Disposition"]
        assert disposition.startswith("attachment; filename")
        assert "\n" not in disposition
