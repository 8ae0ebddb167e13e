"""Everybody on everything: each endpoint tried as each kind of person.

A new endpoint fails these tests until it has a line here.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app import create_app, gate
from app.database import Database, upgrade
from app.identity import accounts
from app.identity.passwords import hash_password
from app.settings import Settings
from models import Job, JobKind, JobState, Likeness, Role, Sketch
from tests.app.web import Browser, services, work
from tests.people import PASSWORD

PEOPLE = ("anonymous", "owner", "other", "supervisor", "admin", "disabled")

# Method and rule, and what each of PEOPLE gets. 302: to the sign-in page; 401: sign in first;
# 403: not your role; 404: not yours, which looks like not there.
EXPECTED = """
GET  /                                        302 302 302 302 302 302
GET  /about                                   200 200 200 200 200 200
GET  /account                                 302 200 200 200 200 302
POST /account                                 401 303 303 303 303 401
GET  /admin/accounts                          302 403 403 403 200 302
POST /admin/accounts                          401 403 403 403 303 401
GET  /assets/<tag>/<path:name>                200 200 200 200 200 200
GET  /first-account/<token>                   410 410 410 410 410 410
POST /first-account/<token>                   410 410 410 410 410 410
POST /jobs/<uuid:job_id>/cancel               401 303 404 404 403 401
POST /jobs/<uuid:job_id>/retry                401 303 404 404 403 401
GET  /likenesses/<uuid:likeness_id>/image     302 200 404 404 403 302
GET  /likenesses/<uuid:likeness_id>/provenance.json 401 200 404 404 403 401
GET  /likenesses/<uuid:likeness_id>/thumbnail 302 200 404 404 403 302
GET  /livez                                   200 200 200 200 200 200
GET  /readyz                                  200 200 200 200 200 200
GET  /set-password/<token>                    410 410 410 410 410 410
POST /set-password/<token>                    410 410 410 410 410 410
GET  /sign-in                                 200 302 302 302 302 200
POST /sign-in                                 403 403 403 403 403 403
POST /sign-out                                401 303 303 303 303 401
GET  /sketches                                302 200 200 200 403 302
GET  /sketches/<uuid:sketch_id>               302 200 404 404 403 302
GET  /sketches/<uuid:sketch_id>/image         302 200 404 404 403 302
GET  /sketches/<uuid:sketch_id>/original      302 200 404 404 403 302
POST /sketches/<uuid:sketch_id>/render        401 303 404 404 403 401
GET  /sketches/<uuid:sketch_id>/status.json   401 200 404 404 403 401
GET  /sketches/<uuid:sketch_id>/thumbnail     302 200 404 404 403 302
POST /sketches/<uuid:sketch_id>/title         401 303 404 404 403 401
GET  /sketches/new                            302 200 200 200 403 302
POST /sketches/new                            401 422 422 422 403 401
POST /sketches/sample                         401 404 404 404 403 401
GET  /version                                 200 200 200 200 200 200
"""
FIELDS: dict[str, dict[str, str]] = {
    "POST /account": {"action": "name", "name": "New Name"},
    "POST /sketches/<uuid:sketch_id>/render": {"engine": "pix2pix", "seed": "1", "strength": "0.5"},
    "POST /sketches/<uuid:sketch_id>/title": {"title": "Another title"},
    "POST /sign-in": {"email": "nobody@example.org", "password": "wrong"},
    "POST /sketches/sample": {"name": "no such sample"},
}


def expectations() -> Iterator[tuple[str, str, str, int]]:
    for line in EXPECTED.strip().splitlines():
        method, rule, *answers = line.split()
        assert len(answers) == len(PEOPLE), line
        for person, answer in zip(PEOPLE, answers, strict=True):
            yield method, rule, person, int(answer)


@dataclass
class World:
    """An application in which everybody of PEOPLE has a browser, and the owner a rendered sketch."""

    app: Flask
    browsers: dict[str, Browser] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    victim: str = ""

    def path(self, rule: str) -> str:
        endpoint = next(one.endpoint for one in self.app.url_map.iter_rules() if one.rule == rule)
        names = next(one.arguments for one in self.app.url_map.iter_rules() if one.rule == rule)
        with self.app.test_request_context():
            adapter = self.app.url_map.bind("localhost")
            return adapter.build(endpoint, {name: self.values[name] for name in names})


@pytest.fixture
def world(settings: Settings, png: bytes) -> World:
    upgrade(settings.database_url)
    built = World(create_app(settings))
    with services(built.app).database.session() as db:
        _people(built, db)
        _things(built, db, png)
    return built


def _people(world: World, db: Session) -> None:
    kinds = {
        "owner": Role.INVESTIGATOR,
        "other": Role.INVESTIGATOR,
        "supervisor": Role.SUPERVISOR,
        "admin": Role.ADMIN,
        "disabled": Role.INVESTIGATOR,
        "victim": Role.INVESTIGATOR,
    }
    made = {name: accounts.add_account(db, f"{name}@example.org", name, [role]) for name, role in kinds.items()}
    for account in made.values():
        account.password_hash = hash_password(PASSWORD)
    db.commit()
    world.browsers["anonymous"] = Browser(world.app)
    for name in PEOPLE[1:]:
        world.browsers[name] = Browser(world.app)
        assert world.browsers[name].sign_in(made[name]).status_code == 303
    accounts.set_disabled(db, made["admin"], made["disabled"], True)
    world.victim = str(made["victim"].id)


def _things(world: World, db: Session, png: bytes) -> None:
    owner = world.browsers["owner"]
    address = owner.upload(png).headers["Location"]
    work(world.app)
    owner.post(address + "/render", {"engine": "pix2pix", "seed": "0", "strength": "0.5"})
    work(world.app)
    job = db.scalars(select(Job).where(Job.kind == JobKind.RENDER)).one()
    world.values = {
        "sketch_id": db.scalars(select(Sketch.id)).one(),
        "likeness_id": db.scalars(select(Likeness.id)).one(),
        "job_id": job.id,
        "tag": "0",
        "name": "css/base.css",
        "token": "not-a-token",
    }


def test_every_endpoint_is_expected(world: World) -> None:
    found = {
        f"{method} {rule.rule}"
        for rule in world.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert found == {f"{method} {rule}" for method, rule, _, _ in expectations()}


@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_on_everything(world: World, person: str) -> None:
    wrong = []
    for method, rule, _, answer in (one for one in expectations() if one[2] == person):
        if rule == "/sign-out":
            continue
        _prepare(world, rule)
        status = _ask(world, world.browsers[person], method, rule)
        if status != answer:
            wrong.append(f"{method} {rule}: {status}, not {answer}")
    assert wrong == []


@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_may_sign_out_who_is_signed_in(world: World, person: str) -> None:
    browser = world.browsers[person]
    expected = next(one[3] for one in expectations() if one[1] == "/sign-out" and one[2] == person)
    assert browser.post("/sign-out").status_code == expected
    assert browser.get("/sketches").status_code == 302


def _prepare(world: World, rule: str) -> None:
    """Put the owner's job into the state in which the action is possible."""
    states = {"/jobs/<uuid:job_id>/retry": JobState.FAILED, "/jobs/<uuid:job_id>/cancel": JobState.QUEUED}
    if rule in states:
        with services(world.app).database.session() as db:
            job = db.get(Job, world.values["job_id"])
            assert job is not None
            job.state = states[rule]
            db.commit()


def _ask(world: World, browser: Browser, method: str, rule: str) -> int:
    if method == "GET":
        return browser.get(world.path(rule)).status_code
    fields = FIELDS.get(f"{method} {rule}", {})
    if rule == "/admin/accounts":
        fields = {"action": "disable", "account_id": world.victim}
    return browser.post(world.path(rule), fields).status_code


def test_an_endpoint_that_does_not_say_who_may_call_it_stops_the_start(world: World) -> None:
    gate.check_declared(world.app)
    world.app._got_first_request = False
    world.app.add_url_rule("/silent", "silent", lambda: "hello")
    with pytest.raises(RuntimeError, match="silent"):
        gate.check_declared(world.app)
    assert world.browsers["owner"].get("/silent").status_code == 403


def test_paths_with_an_identity_have_a_typed_one(world: World) -> None:
    for rule in world.app.url_map.iter_rules():
        assert not {"<id>", "<int:id>"} & set(rule.rule.split("/")), rule
        assert all(part.islower() or part.startswith("<") or part == "" for part in rule.rule.split("/")), rule


WRITING = ("INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "REPLACE", "BEGIN IMMEDIATE")


def test_no_get_or_head_writes_to_the_records(world: World) -> None:
    statements: list[str] = []
    engine = services(world.app).database.engine
    event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_: statements.append(statement.strip()))
    gets = [rule for method, rule, person, _ in expectations() if method == "GET" and person == "owner"]
    for person, rule in itertools.product(PEOPLE, gets):
        world.browsers[person].get(world.path(rule))
        world.browsers[person].client.head(world.path(rule))
    assert any(statement.startswith("SELECT") for statement in statements)
    assert [one for one in statements if one.upper().startswith(WRITING)] == []


def test_the_statement_log_would_show_a_write(world: World) -> None:
    statements: list[str] = []
    engine = services(world.app).database.engine
    event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_: statements.append(statement.strip()))
    world.browsers["owner"].post(world.path("/sketches/<uuid:sketch_id>/title"), {"title": "New"})
    assert [one for one in statements if one.upper().startswith(WRITING)] != []


def test_only_documented_fields_change_a_record(world: World) -> None:
    """Every column's name is posted to every form: nothing but what the form is for may change."""
    settings = services(world.app).settings
    before = _everything(settings)
    poison = {
        column.name: "00000000-0000-4000-8000-000000000000"
        for table in Sketch.metadata.tables.values()
        for column in table.columns
        if column.name not in ("title", "name", "csrf_token")
    }
    world.browsers["owner"].post(world.path("/sketches/<uuid:sketch_id>/title"), {"title": "Only this", **poison})
    world.browsers["owner"].post("/account", {"action": "name", "name": "And this", **poison})
    after = _everything(settings)
    changed = {
        (table, column)
        for table, rows in before.items()
        for key, row in rows.items()
        for column, value in row.items()
        if after[table][key][column] != value
    }
    assert changed == {("sketch", "title"), ("sketch", "title_folded"), ("account", "name")}
    assert {table: set(rows) for table, rows in before.items()} == {table: set(rows) for table, rows in after.items()}


def _everything(settings: Settings) -> dict[str, dict[str, dict[str, Any]]]:
    database = Database(settings.database_url)
    with database.session() as db:
        found = {
            name: {str(row[0]): dict(row._mapping) for row in db.execute(select(table)).all()}
            for name, table in Sketch.metadata.tables.items()
            if name != "account_role"
        }
    database.close()
    return found
