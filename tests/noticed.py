"""Notices in installations that have one of everything: drafted, with the pictures that a worker made of them."""

import datetime as dt
import uuid
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import transaction
from app.filing.place import Place
from app.notices import deciding, service, submitting
from app.notices.content import Content, Picture, Wording
from app.studio import service as studio
from models import Account, Category, Likeness, Notice, NoticeFile, NoticeStage, utc_now
from tests.app.drawings import drawing_png
from tests.app.web import services, work

TICKS = frozenset({"witness", "minor", "caution", "seen"})


def add_likeness(app: Flask, db: Session, account: Account, case_id: uuid.UUID, drawing: int) -> uuid.UUID:
    """A likeness of a new sketch of the case."""
    png, place = drawing_png(drawing), Place(case_id, None)
    sketch = studio.create_sketch(db, services(app).store, account, png, "a.png", f"Sketch {drawing}", place=place)
    work(app)
    db.rollback()
    studio.request_render(db, account, sketch, "pix2pix", 0)
    work(app)
    db.rollback()
    return db.scalars(select(Likeness.id).where(Likeness.sketch_id == sketch.id)).one()


def content(likenesses: list[uuid.UUID], headline: str = "Who knows this man?", **more: str) -> Content:
    """A notice in two languages that lacks nothing; each likeness is a picture."""
    english = {"known": "A kiosk was robbed.", "area": "Harbour", "caution": "Call us.", "contact": "1234", **more}
    thai = Wording(headline="ใครรู้จัก", known="ร้านถูกปล้น", area="ท่าเรือ", caution="โทรหาเรา", contact="๑๒๓๔")
    alt = {"en": "A man.", "th": "ชาย"}
    return Content(
        category=Category.SUSPECT,
        words={"en": Wording(headline=headline, **english), "th": thai},
        pictures=tuple(Picture(likenesses=(one,), alt=alt) for one in likenesses),
        expires_on=utc_now().date() + dt.timedelta(days=30),
    )


def add_notice(app: Flask, db: Session, account: Account, case_id: uuid.UUID, said: Content) -> Notice:
    """Submitted, with its pictures."""
    notice = service.draft(db, account, case_id, said)
    submitting.submit(db, account, notice.id, notice.revision)
    work(app)
    db.rollback()
    return db.get_one(Notice, notice.id, populate_existing=True)


def approve(app: Flask, db: Session, by: Account, notice: Notice) -> None:
    deciding.approve(db, services(app).store, by, notice.id, notice.revision, TICKS)


def names(db: Session, notice: Notice) -> dict[str, Any]:
    """What addresses name of it."""
    file_id = db.scalars(select(NoticeFile.id).where(NoticeFile.notice_id == notice.id)).first()
    return {"notice_id": notice.id, "file_id": file_id}


def put_back(db: Session, notice_id: uuid.UUID, stage: NoticeStage) -> None:
    """Into this stage of its first revision, whatever was done to it."""
    with transaction(db):
        notice = db.get_one(Notice, notice_id, populate_existing=True)
        notice.stage, notice.revision = stage, 1
