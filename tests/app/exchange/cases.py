"""A case with something of everything, and a second installation to take it to."""

import datetime as dt
import io
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import custody
from app.database import Database, transaction, upgrade
from app.exchange import exports, imports
from app.identity import units
from app.intake import take_in
from app.settings import Settings
from app.station import Station
from app.storage import ObjectStore, object_key, open_store
from app.studio import service
from app.workers import register
from imaging.encode import encode_png
from models import (
    Account,
    Case,
    CaseAssignment,
    CaseExport,
    CaseImport,
    CaseNote,
    CaseTag,
    ExportFormat,
    Likeness,
    RealPhoto,
    Role,
    Sketch,
    Unit,
    WitnessSession,
    utc_now,
)
from tests.app.drawings import _drawn, drawing_jpeg, drawing_png
from tests.app.renderers import CAPABILITIES, QuickRenderer
from tests.people import add_person


@dataclass
class Office:
    """One installation, and its people: all but the stranger in one unit."""

    settings: Settings
    database: Database
    store: ObjectStore
    db: Session
    unit: Unit
    supervisor: Account
    other: Account
    investigator: Account
    stranger: Account

    def close(self) -> None:
        self.db.close()
        self.database.close()

    def work(self) -> None:
        """Have a worker do everything that is queued."""
        worker = register(self.db, "here", "1", CAPABILITIES)
        Station(self.settings, self.database, self.store, QuickRenderer(), worker).drain(wait=True)
        self.db.rollback()

    def export(self, case: Case, kind: ExportFormat = ExportFormat.ZIP, language: str = "en") -> bytes:
        asked = exports.ask(self.db, self.supervisor, case.id, kind, language)
        self.work()
        row = self.db.get_one(CaseExport, asked.id, populate_existing=True)
        assert row.key is not None
        return self.store.get(row.key)

    def hand_in(self, data: bytes, number: str = "") -> CaseImport:
        """Import a file; how it went is in its job."""
        asked = imports.take_in(
            self.db, self.store, self.supervisor, io.BytesIO(data), "case.zip", self.unit.id, number
        )
        self.work()
        return self.db.get_one(CaseImport, asked.id, populate_existing=True)


def office(url: str, var: Path, place: str = "north") -> Office:
    """A new installation with empty records at this address."""
    settings = Settings.from_env({"SEMBLANCE_VAR": str(var), "DATABASE_URL": url})
    upgrade(url)
    database = Database(url)
    db = database.session()
    unit = units.add_unit(db, f"Unit {place}")
    roles = {"supervisor": Role.SUPERVISOR, "other": Role.SUPERVISOR, "investigator": Role.INVESTIGATOR}
    people = {name: add_person(db, f"{name}@{place}.example", f"{name} {place}", role) for name, role in roles.items()}
    for account in people.values():
        account.units = [unit]
    db.commit()
    stranger = add_person(db, f"stranger@{place}.example", "Stranger", Role.INVESTIGATOR)
    return Office(settings, database, open_store(settings), db, unit, stranger=stranger, **people)


def open_case(office: Office, number: str = "2026-00001", **facts: Any) -> Case:
    """A case of the office with nothing in it."""
    db, now = office.db, utc_now()
    values = {"title": "Robbery at the pier", "description": "Two men.\nคนร้ายสองคน", "incident_place": "ท่าเรือ"}
    case = Case(
        id=uuid.uuid4(),
        number=number,
        unit_id=office.unit.id,
        created_by=office.supervisor.id,
        incident_on=dt.date(2026, 3, 4),
        created_at=now,
        changed_at=now,
        status_since=now,
        **{**values, **facts},
    )
    with transaction(db):
        db.add(case)
        db.flush()
        db.add_all(CaseTag(case_id=case.id, folded=tag, name=tag) for tag in ("pier", "ปล้น"))
        thing = custody.Thing("case", case.id)
        custody.record(db, custody.of_case(case.id), office.supervisor, "case.created", thing, number=number)
    return case


def full_case(office: Office, number: str = "2026-00001", drawing: int = 1) -> Case:
    """A case with sessions, notes, two sketches of which one has two versions, likenesses and a real photo. Of two
    whose numbers of drawings differ by one, some objects are the same."""
    case, db, account = open_case(office, number), office.db, office.investigator
    first = service.create_sketch(db, office.store, account, drawing_jpeg(drawing), "witness.jpg", "The tall one")
    second = service.create_sketch(
        db, office.store, account, drawing_png(drawing + 1), "second.png", "The tall one", first
    )
    other = service.create_sketch(db, office.store, account, drawing_png(drawing + 2), "other.png", "The short one")
    office.work()
    service.request_render(db, account, db.get_one(Sketch, second.id), "pix2pix", 1, appearance={"hair": "brown"})
    service.request_render(db, account, db.get_one(Sketch, other.id), "pix2pix", 2, candidates=2)
    office.work()
    with transaction(db):
        _write(office, case)
        session = db.scalars(select(WitnessSession).where(WitnessSession.case_id == case.id)).one()
        for sketch in db.scalars(select(Sketch).where(Sketch.id.in_([first.id, second.id, other.id]))):
            sketch.case_id, sketch.session_id = case.id, session.id
        for sketch in (first, other):
            custody.bind(db, db.get_one(Sketch, sketch.id), case.id, account)
    _photo(office, db.scalars(select(Likeness).where(Likeness.sketch_id == second.id)).one())
    return case


def _write(office: Office, case: Case) -> None:
    db, account = office.db, office.investigator
    db.add(CaseAssignment(case_id=case.id, account_id=account.id))
    db.add(
        WitnessSession(
            case_id=case.id,
            number=1,
            artist="A. Artist",
            drawn_on=dt.date(2026, 3, 5),
            witness="Witness 7",
            method="Cognitive interview",
            statement="He limped.\n<b>เขาเดินกะเผลก</b>",
            facts={"age_from": 30, "age_to": 40, "hair": "brown"},
            created_by=account.id,
        )
    )
    for body in ("**First** note", "บันทึกที่สอง"):
        db.add(CaseNote(case_id=case.id, author_id=account.id, body=body))
        db.flush()


def _photo(office: Office, likeness: Likeness) -> None:
    original = encode_png(_drawn().transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    taken = take_in(original)
    aligned = encode_png(_drawn().resize((512, 512)))
    parts = {"original": original, "clean": taken.clean_png, "thumbnail": taken.thumbnail_webp, "aligned": aligned}
    keys = {f"{name}_key": object_key(office.investigator.id, data) for name, data in parts.items()}
    for name, data in parts.items():
        office.store.put(keys[f"{name}_key"], data)
    with transaction(office.db):
        office.db.add(
            RealPhoto(
                likeness_id=likeness.id,
                file_name="real.png",
                original_sha256=taken.sha256,
                original_mime=taken.mime,
                original_size=len(original),
                width=taken.width,
                height=taken.height,
                ssim=0.5,
                note="From the registry",
                created_by=office.investigator.id,
                **keys,
            )
        )


def listed(data: bytes) -> dict[str, str]:
    """The hash list of an archive: sha256 by name."""
    text = zipfile.ZipFile(io.BytesIO(data)).read("hashes.txt").decode()
    return {name: digest for digest, name in (line.split("  ", 1) for line in text.splitlines())}
