"""Which pairs may be exported, and how a training set says them (docs/data.md, manifest.jsonl)."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.storage import ObjectStore
from app.studio.geometry import warp
from models import Likeness, RealPhoto, Sketch

SET = "agency"
TERMS = "by consent of the person in the photo, for training this agency's own models"
# The template of every aligned photo at 512 px: its eyes are where they were placed, the other points are usual places.
TEMPLATE = [[193, 240], [319, 240], [257, 314], [201, 371], [313, 371]]


@dataclass(frozen=True)
class Pair:
    sketch: Sketch
    photo: RealPhoto

    @property
    def id(self) -> str:
        return str(self.photo.id)

    @property
    def row(self) -> dict[str, Any]:
        """Its line of the manifest: nothing of the case, nor of anybody's name."""
        eyes = self.sketch.eyes or self.sketch.found_eyes
        row = {
            "id": self.id,
            "set": SET,
            # Versions of one sketch show one person, and no split may part them.
            "identity": hashlib.sha256(self.sketch.lineage_id.bytes).hexdigest()[:16],
            "split": "",
            "photo": f"photos/{self.id}.png",
            "sketch": f"sketches/{self.id}.png",
            "landmarks": TEMPLATE,
            "source": self.photo.original_sha256,
            "terms": TERMS,
        }
        return row | ({"sketch_warp": warp(eyes)} if eyes else {})


def pairs(db: Session, seen: ColumnElement[bool] | None = None) -> list[Pair]:
    """Every pair that was agreed to and is aligned; with ``seen``, of the sketches that it holds for."""
    query = select(Sketch, RealPhoto).join(Likeness, Likeness.sketch_id == Sketch.id)
    query = query.join(RealPhoto, RealPhoto.likeness_id == Likeness.id)
    query = query.where(RealPhoto.consent, RealPhoto.replaced_at.is_(None), RealPhoto.aligned_key.is_not(None))
    query = query if seen is None else query.where(seen)
    found = [Pair(sketch, photo) for sketch, photo in db.execute(query.order_by(RealPhoto.created_at, RealPhoto.id))]
    return list({(one.sketch.id, one.photo.original_sha256): one for one in found}.values())


def files(store: ObjectStore, chosen: list[Pair]) -> Iterator[tuple[str, bytes]]:
    """The set's files by name, the manifest first. Raises StorageUnavailable, and MissingObject for a lost one."""
    lines = (json.dumps(one.row, sort_keys=True) for one in chosen)
    yield "manifest.jsonl", "".join(f"{line}\n" for line in lines).encode()
    for one in chosen:
        assert one.photo.aligned_key is not None
        yield str(one.row["photo"]), store.get(one.photo.aligned_key)
        yield str(one.row["sketch"]), store.get(one.sketch.clean_key)
