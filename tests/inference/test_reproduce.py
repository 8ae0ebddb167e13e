"""`reproduce`: the same likeness again, or why not."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inference.cli import main
from tests.inference import folders
from tests.inference.drawings import saved

Said = pytest.CaptureFixture[str]


class Evidence:
    """A likeness with its provenance, and the sketch it came from."""

    def __init__(self, folder: Path, weights: Path, said: Said, *controls: str) -> None:
        self.weights, self._said = weights, said
        self.sketch = saved(folder / "face.png", 3)
        common = ["--weights", str(weights), "--device", "cpu", "-o", str(folder / "out")]
        assert main(["render", str(self.sketch), *common, *controls]) == 0
        self.record, self.png = folder / "out" / "face.json", folder / "out" / "face.png"
        said.readouterr()

    def reproduce(self, *arguments: str) -> int:
        paths = [str(self.record), str(self.sketch), "--weights", str(self.weights)]
        code = main(["reproduce", *paths, *arguments])
        self.stdout, self.stderr = self._said.readouterr()
        return code

    def change(self, change: Callable[[dict[str, Any]], object]) -> None:
        record = json.loads(self.record.read_text())
        change(record)
        self.record.write_text(json.dumps(record))


@pytest.fixture
def weights(tiny_weights: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(tiny_weights, tmp_path / "weights"))


@pytest.fixture
def evidence(tmp_path: Path, weights: Path, capsys: Said) -> Evidence:
    return Evidence(tmp_path, weights, capsys, "--no-restore")


@pytest.mark.parametrize(
    "controls",
    [
        ["--seed", "5", "--strength", "0.5"],
        ["--no-restore", "--align", "90,118,166,124"],
        ["--no-restore", "--align", "off"],
        ["--no-restore", "--precision", "fp32"],
    ],
    ids=["seed and strength", "given eyes", "as it is", "fp32"],
)
def test_the_same_likeness_is_made_again(controls: list[str], tmp_path: Path, weights: Path, capsys: Said) -> None:
    evidence = Evidence(tmp_path, weights, capsys, *controls)
    assert evidence.reproduce("-o", str(tmp_path / "again.png")) == 0
    assert evidence.stdout.endswith("The same likeness, byte for byte.\n")
    assert (tmp_path / "again.png").read_bytes() == evidence.png.read_bytes()


def test_json_says_it_for_programs(evidence: Evidence) -> None:
    assert evidence.reproduce("--json") == 0
    result = json.loads(evidence.stdout)
    assert result["same"] is True
    assert result["made"] == result["expected"] == json.loads(evidence.record.read_text())["output"]["sha256"]


def test_another_sketch_is_told(evidence: Evidence) -> None:
    saved(evidence.sketch, 4)
    assert evidence.reproduce() == 1
    assert "Not the same." in evidence.stdout
    assert "The sketch file is another one" in evidence.stdout
    assert "The weights differ" not in evidence.stdout


def test_other_weights_are_told(evidence: Evidence) -> None:
    folders.put(evidence.weights, "tiny-pix2pix", "pix2pix", folders.tiny_generator(seed=9), folders.GENERATOR)
    assert evidence.reproduce() == 1
    assert "The weights differ" in evidence.stdout
    assert "The sketch file" not in evidence.stdout


def test_damaged_weights_and_an_engine_that_is_gone_make_nothing(evidence: Evidence) -> None:
    evidence.change(lambda record: record.update(engine="oil-paint"))
    assert evidence.reproduce("--json") == 1
    result = json.loads(evidence.stdout)
    assert (result["same"], result["made"]) == (False, None)
    assert "no engine called oil-paint" in result["differences"][0]
    (evidence.weights / "tiny-pix2pix.safetensors").write_bytes(b"")
    assert evidence.reproduce() == 1
    assert "not the ones in the manifest" in evidence.stdout


def test_another_device_is_told(evidence: Evidence) -> None:
    evidence.change(lambda record: record.update(device="abacus:wood/fp32"))
    assert evidence.reproduce() in (0, 1)  # where the bytes do not depend on it, they are the same
    assert "The device differs: abacus:wood/fp32 then" in evidence.stdout


def test_changed_controls_make_another_picture(evidence: Evidence) -> None:
    evidence.change(lambda record: record["controls"].update(seed=3))
    assert evidence.reproduce() == 1
    assert "Not the same." in evidence.stdout


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.pop("output"),
        lambda record: record.pop("device"),
        lambda record: record["input"].pop("sha256"),
        lambda record: record.update(alignment="here"),
        lambda record: record.update(controls=[1, 2]),
        lambda record: record["controls"].pop("strength"),
        lambda record: record["controls"].update(seed="five"),
        lambda record: record["alignment"].update(method="given", eyes=[[1, 2]]),
        lambda record: record["alignment"].update(method="given", eyes=None),
    ],
)
def test_what_is_no_whole_provenance_is_wrong_use(
    change: Callable[[dict[str, Any]], object], evidence: Evidence
) -> None:
    evidence.change(change)
    assert evidence.reproduce() == 2
    assert "is not the provenance of a likeness" in evidence.stderr
    assert evidence.stderr.count("\n") == 1


@pytest.mark.parametrize("content", [b"", b"no json", b"[]", b"\xff\xfe\x00", b"null"])
def test_other_files_are_no_provenance(content: bytes, evidence: Evidence) -> None:
    evidence.record.write_bytes(content)
    assert evidence.reproduce() == 2
    assert "is not the provenance of a likeness" in evidence.stderr


def test_files_that_are_missing_or_no_pictures_are_said(evidence: Evidence) -> None:
    evidence.sketch.write_text("no picture")
    assert evidence.reproduce() == 2
    assert "cannot be used" in evidence.stderr
    evidence.sketch.unlink()
    assert evidence.reproduce() == 2
    assert "cannot be read: No such file" in evidence.stderr
    evidence.record.unlink()
    assert evidence.reproduce() == 2
    assert "cannot be read: No such file" in evidence.stderr


def test_a_place_that_cannot_be_written_to_is_said(evidence: Evidence, tmp_path: Path) -> None:
    assert evidence.reproduce("-o", str(tmp_path / "no" / "such" / "folder.png")) == 2
    assert "cannot be written: No such file" in evidence.stderr
