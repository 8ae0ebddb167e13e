"""Which likenesses a notice can show: those of its case's sketches."""

import uuid
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from app.errors import Refused
from app.notices.content import Content
from models import Likeness, Sketch


@dataclass(frozen=True)
class Source:
    """A likeness, and the sketch that it was made from."""

    likeness: Likeness
    title: str
    version: int


def sources(db: Session, case_id: uuid.UUID) -> list[Source]:
    """Those that were kept first, and of each kind the newest first."""
    query = select(Likeness, Sketch.title, Sketch.version).join(Sketch, Likeness.sketch_id == Sketch.id)
    query = query.where(Sketch.case_id == case_id).options(defer(Likeness.provenance))
    order = Likeness.kept_at.is_(None), Likeness.created_at.desc(), Likeness.id
    return [Source(*row) for row in db.execute(query.order_by(*order))]


def check(db: Session, case_id: uuid.UUID, content: Content) -> None:
    """Raises Refused for a picture of a likeness that is not of the case."""
    named = {one for picture in content.pictures for one in picture.likenesses}
    query = select(Likeness.id).join(Sketch, Likeness.sketch_id == Sketch.id)
    if named - set(db.scalars(query.where(Sketch.case_id == case_id, Likeness.id.in_(named)))):
        raise Refused(_("A notice can show likenesses of its own case only; one of these is not there any more."))
