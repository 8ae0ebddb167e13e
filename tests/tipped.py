"""Tips in installations that have one of everything: sent by the public's own forms, and noted as the worker does."""

import io
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import tips
from app.database import transaction
from app.inbox import arriving
from app.tips import keys
from models import Tip, TipFile
from tests.app.tips.conftest import Forms
from tests.app.web import services

Files = Sequence[tuple[bytes, str]]


@contextmanager
def forms_of(app: Flask, db: Session) -> Iterator[Forms]:
    """The public's forms in front of this installation."""
    settings = services(app).settings
    keys.ensure(db, settings)
    forms = Forms(tips.create_app(settings), settings)
    try:
        yield forms
    finally:
        forms.desk.courier.stop()


def send(db: Session, forms: Forms, notice: str = "", files: Files = (), **fields: Any) -> Tip:
    """Somebody sends this; the tip, once it was noted."""
    known = set(db.scalars(select(Tip.id)))
    data = {"text": "He was at the harbour.", "notice": notice, **fields}
    if files:
        data["files"] = [(io.BytesIO(content), name) for content, name in files]
    address = f"198.51.100.{len(known) % 250}"  # of another network each: one may not send many
    answer = forms.send("/en/new", address, **data)
    assert answer.status_code in (200, 201), answer.text
    db.rollback()  # what it has read so far is of before
    arriving.take_note(db)
    db.rollback()
    return next(tip for tip in db.scalars(select(Tip)) if tip.id not in known)


def put_into(db: Session, tip: Tip, case_id: uuid.UUID) -> None:
    """Into a case, as if its notice had been of it."""
    with transaction(db):
        db.execute(update(Tip).where(Tip.id == tip.id).values(case_id=case_id))


def names(db: Session, tip: Tip) -> dict[str, Any]:
    """What addresses name of it."""
    file_id = db.scalars(select(TipFile.id).where(TipFile.tip_id == tip.id).order_by(TipFile.position)).first()
    return {"tip_id": tip.id, "tip_file_id": file_id}
