"""Doing a job: the slow part without the records, and then what to write into them.

Each handler gives back a function that records its result. The caller runs it in the one transaction
that also ends the job, so a job is done exactly when its result is there.
"""

import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import NotFound
from app.leases import Claim
from app.storage import ObjectStore, object_key, split_key
from imaging.decode import decode_image
from imaging.encode import thumbnail_webp
from models import EyePair, JobKind, Likeness, Sketch

Record = Callable[[Session], None]


@dataclass(frozen=True)
class Found:
    """Where a drawing's eyes are, in its pixels; None when no face was found."""

    eyes: EyePair | None
    method: str
    note: str


@dataclass(frozen=True)
class Made:
    """A rendered likeness: its PNG, and how it was made. ``eyes`` are those it was aligned by, ``seed`` the one used
    where it is not the one wished for; ``appearance`` has the colours used and ``varied`` the regions whose colour
    nobody asked for."""

    png: bytes
    provenance: dict[str, Any]
    eyes: EyePair | None
    seed: int | None = None
    appearance: dict[str, str] = field(default_factory=dict)
    varied: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Wish:
    """What likeness is asked for. Eyes that are None are to be found; the sha256 is that of the file handed in,
    from which `imaging.clean` makes the same picture again. ``appearance`` names colours by region; of ``candidates``
    likenesses this is number ``candidate``."""

    engine: str
    seed: int
    strength: float
    eyes: EyePair | None
    sketch_sha256: str
    appearance: dict[str, str] = field(default_factory=dict)
    candidate: int = 1
    candidates: int = 1


class Renderer(Protocol):
    """What a worker can do with a sketch. Raises errors.Refused with a sentence for the person."""

    def describe(self) -> dict[str, Any]:
        """Device, engines and weights, as JSON."""

    def align(self, image: Image.Image) -> Found: ...

    def render(self, image: Image.Image, wish: Wish) -> Made: ...


def perform(claim: Claim, database: Database, store: ObjectStore, renderer: Renderer) -> Record:
    """Do the claimed job and give back what records it."""
    with database.session(read_only=True) as db:
        sketch = db.get(Sketch, claim.subject_id)
    if sketch is None:
        raise NotFound("The sketch is no longer there.")
    image = decode_image(store.get(sketch.clean_key)).image
    if claim.kind == JobKind.ALIGN:
        return _align(sketch.id, image, renderer)
    return _render(claim, sketch, image, store, renderer)


def _align(sketch_id: uuid.UUID, image: Image.Image, renderer: Renderer) -> Record:
    found = renderer.align(image)

    def record(db: Session) -> None:
        sketch = _held_sketch(db, sketch_id)
        sketch.found_eyes, sketch.found_method = found.eyes, found.method[:16]
        sketch.found_note = found.note[:500]

    return record


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


def _render(claim: Claim, sketch: Sketch, image: Image.Image, store: ObjectStore, renderer: Renderer) -> Record:
    wish = _wish(claim.params, sketch, renderer)
    made = renderer.render(image, wish)
    thumbnail = thumbnail_webp(Image.open(io.BytesIO(made.png), formats=["PNG"]).convert("RGB"))
    image_key, thumbnail_key = (object_key(sketch.owner_id, data) for data in (made.png, thumbnail))
    store.put(image_key, made.png)
    store.put(thumbnail_key, thumbnail)

    def record(db: Session) -> None:
        _held_sketch(db, claim.subject_id)  # so that two likenesses cannot get the same number
        count = select(func.max(Likeness.number)).where(Likeness.sketch_id == claim.subject_id)
        db.add(
            Likeness(
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
        )

    return record


def default_strength(capabilities: dict[str, Any], engine: str) -> float:
    """The strength with which this engine's likenesses are restored when nobody says another."""
    for entry in capabilities.get("engines", []):
        if entry["name"] == engine:
            return float(entry["default_strength"])
    return 0.0


def _held_sketch(db: Session, sketch_id: uuid.UUID) -> Sketch:
    query = select(Sketch).where(Sketch.id == sketch_id).with_for_update()
    return db.scalars(query.execution_options(populate_existing=True)).one()
