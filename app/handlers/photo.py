"""Comparing a real photo with the likeness that it belongs to."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import custody, notifications
from app.errors import NotFound
from app.handlers.work import Compared, Record, Tools, held_sketch
from app.leases import Claim
from app.notifications.telling import photo_path
from app.storage import object_key, split_key
from imaging.decode import decode_image
from imaging.words import N_
from models import Likeness, RealPhoto, Sketch


def photo(claim: Claim, tools: Tools) -> Record:
    with tools.database.session(read_only=True) as db:
        found = db.get(RealPhoto, claim.subject_id)
        likeness = db.get(Likeness, found.likeness_id) if found else None
    if found is None or likeness is None:
        raise NotFound(N_("The photo is no longer there."))
    picture, face = (decode_image(tools.store.get(key)).image for key in (found.clean_key, likeness.image_key))
    compared = tools.renderer.compare(picture, face, claim.params.get("eyes"))
    key = None
    if compared.aligned is not None:
        # Beside the photo's own objects: they are the evidence of whoever handed it in.
        key = object_key(uuid.UUID(split_key(found.clean_key)[0]), compared.aligned)
        tools.store.put(key, compared.aligned)

    def record(db: Session) -> None:
        sketch = held_sketch(db, likeness.sketch_id)  # first; its chain is another once it is filed
        query = select(RealPhoto).where(RealPhoto.id == claim.subject_id).with_for_update()
        held = db.scalars(query.execution_options(populate_existing=True)).one()
        held.aligned_key, held.eyes, held.note = key, compared.eyes, compared.note[:500]
        held.ssim, held.cosine, held.matcher_sha256 = compared.ssim, compared.cosine, compared.matcher_sha256
        _say(db, held, sketch, compared)
        notifications.tell_asker(db, claim.owner_id, "photo", photo_path(likeness.id), sketch)

    return record


def _say(db: Session, held: RealPhoto, sketch: Sketch, compared: Compared) -> None:
    custody.record(
        db,
        custody.of_sketch(sketch),
        custody.WORKER,
        "photo.measured",
        custody.Thing("photo", held.id),
        before=held.original_sha256,
        after=split_key(held.aligned_key)[1] if held.aligned_key else None,
        ssim=_short(compared.ssim),
        cosine=_short(compared.cosine),
        matcher=compared.matcher_sha256,
    )


def _short(figure: float | None) -> str | None:
    """As text: how a floating-point number is written is not the same everywhere."""
    return None if figure is None else f"{figure:.4f}"
