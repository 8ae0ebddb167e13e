"""Notices in every stage, for the tests of what is done with them."""

import datetime as dt
import io
import uuid
from dataclasses import dataclass, replace
from typing import Any

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import transaction
from app.notices import deciding, service, submitting
from app.notices.content import Content, Picture, Wording
from app.storage import ObjectStore, object_key
from models import (
    Account,
    Case,
    Category,
    CustodyEntry,
    FileUse,
    Likeness,
    Notice,
    NoticeFile,
    Publication,
    Sketch,
    utc_now,
)
from tests.app.exchange.cases import Office

TICKS = frozenset({"witness", "minor", "caution", "seen"})
ENGLISH = Wording(
    headline="Who knows this man?",
    known="A kiosk at the pier was robbed.",
    appearance="Tall, with short hair.",
    area="Harbour district",
    caution="Do not approach him.",
    contact="Call the harbour police.",
)
THAI = Wording(
    headline="ใครรู้จักชายคนนี้",
    known="ร้านค้าริมท่าเรือถูกปล้น",
    area="เขตท่าเรือ",
    caution="อย่าเข้าใกล้",
    contact="โปรดโทรหาตำรวจ",
)


@dataclass
class Desk:
    """An office, and a case of it with likenesses."""

    office: Office
    case: Case

    @property
    def db(self) -> Session:
        return self.office.db

    def likenesses(self) -> list[uuid.UUID]:
        self.db.rollback()
        query = select(Likeness.id).join(Sketch, Likeness.sketch_id == Sketch.id)
        return list(self.db.scalars(query.where(Sketch.case_id == self.case.id).order_by(Likeness.created_at)))

    def content(self, **facts: Any) -> Content:
        return content(self.likenesses()[:1], **facts)

    def draft(self, **facts: Any) -> Notice:
        return service.draft(self.db, self.office.investigator, self.case.id, self.content(**facts))

    def submitted(self, **facts: Any) -> Notice:
        """With its pictures made."""
        notice = self.draft(**facts)
        self.submit(notice)
        return notice

    def submit(self, notice: Notice) -> None:
        self.db.refresh(notice)
        submitting.submit(self.db, self.office.investigator, notice.id, notice.revision)
        make_pictures(self.db, self.office.store, notice.id)
        self.db.refresh(notice)

    def approve(self, notice: Notice, by: Account | None = None) -> Publication:
        self.db.refresh(notice)
        row = deciding.approve(
            self.db, self.office.store, by or self.office.supervisor, notice.id, notice.revision, TICKS
        )
        self.db.refresh(notice)
        return row

    def published(self, **facts: Any) -> tuple[Notice, Publication]:
        notice = self.submitted(**facts)
        return notice, self.approve(notice)

    def told(self, notice: Notice) -> list[str]:
        """What custody says was done to the notice, in order."""
        self.db.rollback()
        query = select(CustodyEntry.action).where(CustodyEntry.object_id == notice.id)
        return list(self.db.scalars(query.order_by(CustodyEntry.number)))


def content(likenesses: list[uuid.UUID], **facts: Any) -> Content:
    """A notice in two languages that lacks nothing."""
    picture = Picture(likenesses=tuple(likenesses), alt={"en": "A man with short hair.", "th": "ชายผมสั้น"})
    whole = Content(
        category=Category.SUSPECT,
        words={"en": ENGLISH, "th": THAI},
        pictures=(picture,),
        happened_from=dt.date(2026, 3, 4),
        expires_on=utc_now().date() + dt.timedelta(days=30),
    )
    return replace(whole, **facts)


def make_pictures(db: Session, store: ObjectStore, notice_id: uuid.UUID) -> None:
    """Files of the revision that a notice is at, as the worker's job leaves them."""
    notice = db.get_one(Notice, notice_id, populate_existing=True)
    said = service.content_of(notice)
    rows = []
    for position, picture in enumerate(said.pictures, 1):
        likeness = db.get_one(Likeness, picture.likenesses[0])
        image = Image.open(io.BytesIO(store.get(likeness.image_key))).convert("RGB")
        rows += [
            _file(store, notice, position, language, use, mime, image.resize((width, width)))
            for language in said.words
            for use, mime, width in (
                (FileUse.SIGNED, "image/png", 512), (FileUse.VIEW, "image/webp", 320),
                (FileUse.VIEW, "image/webp", 512), (FileUse.SHARE, "image/jpeg", 512),
            )
        ]  # fmt: skip
    with transaction(db):
        db.add_all(rows)


def _file(
    store: ObjectStore, notice: Notice, position: int, language: str, use: FileUse, mime: str, image: Image.Image
) -> NoticeFile:
    out = io.BytesIO()
    image.save(out, mime.partition("/")[2].upper())
    data = out.getvalue()
    key = object_key(notice.id, data)
    store.put(key, data)
    return NoticeFile(
        notice_id=notice.id,
        revision=notice.revision,
        position=position,
        language=language,
        use=use,
        mime=mime,
        width=image.width,
        height=image.height,
        size=len(data),
        sha256=key.partition("/")[2],
        key=key,
        perceptual_hash="0" * 64 if use == FileUse.SIGNED else None,
        face_hash="1" * 64 if use == FileUse.SIGNED else None,
    )
