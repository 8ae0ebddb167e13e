"""What of a sketch and of a likeness is evidence, so that looking at it is recorded. Thumbnails are none."""

import hashlib

from app.custody import Thing
from app.custody.looking import Evidence
from app.provenance import document
from app.storage import split_key
from models import Likeness, Sketch


def original(sketch: Sketch) -> Evidence:
    """The file as it was handed in."""
    return Evidence(sketch.id, Thing("sketch", sketch.id), "original", sketch.original_sha256)


def picture(sketch: Sketch) -> Evidence:
    """The clean picture that pages show and likenesses are made from."""
    return Evidence(sketch.id, Thing("sketch", sketch.id), "picture", split_key(sketch.clean_key)[1])


def face(likeness: Likeness) -> Evidence:
    return Evidence(likeness.sketch_id, Thing("likeness", likeness.id), "picture", likeness.image_sha256)


def provenance(likeness: Likeness) -> Evidence:
    digest = hashlib.sha256(document(likeness.provenance)).hexdigest()
    return Evidence(likeness.sketch_id, Thing("likeness", likeness.id), "provenance", digest)
