"""s2f's bucket, or a copy of it in a folder: `ori/`, `gen/` and `real/` with one picture a name."""

import os
import stat
from pathlib import Path
from typing import Protocol

from app.errors import Refused
from app.storage import StorageUnavailable
from app.storage.address import Bucket, Folder, parse_place

MAX_PICTURE = 64 * 2**20


class Pictures(Protocol):
    def get(self, folder: str, name: str) -> bytes | None:
        """The picture, None when there is none. Raises StorageUnavailable."""


class PictureFolder:
    """Follows no symbolic link."""

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise Refused("There is no folder %(place)s.", place=str(root))
        self._root = root

    def get(self, folder: str, name: str) -> bytes | None:
        try:
            descriptor = os.open(self._root / folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(file.fileno())
            sound = stat.S_ISREG(found.st_mode) and found.st_size <= MAX_PICTURE
            return file.read() if sound else None


class PictureBucket:
    def __init__(self, place: Bucket, emulator: str | None) -> None:
        from app.storage.cloud import client

        self._bucket, self._prefix = client(emulator).bucket(place.name), place.prefix

    def get(self, folder: str, name: str) -> bytes | None:
        from google.api_core.exceptions import GoogleAPIError, NotFound

        try:
            # One byte more than may be: then it is too large.
            data = bytes(self._bucket.blob(f"{self._prefix}{folder}/{name}").download_as_bytes(end=MAX_PICTURE))
        except NotFound:
            return None
        except (GoogleAPIError, OSError) as error:
            raise StorageUnavailable(f"The bucket cannot be read: {error}") from error
        return data if len(data) <= MAX_PICTURE else None


def open_pictures(place: str, emulator: str | None = None) -> Pictures:
    """A folder by its path, or a bucket as gs://name. Raises Refused and StorageUnavailable."""
    if "://" not in place:
        return PictureFolder(Path(place))
    try:
        parsed = parse_place(place)
    except ValueError as error:
        raise Refused("%(place)s %(why)s", place=place, why=str(error)) from error
    return PictureFolder(parsed.path) if isinstance(parsed, Folder) else PictureBucket(parsed, emulator)
