"""Rendering a likeness."""

import hashlib
import io
import uuid
from typing import Any

from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import custody, notifications
from app.handlers.work import Record, Renderer, Tools, Wish, held_sketch, sketch_of
from app.leases import Claim
from app.notifications.telling import sketch_path
from app.provenance import document
from app.storage import object_key, split_key
from imaging.encode import thumbnail_webp
from models import Likeness, Sketch


def render(claim: Claim, tools: Tools) -> Record:
    sketch, image = sketch_of(claim, tools)
    wish = _wish(claim.params, sketch, tools.renderer)
    made = tools.renderer.render(image, wish)
    thumbnail = thumbnail_webp(Image.open(io.BytesIO(made.png), formats=["PNG"]).convert("RGB"))
    image_key, thumbnail_key = (object_key(sketch.owner_id, data) for data in (made.png, thumbnail))
    tools.store.put(image_key, made.png)
    tools.store.put(thumbnail_key, thumbnail)

    def record(db: Session) -> None:
        held = held_sketch(db, claim.subject_id)  # so that two likenesses cannot get the same number
        count = select(func.max(Likeness.number)).where(Likeness.sketch_id == claim.subject_id)
        likeness = Likeness(
            id=uuid.uuid4(),
            sketch_id=claim.subject_id,
            job_id=claim.job_id,
            number=(db.scalar(count) or 0) + 1,
            engine=wish.engine,
            seed=wish.seed if made.seed is None else made.seed,
            strength=wish.strength,
            eyes=made.eyes,
            image_key=image_key,
            image_sha256=split_key(image_key)[1],
            thumbnail_key=thumbnail_key,
            stored_size=len(made.png) + len(thumbnail),
            provenance=made.provenance,
            set_id=uuid.UUID(claim.params["set"]) if "set" in claim.params else None,
            candidate=claim.params.get("candidate"),
            appearance=made.appearance,
            varied=made.varied,
        )
        db.add(likeness)
        _record_rendered(db, held, likeness)
        notifications.tell_asker(db, claim.owner_id, "rendered", sketch_path(held.id), held, number=likeness.number)

    return record


def _record_rendered(db: Session, sketch: Sketch, likeness: Likeness) -> None:
    """The one entry of a render: with the bytes of the picture and of its provenance, as they are handed out."""
    custody.record(
        db,
        custody.of_sketch(sketch),
        custody.WORKER,
        "likeness.rendered",
        custody.Thing("likeness", likeness.id),
        after=likeness.image_sha256,
        number=likeness.number,
        sketch=str(sketch.id),
        job=str(likeness.job_id),
        engine=likeness.engine,
        seed=likeness.seed,
        provenance=hashlib.sha256(document(likeness.provenance)).hexdigest(),
    )


def _wish(params: dict[str, Any], sketch: Sketch, renderer: Renderer) -> Wish:
    engine, strength = str(params["engine"]), params["strength"]
    if strength is None:
        strength = default_strength(renderer.describe(), engine)
    return Wish(
        engine,
        int(params["seed"]),
        float(strength),
        params["eyes"],
        sketch.original_sha256,
        dict(params.get("appearance", {})),
        int(params.get("candidate", 1)),
        int(params.get("candidates", 1)),
    )


def default_strength(capabilities: dict[str, Any], engine: str) -> float:
    """The strength with which this engine's likenesses are restored when nobody says another."""
    for entry in capabilities.get("engines", []):
        if entry["name"] == engine:
            return float(entry["default_strength"])
    return 0.0
