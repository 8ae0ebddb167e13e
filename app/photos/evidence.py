"""What of a real photo is evidence, so that looking at it is recorded. Its thumbnail is none."""

import uuid

from app.custody import Thing
from app.custody.looking import Evidence
from app.storage import split_key
from models import RealPhoto


def original(photo: RealPhoto, sketch_id: uuid.UUID) -> Evidence:
    """The file as it was handed in."""
    return Evidence(sketch_id, Thing("photo", photo.id), "original", photo.original_sha256)


def picture(photo: RealPhoto, sketch_id: uuid.UUID) -> Evidence:
    """The clean picture that pages show."""
    return Evidence(sketch_id, Thing("photo", photo.id), "picture", split_key(photo.clean_key)[1])


def aligned(photo: RealPhoto, sketch_id: uuid.UUID) -> Evidence:
    """The one that is placed like the likeness; the clean one while there is none."""
    key = photo.aligned_key or photo.clean_key
    return Evidence(sketch_id, Thing("photo", photo.id), "aligned", split_key(key)[1])
