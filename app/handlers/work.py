"""What handlers share: what a worker hands them, and what they give back."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import NotFound
from app.leases import Claim
from app.settings import Settings
from app.storage import ObjectStore
from imaging.decode import decode_image
from imaging.words import N_
from models import EyePair, Sketch

Record = Callable[[Session], None]
"""Writes a job's result, in the one transaction that also ends the job."""


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


@dataclass(frozen=True)
class Compared:
    """A real photo beside a likeness. ``aligned`` is its PNG placed like the likeness, None when no face was found;
    ``cosine`` is None without a face matcher."""

    eyes: EyePair | None
    note: str
    aligned: bytes | None = None
    ssim: float | None = None
    cosine: float | None = None
    matcher_sha256: str | None = None


class Renderer(Protocol):
    """What a worker can do with a sketch. Raises errors.Refused with a sentence for the person."""

    def describe(self) -> dict[str, Any]:
        """Device, engines and weights, as JSON."""

    def align(self, image: Image.Image) -> Found: ...

    def render(self, image: Image.Image, wish: Wish) -> Made: ...

    def compare(self, photo: Image.Image, likeness: Image.Image, eyes: EyePair | None) -> Compared:
        """Eyes that are None are to be found."""

    def morph(self, likenesses: Sequence[Image.Image]) -> Image.Image:
        """One face of two to four likenesses; the hair and what is around it are the first one's."""


@dataclass(frozen=True)
class Tools:
    """What a handler works with."""

    database: Database
    store: ObjectStore
    renderer: Renderer
    settings: Settings


Handler = Callable[[Claim, Tools], Record]


def sketch_of(claim: Claim, tools: Tools) -> tuple[Sketch, Image.Image]:
    """The sketch that the job is about, and its clean picture. Raises NotFound."""
    with tools.database.session(read_only=True) as db:
        sketch = db.get(Sketch, claim.subject_id)
    if sketch is None:
        raise NotFound(N_("The sketch is no longer there."))
    return sketch, decode_image(tools.store.get(sketch.clean_key)).image


def held_sketch(db: Session, sketch_id: uuid.UUID) -> Sketch:
    """The sketch as it is now, held until the transaction ends."""
    query = select(Sketch).where(Sketch.id == sketch_id).with_for_update()
    return db.scalars(query.execution_options(populate_existing=True)).one()
