"""An installation whose every page has much to show, and the list of those pages, read from the route table."""

import datetime as dt
import io
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app.agency import limiting
from app.bulletins import asking
from app.bulletins.asking import Wish
from app.cases import glass, notes, people
from app.cases import service as cases
from app.cases.forms import CaseFacts
from app.database import transaction
from app.exchange import exports
from app.filing.place import Place
from app.identity import access_tokens, accounts, links, units
from app.inbox import acting
from app.notices import deciding
from app.notices import service as notices
from app.retention import deletion, policies, tip_policies
from app.storage import ObjectStore
from app.studio import service as studio
from app.studio.service import create_sketch
from app.witness.forms import Said
from app.witness.service import add_session
from models import (
    Account,
    BulletinFormat,
    CaseStatus,
    ExportFormat,
    Job,
    JobKind,
    JobState,
    Likeness,
    Notice,
    NoticeStage,
    Proposal,
    RealPhoto,
    Role,
    Scope,
    SettingSection,
    Sketch,
    TipState,
    Worker,
    utc_now,
)
from tests import noticed, tipped
from tests.app.bulletins.publications import publish
from tests.app.drawings import drawing_png
from tests.app.web import Browser, services, work
from tests.people import add_person

LONG = "A title that somebody typed in a hurry, with a " + "Verylongword" * 6
THAI = "ภาพร่างผู้ต้องสงสัยจากพยานที่ตลาดริมแม่น้ำเจ้าพระยา"
NO_PAGES = {
    "/": "leads on to the first room",
    "/admin/logo": "a picture",
    "/admin/operations/status.json": "data for the page's script",
    "/admin/usage.csv": "a file",
    "/assets/<tag>/<path:name>": "a file",
    "/bulletins/<uuid:bulletin_id>/file": "a file",
    "/bulletins/<uuid:bulletin_id>/preview": "a picture",
    "/exports/<uuid:export_id>/file": "a file",
    "/firebase/action": "only with Firebase; tests/browser/test_firebase.py",
    "/language/<tag>/<language>.js": "a script",
    "/likenesses/<uuid:likeness_id>/image": "a picture",
    "/likenesses/<uuid:likeness_id>/provenance.json": "a file",
    "/likenesses/<uuid:likeness_id>/thumbnail": "a picture",
    "/livez": "a probe",
    "/metrics": "for Prometheus",
    "/inbox/<uuid:tip_id>/files/<uuid:tip_file_id>/download": "a file",
    "/inbox/<uuid:tip_id>/files/<uuid:tip_file_id>/picture": "a picture",
    "/notices/<uuid:notice_id>/files/<uuid:file_id>": "a picture",
    "/notices/<uuid:notice_id>/preview/<language>": "the public's page; tests/public",
    "/photos/<uuid:photo_id>/aligned": "a picture",
    "/photos/<uuid:photo_id>/image": "a picture",
    "/photos/<uuid:photo_id>/original": "a file",
    "/photos/<uuid:photo_id>/status.json": "data for the page's script",
    "/photos/<uuid:photo_id>/thumbnail": "a picture",
    "/readyz": "a probe",
    "/sign-in/code": "leads back to signing in without a password before; tests/browser/test_second_factor.py",
    "/sketches/<uuid:sketch_id>/image": "a picture",
    "/sketches/<uuid:sketch_id>/original": "a file",
    "/sketches/<uuid:sketch_id>/status.json": "data for the page's script",
    "/sketches/<uuid:sketch_id>/thumbnail": "a picture",
    "/version": "data",
}
"""Addresses of the route table that show a person no page, and why. The API's are none either."""
OUTSIDE = {"/sign-in", "/invitation/<token>", "/set-password/<token>", "/first-account/<token>"}
"""Pages of somebody who is not signed in."""
SAID = {
    "/notices": ("", "?state=public"),
    "/inbox": ("", "?state=all&kind=tip", "?case=nothing"),
    "/cases": ("", "?q=harbour&status=open&tag=kiosk"),
    "/sketches": ("", "?q=zebra", "?page=2"),
}
"""With what the lists are asked."""


@dataclass
class Filled:
    """``owner`` holds every role, is in two of the units, and works on everything that ``values`` names."""

    app: Flask
    account: Account
    owner: Browser
    values: dict[str, Any] = field(default_factory=dict)

    def pages(self, *, outside: bool = False) -> list[str]:
        """Addresses of all pages that somebody signed in sees, or of those for somebody outside."""
        rules = sorted(self.app.url_map.iter_rules(), key=lambda one: one.rule)
        return [
            self.path(rule) + said
            for rule in rules
            if "GET" in (rule.methods or ())
            and rule.rule not in NO_PAGES
            and not rule.rule.startswith("/api/")
            and (rule.rule in OUTSIDE) == outside
            for said in SAID.get(rule.rule, ("",))
        ]

    def path(self, rule: Rule) -> str:
        with self.app.test_request_context():
            adapter = self.app.url_map.bind("localhost")
            return adapter.build(rule.endpoint, {name: self.values[name] for name in rule.arguments})


def fill(app: Flask) -> Filled:
    """Units, people, cases, sketches in versions with likenesses and a photograph, and whatever is kept about them."""
    wired = services(app)
    with wired.database.session() as db:
        its_units = [units.add_unit(db, name) for name in ("Investigations", LONG[:80], "Cold cases")]
        made = [add_person(db, f"person{n}@example.org", f"Somchai Person {n}") for n in range(4)]
        head = add_person(db, "head@example.org", LONG[:100], *Role)
        with transaction(db):
            for account in (head, *made):
                accounts.locked(db, account.id).units = units.kept(db, [unit.id for unit in its_units[:2]])
        world = Filled(app, head, Browser(app))
        assert world.owner.sign_in(head).status_code == 303
        world.values = {"account_id": made[0].id, "unit_id": its_units[0].id, "kind": "unit"}
        world.values["subject_id"] = its_units[0].id
        _agency(world, db, made)
        case_id, session_id = _case(world, db, made)
        _sketches(world, db, wired.store, Place(case_id, session_id))
        _published(world, db, wired.store, case_id)
        _ends(world, db, case_id, made[0])
        _decisions(world, db, case_id)
        _tips(world, db)
    return world


def _agency(world: Filled, db: Session, people_: list[Account]) -> None:
    head = world.account
    with transaction(db):
        db.add(SettingSection(name="agency", values={"name": LONG[:110]}, revision=1, changed_at=utc_now()))
    for kind, subject in (("unit", world.values["unit_id"]), ("account", people_[0].id), ("account", people_[1].id)):
        limiting.set_limits(db, head, kind, subject, 0, {"renders_a_day": 500, "stored_bytes": 10**9, "open_jobs": 90})
    for status in (CaseStatus.CLOSED, CaseStatus.IDENTIFIED):
        policies.set_policy(db, head, status, 60, Proposal.ARCHIVE)
    for by, state in ((head, TipState.SPAM), (people_[0], TipState.CLOSED)):
        tip_policies.set_policy(db, by, state, 3)
    for number in range(3):
        access_tokens.issue(db, head, f"{LONG[:60]} {number}", list(Scope), 30)
    world.values["token"] = links.issue_set_password(db, people_[3])


def _case(world: Filled, db: Session, people_: list[Account]) -> tuple[uuid.UUID, uuid.UUID]:
    head, unit_id = world.account, world.values["unit_id"]
    for number in range(8):
        facts = CaseFacts(f"Harbour robbery {number}", "Two men", dt.date(2026, 5, 1), THAI, ("kiosk", f"tag {number}"))
        other = cases.create(db, head, facts, unit_id)
        people.assign(db, head, other.id, people_[number % 4].id)
        if number < 4:
            deletion.ask(db, head, other.id, "Over")
    facts = CaseFacts(LONG, f"{LONG}\n\n{THAI}", dt.date(2026, 5, 1), THAI, ("kiosk", "two witnesses", "Longtag" * 6))
    case = cases.create(db, head, facts, unit_id)
    for one in people_:
        people.assign(db, head, case.id, one.id)
        notes.add(db, head, case.id, f"**{one.name}** is sure of the scar.\n\n- {LONG}\n- {THAI}")
    sessions = [
        add_session(db, head, case.id, Said(LONG[:150], f"Witness {n}", dt.date(2026, 5, 2), "Interview", LONG))
        for n in range(1, 4)
    ]
    world.owner.post("/cases/filters", {"called": "Open ones", "status": "open"})
    world.values |= {"case_id": case.id, "session_id": sessions[0].id}
    return case.id, sessions[0].id


def _sketches(world: Filled, db: Session, store: ObjectStore, place: Place) -> None:
    head, owner = world.account, world.owner
    for number in range(26):  # more than a page of the list
        create_sketch(
            db, store, head, drawing_png(number), "a.png", f"Sketch {number}", unit_id=world.values["unit_id"]
        )
    first = create_sketch(db, store, head, drawing_png(30), "b.png", LONG, place=place)
    work(world.app)
    for number in range(3):
        _rendered(world, first, number)
        first = create_sketch(db, store, head, drawing_png(31 + number), "c.png", parent=first)
        work(world.app)
    _rendered(world, first, 9)
    db.rollback()
    likeness = db.scalars(select(Likeness).where(Likeness.sketch_id == first.id).order_by(Likeness.number)).first()
    assert likeness is not None
    for number in range(2):
        photo = {"photo": (io.BytesIO(drawing_png(60 + number)), "photo.png")}
        assert owner.post(f"/likenesses/{likeness.id}/photo", photo).status_code == 303
        work(world.app)
    photo_id = db.scalars(select(RealPhoto.id).order_by(RealPhoto.created_at.desc())).first()
    world.values |= {"sketch_id": first.id, "likeness_id": likeness.id, "photo_id": photo_id}
    _notices(world, db, place.case_id)
    _waiting(world, db, first)


def _notices(world: Filled, db: Session, case_id: uuid.UUID) -> None:
    """Somebody else's: one that lacks its pictures, and three that wait for a decision, of which addresses name one."""
    colleague = db.get_one(Account, world.values["account_id"])
    query = select(Likeness.id).join(Sketch, Likeness.sketch_id == Sketch.id).where(Sketch.case_id == case_id)
    likenesses = list(db.scalars(query.limit(4)))
    said = noticed.content(likenesses, LONG[:120], known=f"{LONG}\n\n{THAI}\n" * 4, caution=LONG, reward=THAI)
    said = replace(said, pictures=(*said.pictures[:2], replace(said.pictures[2], likenesses=tuple(likenesses))))
    notices.draft(db, colleague, case_id, replace(said, pictures=()))
    waiting = [noticed.add_notice(world.app, db, colleague, case_id, replace(said, minor=True)) for _ in range(3)]
    world.values |= noticed.names(db, waiting[0])


def _decisions(world: Filled, db: Session, case_id: uuid.UUID) -> None:
    """Of the notices that wait one is published, and one was public."""
    waits = Notice.case_id == case_id, Notice.stage == NoticeStage.SUBMITTED, Notice.id != world.values["notice_id"]
    published, ended = db.scalars(select(Notice).where(*waits)).all()
    for one in (published, ended):
        noticed.approve(world.app, db, world.account, one)
    deciding.withdraw(db, world.account, ended.id)


def _tips(world: Filled, db: Session) -> None:
    """On a public notice and on none; the one that addresses name is long, has many files and another with it."""
    right_to_left = f"رأيته عند الميناء في الساعة الثامنة مساءً. {LONG}\n\n{THAI}\n"
    files = [
        (drawing_png(80), "a.png"),
        (drawing_png(81), f"{LONG}.png"),
        *((b"%PDF-1.4", f"{n}.pdf") for n in range(6)),
    ]
    said = {"happened": LONG, "place": THAI, "contact": "Ring 555 0100, " + "Verylongword" * 8}
    with tipped.forms_of(world.app, db) as forms:
        for number in range(4):
            tipped.send(db, forms, world.values["slug"] if number % 2 else "", text=f"Tip {number}")
        main = tipped.send(db, forms, world.values["slug"], files, text=right_to_left * 8, **said)
        other = tipped.send(db, forms, world.values["slug"], text="The same again")
    acting.merge(db, world.account, other.id, main.receipt)
    acting.reply(db, world.account, main.id, f"{LONG}\n{THAI}")
    world.values |= tipped.names(db, main)


def _rendered(world: Filled, sketch: Sketch, seed: int) -> None:
    """A likeness alone, and then four candidates."""
    for more in ({}, {"candidates": "4"}):
        form = {"engine": "pix2pix", "seed": str(seed), "strength": "0.5", **more}
        assert world.owner.post(f"/sketches/{sketch.id}/render", form).status_code == 303
        work(world.app)


def _waiting(world: Filled, db: Session, sketch: Sketch) -> None:
    """Of the work on the studio's page some waits and some has stopped."""
    for seed in (21, 22, 23):
        studio.request_render(db, world.account, sketch, "pix2pix", seed, 0.5)
    waiting = db.scalars(select(Job).where(Job.kind == JobKind.RENDER, Job.state == JobState.QUEUED)).all()
    with transaction(db):
        waiting[0].state, waiting[0].reason = JobState.PARKED, "It stopped the renderer three times."
        # It stays alive for as long as the tests may take.
        db.execute(update(Worker).values(heartbeat_at=utc_now() + dt.timedelta(hours=1)))


def _published(world: Filled, db: Session, store: ObjectStore, case_id: uuid.UUID) -> None:
    """Public notices of the case, bulletins that are made and one that waits."""
    head = world.account
    notices = [publish(db, store, head, case_id, f"notice{n}", pictures=n) for n in range(1, 5)]
    for how in BulletinFormat:
        wish = Wish(how, "a4", ("en", "th"), 150, "https://notices.example.org")
        made = asking.ask(db, head, [one.id for one in notices], wish)
    asking.ask(db, head, [notices[0].id], wish)
    work(world.app)
    db.rollback()
    asking.ask(db, head, [notices[0].id], wish)
    world.values |= {"slug": notices[0].slug, "bulletin_id": made.id}


def _ends(world: Filled, db: Session, case_id: uuid.UUID, colleague: Account) -> None:
    head = world.account
    for form in ExportFormat:
        world.values["export_id"] = exports.ask(db, head, case_id, form, "en").id
    deletion.ask(db, head, case_id, LONG)
    hidden = cases.create(db, colleague, CaseFacts("Hidden"), world.values["unit_id"])
    glass.break_glass(db, head, hidden.number, "To compare it with a case of last year.")
