"""From the bytes that somebody sent to what is kept of them: the original, a clean image, a thumbnail."""

import hashlib
import threading
import uuid
from dataclasses import dataclass
from typing import Any

from app.storage import ObjectStore, object_key
from imaging.clean import clean_picture
from imaging.encode import encode_png, thumbnail_webp

THUMBNAIL_SIDE = 320
# 40 megapixels take half a gigabyte while they are decoded.
_at_once = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Intake:
    """What an upload became. ``width`` and ``height`` are the clean image's, in pixels."""

    original: bytes
    sha256: str
    mime: str
    clean_png: bytes
    width: int
    height: int
    thumbnail_webp: bytes

    @property
    def stored_size(self) -> int:
        """Bytes of all that is kept."""
        return len(self.original) + len(self.clean_png) + len(self.thumbnail_webp)

    def keep(self, store: ObjectStore, owner_id: uuid.UUID) -> dict[str, Any]:
        """Put the three objects, and what a row says of them, by its columns. Raises StorageFull.

        Objects first: a row must never name bytes that are not there.
        """
        parts = {"original_key": self.original, "clean_key": self.clean_png, "thumbnail_key": self.thumbnail_webp}
        keys = {name: object_key(owner_id, data) for name, data in parts.items()}
        for name, data in parts.items():
            store.put(keys[name], data)
        return {
            **keys,
            "original_sha256": self.sha256,
            "original_mime": self.mime,
            "original_size": len(self.original),
            "width": self.width,
            "height": self.height,
        }


def take_in(data: bytes, *, drawing: bool = True) -> Intake:
    """Check the bytes and make what is worked on. The original stays as it came, byte for byte.

    Raises imaging.decode.ImageRefused with a sentence for the person.
    """
    with _at_once:
        return _take_in(data, drawing)


def _take_in(data: bytes, drawing: bool) -> Intake:
    picture = clean_picture(data, drawing=drawing)
    clean = picture.image
    return Intake(
        original=data,
        sha256=hashlib.sha256(data).hexdigest(),
        mime=picture.mime,
        clean_png=encode_png(clean),
        width=clean.width,
        height=clean.height,
        thumbnail_webp=thumbnail_webp(clean, THUMBNAIL_SIDE),
    )
