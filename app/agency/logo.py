"""The agency's logo: a small picture beside the product's mark."""

from flask_babel import gettext as _
from PIL import Image
from sqlalchemy.orm import Session

from app import custody
from app.agency.settings import LOGO, write
from app.errors import Refused
from app.storage import PUBLISHED, ObjectStore, object_key, split_key
from imaging.decode import ImageRefused, decode_image
from imaging.encode import encode_png
from models import Account, SettingSection

SIZE = (480, 160)
"""Pixels that it is made to fit, three times what the pages show."""


def set_logo(db: Session, store: ObjectStore, by: Account, revision: int, data: bytes) -> None:
    """Decoded, made small and encoded anew. Raises Refused for what is no picture, and Conflict."""
    small = _small(data)
    key = object_key(PUBLISHED, small)
    store.put(key, small)  # first: a row must never name bytes that are not there
    _write(db, by, revision, key)


def remove_logo(db: Session, by: Account, revision: int) -> None:
    """Raises Conflict."""
    _write(db, by, revision, None)


def _write(db: Session, by: Account, revision: int, key: str | None) -> None:
    def alter(row: SettingSection) -> list[str]:
        if row.object_key == key:
            return []
        before, after = (split_key(one)[1] if one else None for one in (row.object_key, key))
        row.object_key = key
        thing = custody.Thing("setting")
        custody.record(db, custody.AGENCY_CHAIN, by, "setting.changed", thing, before=before, after=after, section=LOGO)
        return [LOGO]

    write(db, by, LOGO, revision, alter)


def _small(data: bytes) -> bytes:
    try:
        image = decode_image(data).image
    except ImageRefused as error:
        raise Refused(
            _("This cannot be the logo. Choose a PNG, JPEG or WebP of at least 64 by 64 pixels and at most 20 MB.")
        ) from error
    image.thumbnail(SIZE, Image.Resampling.LANCZOS)
    return encode_png(image)
