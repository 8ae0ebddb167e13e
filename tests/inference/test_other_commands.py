"""`engines` and `weights list | verify`."""

import json
import shutil
from pathlib import Path

import pytest

from inference.cli import main
from tests.inference import folders

Said = pytest.CaptureFixture[str]


@pytest.fixture
def weights(tiny_weights: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(tiny_weights, tmp_path / "weights"))


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def test_engines_are_listed_with_their_controls(weights: Path, capsys: Said) -> None:
    assert run("engines", "--weights", weights, "--device", "cpu") == 0
    text = capsys.readouterr().out
    assert "pix2pix - demonstration model" in text
    assert "controls: seed, strength; default strength 0" in text
    assert "device: cpu:" in text
    assert run("engines", "--weights", weights, "--device", "cpu", "--json") == 0
    described = json.loads(capsys.readouterr().out)
    assert described["engines"][0]["name"] == "pix2pix"
    assert described["engines"][0]["demonstration"] is True


def test_the_list_says_where_weights_come_from(weights: Path, capsys: Said) -> None:
    assert run("weights", "list", "--weights", weights) == 0
    text = capsys.readouterr().out
    first = "tiny-pix2pix (demonstration model): pix2pix, in use"
    for words in (first, "origin  a test", "data    none", "terms   none"):
        assert words in text
    (weights / "tiny-pix2pix.safetensors").unlink()
    assert run("weights", "list", "--weights", weights) == 0
    assert "file missing" in capsys.readouterr().out
    assert run("weights", "list", "--weights", weights, "--json") == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["tiny-pix2pix"]["bytes"] is None
    assert rows["tiny-landmarks"]["bytes"] > 1000
    assert "verified" not in rows["tiny-landmarks"]


def test_the_list_says_which_of_a_kind_is_in_use(weights: Path, capsys: Said) -> None:
    folders.put(weights, "another", "pix2pix", folders.tiny_generator(2), folders.GENERATOR)
    assert run("weights", "list", "--weights", weights, "--json") == 0
    rows = {row["name"]: row["in_use"] for row in json.loads(capsys.readouterr().out)}
    assert rows == {"tiny-pix2pix": False, "another": True, "tiny-landmarks": True, "tiny-restorer": True}
    assert run("weights", "list", "--weights", weights) == 0
    text = capsys.readouterr().out
    assert "tiny-pix2pix (demonstration model): pix2pix, not in use" in text


def test_verify_compares_every_file(weights: Path, capsys: Said) -> None:
    assert run("weights", "verify", "--weights", weights) == 0
    assert capsys.readouterr().out.count("ok   ") == 3
    victim = weights / "tiny-landmarks.safetensors"
    victim.write_bytes(victim.read_bytes() + b"\x00")
    (weights / "tiny-restorer.safetensors").unlink()
    assert run("weights", "verify", "--weights", weights) == 1
    text = capsys.readouterr().out
    assert text.count("ok   ") == 1
    assert "BAD  The weights tiny-landmarks are not the ones in the manifest" in text
    assert "BAD  The weights tiny-restorer cannot be read" in text
    assert run("weights", "verify", "--weights", weights, "--json") == 1
    rows = {row["name"]: row["verified"] for row in json.loads(capsys.readouterr().out)}
    assert rows == {"tiny-pix2pix": True, "tiny-landmarks": False, "tiny-restorer": False}


@pytest.mark.parametrize("command", [["weights", "list"], ["weights", "verify"], ["engines"]])
def test_a_folder_without_a_manifest_is_said(command: list[str], tmp_path: Path, capsys: Said) -> None:
    assert run(*command, "--weights", tmp_path) == 1
    assert "There is no manifest.toml" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["weights"], ["weights", "burn"], ["engines", "--precision", "fp8"]])
def test_wrong_use_is_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2
