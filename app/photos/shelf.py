"""Looking photos up: whoever sees the sketch sees its likenesses, and the photos beside them."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.exchange.names import made_by
from app.studio.sight import seen_by
from imaging.words import N_
from models import Account, Likeness, RealPhoto, Sketch

NO_PHOTO = N_("There is no such photo, or it is not yours.")


def get_photo(db: Session, account: Account, photo_id: uuid.UUID) -> RealPhoto:
    """Raises NotFound."""
    query = select(RealPhoto).join(Likeness, RealPhoto.likeness_id == Likeness.id)
    query = query.join(Sketch, Likeness.sketch_id == Sketch.id)
    photo = db.scalar(query.where(RealPhoto.id == photo_id, seen_by(account)))
    if photo is None:
        raise NotFound(NO_PHOTO)
    return photo


def photos_of(db: Session, likeness: Likeness) -> dict[RealPhoto, str]:
    """Every photo that was put beside the likeness, the current one first, with who handed it in; the former ones
    newest first."""
    query = select(RealPhoto, made_by(RealPhoto.id, Account.name)).join(Account, RealPhoto.created_by == Account.id)
    query = query.where(RealPhoto.likeness_id == likeness.id).order_by(RealPhoto.created_at.desc(), RealPhoto.id)
    found = [(photo, name) for photo, name in db.execute(query)]
    return dict(sorted(found, key=lambda one: one[0].replaced_at is not None))


def current(db: Session, likeness_id: uuid.UUID) -> RealPhoto | None:
    query = select(RealPhoto).where(RealPhoto.likeness_id == likeness_id, RealPhoto.replaced_at.is_(None))
    return db.scalar(query)
