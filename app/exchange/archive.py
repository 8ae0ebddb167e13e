"""The ZIP: what is in it and in which order, byte for byte the same for the same contents.

Nothing is compressed, since pictures are already and a reader has no bomb to fear; times and modes are fixed; names
are plain ASCII in order. So the contents say what every byte of the file is, and `same_bytes` can check it.
"""

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Any, BinaryIO

from app.exchange.chains import ChainText
from app.storage import ObjectStore, split_key

FORMAT, VERSION = "semblance-case", 1
MANIFEST, HASHES, INDEX = "manifest.json", "hashes.txt", "index.html"
CASE, NOTES, SESSIONS, CUSTODY = "case.json", "notes.json", "sessions.json", "custody.jsonl"
ORIGINS = "origins"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first moment that a ZIP can name."""
MODE = 0o100644 << 16
CHUNK = 2**18


@dataclass(frozen=True)
class Member:
    """A file of the archive: its bytes, or the key of the object that has them."""

    name: str
    data: bytes | None = None
    key: str = ""

    @property
    def sha256(self) -> str:
        return split_key(self.key)[1] if self.data is None else hashlib.sha256(self.data).hexdigest()

    def open(self, store: ObjectStore) -> BinaryIO:
        return store.open(self.key) if self.data is None else io.BytesIO(self.data)


def as_json(facts: object) -> bytes:
    """JSON for people and programs: the same facts give the same bytes."""
    return (json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()


def hash_list(digests: Mapping[str, str]) -> bytes:
    """As sha256sum writes and checks it, in order of the names."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode("ascii")


def heads(chains: Iterable[ChainText]) -> list[dict[str, Any]]:
    """How long each chain is, and its last hash."""
    return [
        {"kind": one.kind, "subject_id": one.subject_id, "entries": len(one.lines), "head": one.head} for one in chains
    ]


def manifest(case: Mapping[str, Any], chains: list[dict[str, Any]], origins: list[str], files: int) -> bytes:
    """What the archive is; ``chains`` tell length and head of each, ``origins`` are the sha256 of former custody."""
    return as_json(
        {
            "format": FORMAT,
            "version": VERSION,
            "case": {"id": case["id"], "number": case["number"]},
            "chains": chains,
            "origins": origins,
            "files": files,
        }
    )


def write(file: BinaryIO, members: Iterable[Member], store: ObjectStore) -> None:
    """Write the members with their hash list, one object in memory at a time."""
    found = {member.name: member for member in members}
    listed = Member(HASHES, hash_list({name: member.sha256 for name, member in found.items()}))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for _, member in sorted({**found, HASHES: listed}.items()):
            with member.open(store) as source:
                _add(archive, member.name, source)


def same_bytes(file: BinaryIO, archive: zipfile.ZipFile, copy: BinaryIO) -> bool:
    """Whether the file is what would be written of its contents: nothing beside, between, before or behind them.

    ``copy`` is an empty file that takes them for that.
    """
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as again:
        for name in sorted(archive.namelist()):
            with archive.open(name) as source:
                _add(again, name, source)
    file.seek(0)
    copy.seek(0)
    while chunk := file.read(CHUNK):
        if copy.read(len(chunk)) != chunk:
            return False
    return not copy.read(1)


def _add(archive: zipfile.ZipFile, name: str, source: IO[bytes]) -> None:
    info = zipfile.ZipInfo(name, EPOCH)
    info.create_system, info.external_attr = 3, MODE
    with archive.open(info, "w") as target:
        shutil.copyfileobj(source, target, CHUNK)
