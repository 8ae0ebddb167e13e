"""Everybody on everything: each endpoint tried as each kind of person.

A new endpoint fails these tests until it has a line in matrix.txt.
"""

import io
import itertools
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from app import create_app, gate
from app.bulletins import asking
from app.bulletins.asking import Wish
from app.cases import notes
from app.cases import service as cases
from app.cases.forms import CaseFacts
from app.database import Database, transaction, upgrade
from app.exchange import exports
from app.identity import access_tokens, accounts, standing, units
from app.identity.passwords import hash_password
from app.retention import deletion, policies, tip_policies
from app.settings import Settings
from app.witness.forms import Said
from app.witness.service import add_session
from models import (
    AccessToken,
    Account,
    BulletinFormat,
    Case,
    CaseStatus,
    ExportFormat,
    Job,
    JobKind,
    JobState,
    Likeness,
    NoticeStage,
    Notification,
    Proposal,
    Publication,
    RealPhoto,
    Role,
    Scope,
    Sketch,
    Tip,
    TipPolicy,
    TipState,
)
from scripts.access import PAGE, Line, declared, page, read_matrix
from tests import noticed, tipped
from tests.app.bulletins.publications import publish
from tests.app.drawings import drawing_png
from tests.app.web import Browser, forget_confirmations, services, work
from tests.people import PASSWORD
from tests.security.world import CUSTODY

MATRIX = read_matrix()
PEOPLE = tuple(MATRIX[0].answers)


@dataclass
class World:
    """An application in which everybody of PEOPLE has a browser, and the owner a rendered sketch."""

    app: Flask
    browsers: dict[str, Browser] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

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
        _case(built, db)
    return built


def _people(world: World, db: Session) -> None:
    unit, other = units.add_unit(db, "Investigations"), units.add_unit(db, "Cold cases")
    kinds = {
        "owner": (Role.INVESTIGATOR, unit),
        "colleague": (Role.INVESTIGATOR, unit),
        "elsewhere": (Role.INVESTIGATOR, other),
        "supervisor": (Role.SUPERVISOR, unit),
        "admin": (Role.ADMIN, unit),
        "suspended": (Role.INVESTIGATOR, unit),
        "victim": (Role.INVESTIGATOR, unit),
    }
    made = {
        name: accounts.add_account(db, f"{name}@example.org", name, [role], [its.id])
        for name, (role, its) in kinds.items()
    }
    for account in made.values():
        account.password_hash = hash_password(PASSWORD)
    db.commit()
    world.browsers["anonymous"] = Browser(world.app)
    for name in PEOPLE[1:]:
        world.browsers[name] = Browser(world.app)
        assert world.browsers[name].sign_in(made[name]).status_code == 303
    standing.suspend(db, made["admin"], made["suspended"])
    token = access_tokens.issue(db, made["victim"], "for a test", [Scope.SKETCHES_READ], 30)
    world.values = {"account_id": made["victim"].id, "unit_id": unit.id, "token_id": token.row.id}


def _things(world: World, db: Session, png: bytes) -> None:
    owner = world.browsers["owner"]
    address = owner.upload(png).headers["Location"]
    work(world.app)
    owner.post(address + "/render", {"engine": "pix2pix", "seed": "0", "strength": "0.5"})
    work(world.app)
    job = db.scalars(select(Job).where(Job.kind == JobKind.RENDER)).one()
    likeness_id = db.scalars(select(Likeness.id)).one()
    owner.post(f"/likenesses/{likeness_id}/photo", {"photo": (io.BytesIO(png), "photo.png")})
    work(world.app)
    db.rollback()  # what is read from here on is as it is now
    world.values |= {
        "notification_id": db.scalars(select(Notification.id)).first(),
        "photo_id": db.scalars(select(RealPhoto.id)).one(),
        "sketch_id": db.scalars(select(Sketch.id)).one(),
        "likeness_id": likeness_id,
        "job_id": job.id,
        "render_id": job.id,
        "tag": "0",
        "name": "css/base.css",
        "token": "not-a-token",
        "kind": "unit",
        "subject_id": world.values["unit_id"],
        "section": "entry",
        "access_id": uuid.uuid4(),
        "language": "th",
    }


def _case(world: World, db: Session) -> None:
    owner = db.scalars(select(Account).where(Account.email == "owner@example.org")).one()
    supervisor = db.scalars(select(Account).where(Account.email == "supervisor@example.org")).one()
    case = cases.create(db, owner, CaseFacts("Harbour"))
    export = exports.ask(db, supervisor, case.id, ExportFormat.ZIP, "en")
    work(world.app)
    # Asked for by the supervisor, who therefore may not approve it: the case stays for all that comes after.
    request = deletion.ask(db, supervisor, case.id, "Over")
    policies.set_policy(db, supervisor, CaseStatus.CLOSED, 60, Proposal.ARCHIVE)
    world.values |= {"case_id": case.id, "export_id": export.id, "request_id": request.id, "filter_id": uuid.uuid4()}
    world.values["session_id"] = add_session(db, owner, case.id, Said("Ada Artist", "Witness 1")).id
    _published(world, db, owner)
    world.values["policy_id"] = policies.policies(db)[0].id
    tip_policies.set_policy(db, owner, TipState.SPAM, 3)  # so that the supervisor may carry it out
    world.values["tip_policy_id"] = db.scalars(select(TipPolicy.id)).one()
    _note(world, db, owner)
    _notice(world, db, owner)
    with tipped.forms_of(world.app, db) as forms:
        tip = tipped.send(db, forms, world.values["slug"], [(drawing_png(9), "a.png")])
    world.values |= tipped.names(db, tip)


def _notice(world: World, db: Session, owner: Account) -> None:
    """In a case of its own, so that the owner's sketch stays in none."""
    case = cases.create(db, owner, CaseFacts("Quay"))
    likeness = noticed.add_likeness(world.app, db, owner, case.id, 40)
    notice = noticed.add_notice(world.app, db, owner, case.id, noticed.content([likeness]))
    world.values |= noticed.names(db, notice)


def _published(world: World, db: Session, owner: Account) -> None:
    """A notice of the owner's case, and a bulletin of it."""
    notice = publish(db, services(world.app).store, owner, world.values["case_id"], "7kq2m9xw")
    how = Wish(BulletinFormat.PDF, "a4", ("en",), 150, "https://notices.example.org")
    world.values |= {"slug": notice.slug, "bulletin_id": asking.ask(db, owner, [notice.id], how).id}
    work(world.app)


def _note(world: World, db: Session, owner: Account) -> None:
    world.values["note_id"] = notes.add(db, owner, world.values["case_id"], "She is sure of the scar.").id


def test_every_endpoint_is_expected(world: World) -> None:
    found = {
        f"{method} {rule.rule}"
        for rule in world.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    listed = [line.name for line in MATRIX]
    assert found == set(listed)
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_on_everything(world: World, person: str) -> None:
    wrong = []
    for line in MATRIX:
        if line.rule == "/sign-out":
            continue
        _prepare(world, line.rule)
        status = _ask(world, world.browsers[person], line)
        if status != line.answers[person]:
            wrong.append(f"{line.name}: {status}, not {line.answers[person]}")
    assert wrong == []


@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_may_sign_out_who_is_signed_in(world: World, person: str) -> None:
    browser = world.browsers[person]
    expected = next(line.answers[person] for line in MATRIX if line.rule == "/sign-out")
    assert browser.post("/sign-out").status_code == expected
    assert browser.get("/sketches").status_code == 302


def _prepare(world: World, rule: str) -> None:
    """Put the owner's job into the state in which the action is possible, and take back what was done to the victim."""
    states = {"retry": JobState.FAILED, "cancel": JobState.QUEUED, "priority": JobState.QUEUED}
    with services(world.app).database.session() as db, transaction(db):
        db.get_one(AccessToken, world.values["token_id"]).revoked_at = None
        case = db.get_one(Case, world.values["case_id"])
        # Of a held case nobody removes a note.
        case.status, case.hold_reason = CaseStatus.OPEN, "A court" if rule.endswith("/release") else ""
        db.get_one(Account, world.values["account_id"]).suspended_at = None
        if rule.endswith("/notes/<uuid:note_id>/remove"):
            owner = db.scalars(select(Account).where(Account.email == "owner@example.org")).one()
            _note(world, db, owner)
        if "<uuid:job_id>" in rule:
            db.get_one(Job, world.values["job_id"]).state = states[rule.rpartition("/")[2]]
        elif "<uuid:render_id>" in rule:
            db.get_one(Job, world.values["job_id"]).state = JobState.QUEUED
        if "bulletin" in rule:  # what became of the case meanwhile may have ended what is public
            of_it = Publication.slug == world.values["slug"]
            db.execute(update(Publication).where(of_it).values(ended_at=None, ended_why=None))
        if "<uuid:tip_id>" in rule:
            db.get_one(Tip, world.values["tip_id"]).state = TipState.IN_REVIEW
        if "<uuid:notice_id>" in rule:
            drafted = rule.rpartition("/")[2] in ("submit", "edit", "pictures", "make-pictures")
            stage = NoticeStage.DRAFT if drafted else NoticeStage.SUBMITTED
            noticed.put_back(db, world.values["notice_id"], stage)


def _ask(world: World, browser: Browser, line: Line) -> int:
    if line.method == "GET":
        return browser.get(world.path(line.rule)).status_code
    if line.rule.startswith(gate.API):
        headers = {"X-CSRF-Token": browser.token(), "If-Match": "*"}
        path = world.path(line.rule)
        return browser.client.open(path, method=line.method, json=line.json, headers=headers).status_code
    return browser.post(world.path(line.rule), line.fields).status_code


def test_the_documents_say_what_is_tried(world: World) -> None:
    assert PAGE.read_text() == page(world.app, MATRIX), "docs/access.md is out of date: run `make access`."


def test_what_is_grave_is_refused_long_after_signing_in(world: World) -> None:
    words = declared(world.app)
    grave = [line for line in MATRIX if "confirmed" in words[line.name]]
    assert len(grave) > 5
    settings = services(world.app).settings
    forget_confirmations(world.app)
    before = _everything(settings)
    for line in grave:
        path, asker = world.path(line.rule), world.browsers["admin" if "admin" in words[line.name] else "supervisor"]
        if line.method == "GET":
            assert asker.get(path).headers["Location"] == "/confirm?" + urlencode({"next": path})
            continue
        answer = asker.post(path, line.fields)
        assert (answer.status_code, "Confirm that it is you" in answer.text) == (403, True), line
        scripted = asker.post(path, line.fields, Accept="application/json")
        assert (scripted.status_code, scripted.get_json()["code"]) == (403, "confirmation_needed"), line
    assert _everything(settings) == before


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
    gets = [line.rule for line in MATRIX if line.method == "GET"]
    for person, rule in itertools.product(PEOPLE, gets):
        statements.clear()
        world.browsers[person].get(world.path(rule))
        world.browsers[person].client.head(world.path(rule))
        written = [one for one in statements if one.upper().startswith(WRITING)]
        assert [one for one in written if rule not in EVIDENCE or not one.startswith(NOTED)] == [], rule
    assert any(statement.startswith("SELECT") for statement in statements)


EVIDENCE = {
    "/bulletins/<uuid:bulletin_id>/file",
    "/api/v1/likenesses/<uuid:likeness_id>/image",
    "/api/v1/likenesses/<uuid:likeness_id>/provenance",
    "/api/v1/sketches/<uuid:sketch_id>/image",
    "/api/v1/sketches/<uuid:sketch_id>/original",
    "/api/v1/tips/<uuid:tip_id>",
    "/exports/<uuid:export_id>/file",
    "/inbox/<uuid:tip_id>",
    "/inbox/<uuid:tip_id>/files/<uuid:tip_file_id>/download",
    "/inbox/<uuid:tip_id>/files/<uuid:tip_file_id>/picture",
    "/likenesses/<uuid:likeness_id>/image",
    "/likenesses/<uuid:likeness_id>/provenance.json",
    "/notices/<uuid:notice_id>/files/<uuid:file_id>",
    "/photos/<uuid:photo_id>/aligned",
    "/photos/<uuid:photo_id>/image",
    "/photos/<uuid:photo_id>/original",
    "/sketches/<uuid:sketch_id>/image",
    "/sketches/<uuid:sketch_id>/original",
}
NOTED = ("BEGIN IMMEDIATE", "INSERT INTO sighting", "INSERT INTO custody_", "UPDATE custody_chain")
"""What looking at evidence writes: that somebody looked."""


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
        if column.name not in ("title", "name", "action", "csrf_token")
    }
    world.browsers["owner"].post(world.path("/sketches/<uuid:sketch_id>/title"), {**poison, "title": "Only this"})
    world.browsers["owner"].post("/account", {**poison, "action": "name", "name": "And this"})
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
            name: {
                str(row.id if "id" in table.c else tuple(row)): dict(row._mapping)
                for row in db.execute(select(table)).all()
            }
            for name, table in Sketch.metadata.tables.items()
            if name not in CUSTODY
        }
    database.close()
    return found
