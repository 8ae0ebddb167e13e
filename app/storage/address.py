"""Where objects can be kept, as ``STORAGE_URL`` says it."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")
PREFIX = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
MAX_PREFIX = 200


@dataclass(frozen=True)
class Folder:
    path: Path


@dataclass(frozen=True)
class Bucket:
    """``prefix`` is empty or ends with a slash."""

    name: str
    prefix: str = ""


Place = Folder | Bucket


def parse_place(url: str) -> Place:
    """The place at this address. Raises ValueError with what is wrong, to follow the name of the setting."""
    parts = urlsplit(url)
    if parts.query or parts.fragment:
        raise ValueError("must end with the folder or prefix; remove what begins with ? or #.")
    if parts.scheme == "file":
        return _folder(parts.netloc, parts.path)
    if parts.scheme == "gs":
        return _bucket(parts.netloc, parts.path)
    kind = f"begins with {parts.scheme}:, which is no kind of storage" if parts.scheme else "is no address"
    raise ValueError(f"{kind}; it can be like file:///srv/objects or gs://bucket/prefix.")


def _folder(host: str, path: str) -> Folder:
    if host or not path.startswith("/"):
        raise ValueError("must be a folder with its whole path, with three slashes, like file:///srv/objects.")
    return Folder(Path(unquote(path)))


def _bucket(name: str, path: str) -> Bucket:
    if not BUCKET.fullmatch(name):
        raise ValueError(
            f"names the bucket {name!r}; a bucket's name has 3 or more small letters, digits, dots, hyphens "
            "or underscores, as in gs://agency-sketches."
        )
    prefix = path.strip("/")
    if prefix and (len(prefix) > MAX_PREFIX or not PREFIX.fullmatch(prefix)):
        raise ValueError(
            f"has the prefix {prefix[:MAX_PREFIX]!r}; use letters, digits, hyphens and underscores between "
            "single slashes, as in gs://agency-sketches/semblance."
        )
    return Bucket(name, f"{prefix}/" if prefix else "")
