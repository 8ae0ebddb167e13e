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

from app.database import transaction
from app.identity import links, units
from app.witness.forms import Said
from app.witness.service import add_session
from models import Account, Base, Case, CaseAssignment, Job, JobKind, Likeness, Notification, RealPhoto, Role, Sketch
from tests.app.drawings import drawing_png
from tests.app.web import Browser, services, work
from tests.people import add_person

SAFE = {"GET", "HEAD", "OPTIONS"}
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
        known = {**self.values, **(values or {})}
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
            values["case_id"] = _case(db, account)
            values["session_id"] = add_session(db, account, values["case_id"], Said("Ada", "Witness 1")).id
        world.values |= {
            "tag": "0",
            "language": "th",
            "name": "css/base.css",
            "token": links.issue_set_password(db, people["third"]),
            "account_id": people["third"].id,
            "kind": "unit",
        }
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


def _case(db: Session, account: Account) -> uuid.UUID:
    """A case that the account is assigned to, in a unit that nobody is in."""
    unit = units.add_unit(db, f"Unit of {account.name}")
    with transaction(db):
        case = Case(number=f"of {account.name}", title="Harbour", unit_id=unit.id, created_by=account.id)
        db.add(case)
        db.flush()
        db.add(CaseAssignment(case_id=case.id, account_id=account.id))
    return case.id


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
