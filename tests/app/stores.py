"""Both kinds of store, as tests of what they promise see them."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.storage import LocalStore, ObjectStore, object_key, open_place
from app.storage.address import Bucket as BucketPlace
from tests.bucket import Bucket

OWNER = uuid.UUID("11111111-2222-4333-8444-555555555555")
DATA = b"a drawing" * 1000
KEY = object_key(OWNER, DATA)


@dataclass(frozen=True)
class Shelf:
    """A store and what a test can do behind its back."""

    store: ObjectStore
    environ: dict[str, str]
    """The settings that name it."""
    overwrite: Callable[[str, bytes], object]
    delete: Callable[[str], object]
    listing: Callable[[], set[str]]
    """What is there now, in no way that the store knows of."""


def local_shelf(folder: Path) -> Shelf:
    store = LocalStore(folder)

    def listing() -> set[str]:
        return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}

    return Shelf(
        store,
        {"STORAGE_URL": folder.as_uri()},
        lambda key, data: (folder / key).write_bytes(data),
        lambda key: (folder / key).unlink(),
        listing,
    )


def cloud_shelf(bucket: Bucket, prefix: str = "") -> Shelf:
    store = open_place(BucketPlace(bucket.name, prefix), bucket.wire)
    return Shelf(
        store,
        {**bucket.environ, "STORAGE_URL": f"{bucket.url}/{prefix}"},
        lambda key, data: bucket.overwrite(prefix + key, data),
        lambda key: bucket.delete(prefix + key),
        lambda: {name.removeprefix(prefix) for name in bucket.names()},
    )
