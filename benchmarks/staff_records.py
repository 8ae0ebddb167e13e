"""What lies on the investigators' desks besides cases: sketches with likenesses, and notifications."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, undefer

from app.database import transaction
from app.storage import ObjectStore
from app.studio.service import create_sketch, request_render
from models import Account, Base, Case, Job, Likeness, Notification, Sketch, Worker, utc_now
from tests.app.drawings import drawing_png
from tests.app.web import work

CANDIDATES, NOTIFICATIONS = 4, 30


def add_sketches(db: Session, store: ObjectStore, app: Flask, people: Sequence[Account]) -> None:
    """A sketch in every case with four candidates, all copies of one that was made; a renderer that stays alive."""
    author = people[0]
    first = create_sketch(db, store, author, drawing_png(1), "sketch.png", "Harbour")
    work(app)
    request_render(db, author, first, "pix2pix", candidates=CANDIDATES)
    work(app)
    db.rollback()
    jobs = db.scalars(select(Job).where(Job.subject_id == first.id)).all()
    likenesses = db.scalars(select(Likeness).where(Likeness.sketch_id == first.id).options(undefer("*"))).all()
    cases = db.execute(select(Case.id, Case.unit_id, Case.created_at)).all()
    sketch_rows: list[dict[str, Any]] = []
    job_rows: list[dict[str, Any]] = []
    likeness_rows: list[dict[str, Any]] = []
    for number, (case_id, unit_id, at) in enumerate(cases):
        sketch_id, owner = uuid.uuid4(), people[number % len(people)]
        facts = {"lineage_id": sketch_id, "case_id": case_id, "unit_id": unit_id, "owner_id": owner.id}
        sketch_rows.append(copied(first, id=sketch_id, created_at=at, **facts))
        new = {job.id: uuid.uuid4() for job in jobs}
        job_rows += [copied(job, id=new[job.id], subject_id=sketch_id, owner_id=owner.id) for job in jobs]
        same = {"sketch_id": sketch_id, "set_id": uuid.uuid4()}
        likeness_rows += [copied(one, id=uuid.uuid4(), job_id=new[one.job_id], **same) for one in likenesses]
    with transaction(db):
        db.execute(insert(Sketch), sketch_rows)
        db.execute(insert(Job), job_rows)
        db.execute(insert(Likeness), likeness_rows)
        db.execute(update(Worker).values(heartbeat_at=utc_now() + dt.timedelta(hours=1)))


def copied(row: Base, **other: Any) -> dict[str, Any]:
    """The row's values by column, with others instead of some."""
    return {name: getattr(row, name) for name in row.__mapper__.column_attrs.keys()} | other  # noqa: SIM118


def add_notifications(db: Session, people: Sequence[Account]) -> None:
    """Some that have been read and some that have not, for everybody."""
    facts = {"number": 1, "sketch": "Harbour"}
    for one in people:
        for number in range(NOTIFICATIONS):
            told = Notification(account_id=one.id, kind="rendered", path=f"/sketches/{number}", facts=facts)
            told.read_at = utc_now() if number % 3 else None
            db.add(told)
    db.commit()
