"""An archive that was altered, cut or made by somebody else changes nothing."""

import gzip
import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.backup.installations import Installation


def _rewrite(path: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """The archive with its members changed, as tar and gzip accept it."""
    with tarfile.open(path) as tar:
        old = [(info.name, tar.extractfile(info).read()) for info in tar]  # type: ignore[union-attr]
    with tarfile.open(path, "w:gz") as tar:
        for name, data in old:
            new = change(name, data)
            if new is not None:
                info = tarfile.TarInfo(name)
                info.size = len(new)
                tar.addfile(info, io.BytesIO(new))


def _flip(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


BAD: dict[str, tuple[Callable[[str, bytes], bytes | None], str]] = {
    "an object altered": (lambda name, data: _flip(data) if name.startswith("objects/") else data, "differ"),
    "an object left out": (lambda name, data: None if name.startswith("objects/") else data, "differ"),
    "records altered": (lambda name, data: _flip(data) if name == "records.sqlite" else data, "differ"),
    "no manifest": (lambda name, data: None if name == "manifest.json" else data, "was broken off"),
    "no JSON": (lambda name, data: b"{" if name == "manifest.json" else data, "manifest cannot be read"),
    "another format": (
        lambda name, data: data.replace(b'"format": 1', b'"format": 2') if name == "manifest.json" else data,
        "another version",
    ),
    "newer records": (
        lambda name, data: data.replace(b'"revision": "0', b'"revision": "9') if name == "manifest.json" else data,
        "newer than this code",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_archive_is_refused_before_anything_changes(filled: Installation, what: str) -> None:
    path = filled.backup()
    change, words = BAD[what]
    _rewrite(path, change)
    before = filled.content()
    for command in (("verify", str(path)), ("restore", str(path), "--replace")):
        code, said = filled.command(*command)
        assert code == 3
        assert words in said, said
    assert filled.content() == before
    assert not list(filled.settings.var.glob("*restoring*"))


def test_an_object_left_out_of_the_manifest_too_is_noticed(filled: Installation) -> None:
    path = filled.backup()
    gone = sorted(key for key in filled.content() if "/" in key)[0]

    def forget(name: str, data: bytes) -> bytes | None:
        if name == f"objects/{gone}":
            return None
        if name != "manifest.json":
            return data
        facts = json.loads(data)
        del facts["members"][f"objects/{gone}"]
        facts["named"].remove(gone)
        return json.dumps(facts).encode()

    _rewrite(path, forget)
    code, said = filled.command("verify", str(path))
    assert code == 3
    assert "not those that its manifest speaks of" in said


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_cut_archive_is_refused(filled: Installation, share: float) -> None:
    path = filled.backup()
    os.truncate(path, int(path.stat().st_size * share))
    code, said = filled.command("verify", str(path))
    assert code == 3
    assert "damaged or was cut off" in said


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", "objects/../evil", "objects/x"])
def test_what_no_back_up_holds_is_refused(filled: Installation, tmp_path: Path, name: str) -> None:
    path = tmp_path / "evil.tar.gz"
    with gzip.open(path, "wb") as raw, tarfile.open(fileobj=raw, mode="w|") as tar:
        info = tarfile.TarInfo(name)
        info.size = 4
        tar.addfile(info, io.BytesIO(b"evil"))
    code, said = filled.command("restore", str(path), "--replace")
    assert code == 3
    assert "holds something that no back-up of Semblance has" in said
