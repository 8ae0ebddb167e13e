"""Opening a file that says it is an exported case: nothing in it is believed before all of it was checked.

The order matters: first how large it can become, then where its members want to go, then whether it is a file as
`archive.write` writes them, then every hash, then custody.
"""

import hashlib
import io
import json
import re
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from app.errors import Refused
from app.exchange import archive
from app.exchange.chains import ChainText, from_text
from imaging.words import N_

MAX_SIZE = 2 * 2**30 - 1
MAX_MEMBERS = 20_000
MAX_DOCUMENT = 64 * 2**20
"""Bytes of a member that is read whole: JSON, custody, a picture."""
NAME = re.compile(r"(?:[a-z0-9][a-z0-9-]{0,40}/){0,4}[a-z0-9][a-z0-9-]{0,40}\.[a-z0-9]{1,8}")
LINE = re.compile(rb"([0-9a-f]{64})  ([!-~]+)")
END = struct.Struct("<4s4H2LH")
"""The record that ends a ZIP: signature, disks, entries on this one, entries, size and place of their list, comment."""
NOT_OURS = N_(
    "This is not a case that Semblance exported, or the file was changed or repacked on its way: %(file)s. "
    "Nothing was imported."
)
BROKEN = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, struct.error, ValueError, OverflowError)
"""What Python's reader says of a file that is no ZIP, or a strange one."""
DIFFERS = N_("%(file)s was changed: it does not have the SHA-256 that the hash list has for it. Nothing was imported.")
UNREADABLE = N_("%(file)s cannot be read as what it should be. Nothing was imported.")


class BadArchive(Refused):
    """``file`` names the member that is wrong, or the archive itself."""

    def __init__(self, message: str, file: str) -> None:
        super().__init__(message, file=file)


@dataclass(frozen=True)
class Opened:
    """An archive whose every byte is accounted for. ``digests`` has all members but the hash list."""

    members: zipfile.ZipFile
    digests: dict[str, str]
    manifest: dict[str, Any]
    chains: tuple[ChainText, ...]

    def bytes_of(self, name: str) -> bytes:
        """Raises BadArchive for a member that is not there."""
        if name not in self.digests:
            raise BadArchive(UNREADABLE, name)
        return _read(self.members, name)

    def size_of(self, name: str) -> int:
        return self.members.getinfo(name).file_size

    def json_of(self, name: str) -> Any:
        return _json(self.bytes_of(name), name)


@contextmanager
def opened(file: BinaryIO, name: str) -> Iterator[Opened]:
    """The archive in a file, checked. Raises BadArchive and BadChain."""
    try:
        checked = _checked(file, name)
    except BROKEN as error:
        raise BadArchive(NOT_OURS, name) from error
    with checked.members:
        yield checked


def _checked(file: BinaryIO, name: str) -> Opened:
    size = file.seek(0, 2)
    if not 0 < size <= MAX_SIZE or _entries(file, size) > MAX_MEMBERS:
        raise BadArchive(NOT_OURS, name)
    file.seek(0)
    members = zipfile.ZipFile(file)
    _check_members(members, size, name)
    digests = _check_hashes(members)
    with tempfile.TemporaryFile() as copy:
        if not archive.same_bytes(file, members, cast(BinaryIO, copy)):
            raise BadArchive(NOT_OURS, name)
    manifest = _manifest(members)
    chains = tuple(from_text(_read(members, archive.CUSTODY), archive.CUSTODY))
    if archive.heads(chains) != manifest.get("chains"):
        raise BadArchive(UNREADABLE, archive.CUSTODY)
    return Opened(members, digests, manifest, chains)


def _entries(file: BinaryIO, size: int) -> int:
    """How many members the file says it has. One that is written here has no comment, so its end is in one place."""
    if size < END.size:
        return MAX_MEMBERS + 1
    file.seek(size - END.size)
    signature, _, _, here, entries, _, _, comment = END.unpack(file.read(END.size))
    sound = signature == b"PK\x05\x06" and here == entries and not comment
    return int(entries) if sound else MAX_MEMBERS + 1


def _check_members(members: zipfile.ZipFile, size: int, name: str) -> None:
    """Nothing is compressed, so all of it is at most as large as the file; no name leads anywhere, none comes twice."""
    infos = members.infolist()
    names = {info.filename for info in infos}
    stored = all(info.compress_type == zipfile.ZIP_STORED for info in infos)
    plain = all(NAME.fullmatch(info.filename) and info.external_attr == archive.MODE for info in infos)
    if not (stored and plain) or len(names) != len(infos) or sum(info.file_size for info in infos) > size:
        raise BadArchive(NOT_OURS, name)


def _check_hashes(members: zipfile.ZipFile) -> dict[str, str]:
    """Every member by its sha256, as the list says and as it is."""
    names = set(members.namelist())
    if archive.HASHES not in names:
        raise BadArchive(UNREADABLE, archive.HASHES)
    said: dict[str, str] = {}
    for line in _read(members, archive.HASHES).splitlines():
        match = LINE.fullmatch(line)
        if match is None:
            raise BadArchive(UNREADABLE, archive.HASHES)
        said[match[2].decode()] = match[1].decode()
    found = {name: _digest(members, name) for name in sorted(names - {archive.HASHES})}
    for name in sorted(said.keys() | found.keys()):
        if said.get(name) != found.get(name):
            raise BadArchive(DIFFERS, name)
    return found


def _digest(members: zipfile.ZipFile, name: str) -> str:
    try:
        with members.open(name) as source:
            return hashlib.file_digest(cast(io.BufferedIOBase, source), "sha256").hexdigest()
    except zipfile.BadZipFile as error:  # the ZIP's own checksum
        raise BadArchive(DIFFERS, name) from error


def _read(members: zipfile.ZipFile, name: str) -> bytes:
    try:
        if members.getinfo(name).file_size > MAX_DOCUMENT:
            raise BadArchive(UNREADABLE, name)
        return members.read(name)
    except (KeyError, zipfile.BadZipFile) as error:
        raise BadArchive(DIFFERS, name) from error


def _json(data: bytes, name: str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadArchive(UNREADABLE, name) from error


def _manifest(members: zipfile.ZipFile) -> dict[str, Any]:
    facts = _json(_read(members, archive.MANIFEST), archive.MANIFEST)
    if not isinstance(facts, dict) or facts.get("format") != archive.FORMAT:
        raise BadArchive(UNREADABLE, archive.MANIFEST)
    if facts.get("version") != archive.VERSION:
        raise BadArchive(
            N_("%(file)s has a format that this version of Semblance does not know. Nothing was imported."),
            archive.MANIFEST,
        )
    return facts
