"""The keys of objects: ``<owner>/<sha256>``."""

import hashlib
import re
import uuid
from typing import BinaryIO

OWNER = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
DIGEST = re.compile(r"[0-9a-f]{64}")
KEY = re.compile(f"({OWNER.pattern})/({DIGEST.pattern})")
# As models.ANCHORS is: an owner who is nobody. deploy/ mounts these two folders, so they stay what they are.
PUBLISHED = uuid.UUID(int=2)
"""Whose everything is that the public pages show: the only folder that they need."""
ARRIVED = uuid.UUID(int=3)
"""Whose the sealed files of tips are until a worker moves them: the only folder that the forms for tips need."""


def object_key(owner: uuid.UUID, data: bytes) -> str:
    return f"{owner}/{hashlib.sha256(data).hexdigest()}"


def file_key(owner: uuid.UUID, file: BinaryIO) -> str:
    """The key of a file's bytes; it is left at its start."""
    return f"{owner}/{file_sha256(file)}"


def under(owner: uuid.UUID, key: str) -> str:
    """The key of the same bytes under another owner. Raises ValueError for what is no key."""
    return f"{owner}/{split_key(key)[1]}"


def split_key(key: str) -> tuple[str, str]:
    """Owner and sha256 of a key. Raises ValueError for anything that is not exactly one."""
    match = KEY.fullmatch(key)
    if match is None:
        raise ValueError("That is not the key of an object.")
    return match[1], match[2]


def check_bytes(key: str, data: bytes) -> tuple[str, str]:
    """Owner and sha256 of a key that is that of these bytes. Raises ValueError for any other."""
    owner, digest = split_key(key)
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError("The key is not that of these bytes.")
    return owner, digest


def check_file(key: str, file: BinaryIO) -> None:
    """Raises ValueError unless the key is that of the file's bytes; it is left at its start."""
    if file_sha256(file) != split_key(key)[1]:
        raise ValueError("The key is not that of these bytes.")


def file_sha256(file: BinaryIO) -> str:
    """Of the whole file, which is left at its start."""
    found = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(2**18):
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()
