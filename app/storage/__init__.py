"""Objects: bytes kept under ``<owner>/<sha256>``, written once and never changed.

In a local directory or in a Google Cloud Storage bucket; Google's libraries are loaded for a bucket only.
``python -m app.storage --help`` copies an installation's objects and looks for lost ones.
"""

from typing import TYPE_CHECKING

from app.storage.address import Folder, Place, parse_place
from app.storage.keys import ARRIVED, PUBLISHED, file_key, file_sha256, object_key, split_key, under
from app.storage.local import TEMPORARY, LocalStore
from app.storage.store import DamagedObject, Kept, MissingObject, ObjectStore, RemovalRefused, StorageUnavailable

if TYPE_CHECKING:
    from app.settings import Settings

__all__ = [
    "ARRIVED",
    "PUBLISHED",
    "TEMPORARY",
    "DamagedObject",
    "Kept",
    "LocalStore",
    "MissingObject",
    "ObjectStore",
    "RemovalRefused",
    "StorageUnavailable",
    "file_key",
    "file_sha256",
    "object_key",
    "open_anchors",
    "open_place",
    "open_store",
    "split_key",
    "under",
]


def open_store(settings: "Settings") -> ObjectStore:
    """The store that the settings name. Raises StorageUnavailable when it cannot be used at all."""
    # The public's forms may put what they took, and look at nothing.
    adds_only = settings.surface == "tips"
    return open_place(parse_place(settings.storage_url), settings.storage_emulator, adds_only=adds_only)


def open_anchors(settings: "Settings") -> ObjectStore:
    """The second place of the anchors of custody, which the settings name. Raises StorageUnavailable."""
    if settings.anchor_url is None:
        raise ValueError("ANCHOR_URL is not set.")
    return open_place(parse_place(settings.anchor_url), settings.storage_emulator)


def open_place(place: Place, emulator: str | None = None, *, adds_only: bool = False) -> ObjectStore:
    """The store at a place; ``adds_only``: for an account of a bucket that may do no more, or a process that may write
    to one folder of it. Raises StorageUnavailable when it cannot be used at all."""
    if isinstance(place, Folder):
        return LocalStore(place.path, ARRIVED if adds_only else None)
    from app.storage.cloud import CloudStore

    return CloudStore(place, emulator, adds_only=adds_only)
