"""An installation with one of everything, and the route table to try on it."""

import io
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app.agency import logo
from app.bulletins import asking
from app.bulletins.asking import Wish
from app.cases import glass, notes, saved
from app.cases.filters import Filter
from app.database import transaction
from app.exchange import exports
from app.identity import access_tokens, links, units
from app.retention import deletion, policies, tip_policies
from app.storage import ObjectStore
from app.witness.forms import Said
from app.witness.service import add_session
from models import (
    Account,
    Base,
    BulletinFormat,
    Case,
    CaseAssignment,
    CaseStatus,
    EmergencyAccess,
    ExportFormat,
    Job,
    JobKind,
    Likeness,
    Notification,
    Proposal,
    RealPhoto,
    Role,
    Scope,
    Sketch,
    TipPolicy,
    TipState,
)
from tests import noticed, tipped
from tests.app.bulletins.publications import publish
from tests.app.drawings import drawing_png
from tests.app.web import Browser, services, work
from tests.people import add_person

SAFE = {"GET", "HEAD", "OPTIONS"}
CHOICES = {"kind": "unit"}
"""Of what an address lets choose among words, where nothing else is known: any other word builds no address."""
Dump = dict[str, dict[str, dict[str, Any]]]
CUSTODY = ("custody_chain", "custody_entry", "sighting")


@dataclass
class World:
    """``owner`` holds every role and owns what ``values`` names; ``other`` is an investigator with a sketch too."""

    app: Flask
    owner: Browser
    other: Browser
    accounts: dict[str, Account]
    values: dict[str, Any] = field(default_factory=dict)
    foreign: dict[str, Any] = field(default_factory=dict)
    """The same names for what belongs to ``other``."""

    def rules(self, *, safe: bool) -> Iterator[tuple[str, Rule]]:
        """Method and rule of every endpoint that only reads, or of every one that may change something."""
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda one: one.rule):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                if (method in SAFE) == safe:
                    yield method, rule

    def path(self, rule: Rule, values: dict[str, Any] | None = None) -> str:
        """An address of this rule, with records that are there wherever the rule's names are known."""
        known = {**CHOICES, **self.values, **(values or {})}
        chosen = {name: known.get(name, uuid.uuid4() if "<uuid:" in rule.rule else "x") for name in rule.arguments}
        with self.app.test_request_context():
            return self.app.url_map.bind("localhost").build(rule.endpoint, chosen)

    def session(self) -> Session:
        return services(self.app).database.session()


def build(app: Flask) -> World:
    """People, a rendered sketch of each of two, an open one-time link."""
    with services(app).database.session() as db:
        people = {
            "owner": add_person(db, "owner@example.org", "Person 1", *Role),
            "other": add_person(db, "other@example.org", "Person 2", Role.INVESTIGATOR),
            "third": add_person(db, "third@example.org", "Person 3", Role.INVESTIGATOR),
        }
        world = World(app, Browser(app), Browser(app), people)
        for browser, name in ((world.owner, "owner"), (world.other, "other")):
            assert browser.sign_in(people[name]).status_code == 303
        world.values = _things(app, world.owner, 1)
        world.foreign = _things(app, world.other, 2)
        for values, account in ((world.values, people["owner"]), (world.foreign, people["other"])):
            values |= _case(db, services(app).store, account)
            values |= _notice(app, db, account)
        with tipped.forms_of(app, db) as forms:
            for values in (world.values, world.foreign):
                values |= tipped.names(db, tipped.send(db, forms, values["slug"], [(drawing_png(91), "a.png")]))
        world.values |= _of_supervisors(world, db)
        world.values |= _of_administrators(world, db)
        world.values |= {
            "tag": "0",
            "language": "th",
            "name": "css/base.css",
            "token": links.issue_set_password(db, people["third"]),
            "account_id": people["third"].id,
        }
        for account in people.values():  # they are read on without this session
            db.refresh(account)
    work(app)
    return world


def _things(app: Flask, browser: Browser, seed: int) -> dict[str, Any]:
    """One sketch with its likeness and the job that made it."""
    address = browser.upload(drawing_png(seed), title=f"Sketch {seed}").headers["Location"]
    work(app)
    browser.post(address + "/render", {"engine": "pix2pix", "seed": "0", "strength": "0.5"})
    work(app)
    sketch_id = uuid.UUID(address.rpartition("/")[2])
    with services(app).database.session() as db:
        job = db.scalars(select(Job).where(Job.kind == JobKind.RENDER, Job.subject_id == sketch_id)).one()
        likeness = db.scalars(select(Likeness).where(Likeness.sketch_id == sketch_id)).one()
        sketch = db.get_one(Sketch, sketch_id)
    photo = {"photo": (io.BytesIO(drawing_png(seed + 50)), "photo.png")}
    assert browser.post(f"/likenesses/{likeness.id}/photo", photo).status_code == 303
    work(app)
    with services(app).database.session() as db:
        told = select(Notification.id).where(Notification.path == f"/likenesses/{likeness.id}/photo")
        notification_id = db.scalars(told).one()
        photo_id = db.scalars(select(RealPhoto.id).where(RealPhoto.likeness_id == likeness.id)).one()
    keys = [sketch.original_key, sketch.clean_key, sketch.thumbnail_key, likeness.image_key]
    return {
        "sketch_id": sketch_id,
        "likeness_id": likeness.id,
        "job_id": job.id,
        "render_id": job.id,
        "photo_id": photo_id,
        "notification_id": notification_id,
        "keys": keys,
    }


def _case(db: Session, store: ObjectStore, account: Account) -> dict[str, Any]:
    """A case that the account is assigned to, with what is written into it, and a search that finds it."""
    case_id = add_case(db, account, f"of {account.name}")
    saved.save(db, account, "Mine", Filter(query="harbour"))
    notice = publish(db, store, account, case_id, f"of{account.name[-1]}")
    how = Wish(BulletinFormat.PDF, "a4", ("en",), 150, "https://notices.example.org")
    return {
        "slug": notice.slug,
        "publication_id": notice.id,
        "bulletin_id": asking.ask(db, account, [notice.id], how).id,
        "case_id": case_id,
        "session_id": add_session(db, account, case_id, Said("Ada", "Witness 1")).id,
        "note_id": notes.add(db, account, case_id, "She is sure of the scar.").id,
        "filter_id": saved.list_saved(db, account)[0].id,
    }


def _notice(app: Flask, db: Session, account: Account) -> dict[str, Any]:
    """One that waits for a decision, in a case of its own."""
    case_id = add_case(db, account, f"of the notice of {account.name}")
    likeness = noticed.add_likeness(app, db, account, case_id, 70)
    return noticed.names(db, noticed.add_notice(app, db, account, case_id, noticed.content([likeness])))


def add_case(db: Session, account: Account, number: str) -> uuid.UUID:
    """One that the account is assigned to, in a unit that nobody is in."""
    unit = units.add_unit(db, f"Unit {number}")
    with transaction(db):
        case = Case(number=number, title="Harbour", unit_id=unit.id, created_by=account.id)
        db.add(case)
        db.flush()
        db.add(CaseAssignment(case_id=case.id, account_id=account.id))
    return case.id


def _of_supervisors(world: World, db: Session) -> dict[str, Any]:
    """A rule of retention, a deletion that waits, an export, and a look at somebody else's case that is over."""
    owner = db.get_one(Account, world.accounts["owner"].id)
    policies.set_policy(db, owner, CaseStatus.ARCHIVED, 60, Proposal.DELETE)
    tip_policies.set_policy(db, owner, TipState.SPAM, 3)
    request = deletion.ask(db, owner, add_case(db, owner, "to be deleted"), "Over")
    export = exports.ask(db, owner, world.values["case_id"], ExportFormat.ZIP, "en")
    glass.break_glass(db, owner, "of Person 2", "Nobody of the unit is on duty")
    access_id = db.scalars(select(EmergencyAccess.id)).one()
    glass.close(db, owner, access_id)
    return {
        "policy_id": policies.policies(db)[0].id,
        "tip_policy_id": db.scalars(select(TipPolicy.id)).one(),
        "request_id": request.id,
        "export_id": export.id,
        "access_id": access_id,
    }


def _of_administrators(world: World, db: Session) -> dict[str, Any]:
    """A unit, a logo, and a token of the owner's."""
    owner = db.get_one(Account, world.accounts["owner"].id)
    unit = units.add_unit(db, "Harbour police")
    logo.set_logo(db, services(world.app).store, owner, 0, drawing_png(90))
    token = access_tokens.issue(db, owner, "Reader", [Scope.SKETCHES_READ], 30).row
    return {"unit_id": unit.id, "subject_id": unit.id, "section": "agency", "token_id": token.id}


def dump(app: Flask) -> Dump:
    """Every row of every table but custody's, which grows with all that is done, by its primary key."""
    found: Dump = {}
    with services(app).database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name in CUSTODY:
                continue
            primary = [column.name for column in table.primary_key]
            rows = [dict(row._mapping) for row in connection.execute(select(table))]
            found[table.name] = {"/".join(str(row[name]) for name in primary): row for row in rows}
    return found


def changes(before: Dump, after: Dump) -> set[str]:
    """``table.column`` for what changed, ``table+`` and ``table-`` for rows that came and went."""
    found: set[str] = set()
    for table, rows in after.items():
        former = before[table]
        found |= {f"{table}+" for _ in rows.keys() - former.keys()}
        found |= {f"{table}-" for _ in former.keys() - rows.keys()}
        for key in rows.keys() & former.keys():
            found |= {f"{table}.{name}" for name, value in rows[key].items() if value != former[key][name]}
    return found
