"""The archive: a gzipped tar, written and read as a stream, whose last member lists the others with their sha256."""

import contextlib
import dataclasses
import gzip
import hashlib
import io
import json
import tarfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from app.backup.errors import BadArchive
from app.storage.keys import KEY

FORMAT = 1
MANIFEST = "manifest.json"
RECORDS = {"sqlite": "records.sqlite", "postgresql": "records.pgdump"}
SECRET = "secret.key"  # noqa: S105
OBJECTS = "objects/"
CHUNK = 2**18
BROKEN = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile)


@dataclass(kw_only=True)
class Manifest:
    """What the archive holds. ``members`` gives size and sha256 of each; ``lost`` are the keys of objects that rows
    name and that were missing or damaged when the back-up was made."""

    made_at: str
    code: str
    revision: str
    database: str
    secret_mark: str
    """Tells whether an installation has the key that this one's second factors were sealed with."""
    rows: dict[str, int]
    named: list[str]
    lost: list[str] = field(default_factory=list)
    members: dict[str, tuple[int, str]] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def records(self) -> str:
        """The member that holds the records."""
        return RECORDS[self.database]

    @property
    def objects(self) -> int:
        return sum(name.startswith(OBJECTS) for name in self.members)

    @property
    def size(self) -> int:
        return sum(size for size, _ in self.members.values())

    def to_json(self) -> bytes:
        return json.dumps(dataclasses.asdict(self), indent=1).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Manifest":
        """Raises BadArchive."""
        try:
            facts: dict[str, Any] = json.loads(data)
            if facts["format"] != FORMAT:
                raise BadArchive("The back-up has another format: it was made by another version of Semblance.")
            facts["members"] = {name: (int(size), str(digest)) for name, (size, digest) in facts["members"].items()}
            made = cls(**facts)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadArchive("The back-up's manifest cannot be read.") from error
        if made.database not in RECORDS:
            raise BadArchive("The back-up's manifest names a database that this version does not know.")
        return made


class Writer:
    """Adds members one after the other; ``finish`` adds the manifest, without which an archive is not one."""

    def __init__(self, file: IO[bytes]) -> None:
        self._sink = _Sink(file)
        self._tar = tarfile.open(fileobj=cast(IO[bytes], self._sink), mode="w|")  # noqa: SIM115
        self.members: dict[str, tuple[int, str]] = {}

    def add_file(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            self._add(name, file, path.stat().st_size)

    def add_object(self, key: str, data: bytes) -> None:
        self._sink.level = 0  # pictures are compressed already
        self.add_bytes(f"{OBJECTS}{key}", data)

    def add_bytes(self, name: str, data: bytes) -> None:
        self._add(name, io.BytesIO(data), len(data))

    def finish(self, manifest: Manifest) -> None:
        manifest.members = dict(self.members)
        self.add_bytes(MANIFEST, manifest.to_json())
        self._tar.close()
        self._sink.close()

    def _add(self, name: str, source: BinaryIO, size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(time.time())
        reader = _Digesting(source)
        self._tar.addfile(info, cast(IO[bytes], reader))
        self.members[name] = (size, reader.sha256.hexdigest())


class _Sink:
    """Compresses what is written, as ``level`` says from then on; gzip's streams may follow one another."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._used = self.level = 6
        self._gzip = self._begin()

    def write(self, data: bytes) -> int:
        if self.level != self._used:
            self._gzip.close()
            self._used = self.level
            self._gzip = self._begin()
        return self._gzip.write(data)

    def close(self) -> None:
        self._gzip.close()

    def _begin(self) -> gzip.GzipFile:
        return gzip.GzipFile(fileobj=self._file, mode="wb", compresslevel=self._used)


class _Digesting:
    """Reads through, and knows the sha256 of what was read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.size = 0
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self.sha256.update(data)
        self.size += len(data)
        return data


@contextlib.contextmanager
def members(path: Path) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """Each member's name with a reader of it, in their order. Raises BadArchive, also while it is read."""
    try:
        with gzip.open(path) as raw, tarfile.open(fileobj=raw, mode="r|") as tar:
            yield _members(tar)
    except BROKEN as error:
        raise BadArchive(f"{path} is damaged or was cut off: {error}.") from error


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for info in tar:
        key = info.name.removeprefix(OBJECTS)
        known = info.name in (MANIFEST, SECRET, *RECORDS.values()) or (key != info.name and KEY.fullmatch(key))
        source = tar.extractfile(info) if info.isreg() and known else None
        if source is None:
            raise BadArchive("The archive holds something that no back-up of Semblance has.")
        yield info.name, source


def check(path: Path, keep: Path | None = None) -> Manifest:
    """Read the whole archive and compare it with its manifest; ``keep`` takes the records. Raises BadArchive."""
    found: dict[str, tuple[int, str]] = {}
    manifest: Manifest | None = None
    with members(path) as each:
        for name, source in each:
            if manifest is not None or name in found:
                raise BadArchive(f"{path} holds {name} twice, or after its manifest.")
            if name == MANIFEST:
                manifest = Manifest.from_json(source.read())
                continue
            reader = _Digesting(source)
            with contextlib.ExitStack() as stack:
                kept = keep if name in RECORDS.values() else None
                out = stack.enter_context(kept.open("wb")) if kept else None
                while chunk := reader.read(CHUNK):
                    if out:
                        out.write(chunk)
            found[name] = (reader.size, reader.sha256.hexdigest())
    if manifest is None:
        raise BadArchive(f"{path} has no manifest: the back-up was broken off. Use an older one.")
    _compare(path, manifest, found)
    return manifest


def _compare(path: Path, manifest: Manifest, found: dict[str, tuple[int, str]]) -> None:
    wrong = sorted(
        name for name in found.keys() | manifest.members.keys() if found.get(name) != manifest.members.get(name)
    )
    wrong += [name for name, (_, digest) in found.items() if name.startswith(OBJECTS) and not name.endswith(digest)]
    if wrong:
        raise BadArchive(f"{path} is damaged: {len(wrong):,} members differ from its manifest, first {wrong[0]}.")
    if manifest.records not in found:
        raise BadArchive(f"{path} holds no records.")
    lacking = sorted(key for key in manifest.named if f"{OBJECTS}{key}" not in found and key not in manifest.lost)
    if lacking:
        raise BadArchive(f"{path} lacks {len(lacking):,} objects that its records name, first {lacking[0]}.")
