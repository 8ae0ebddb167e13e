"""What `ship` puts into a weights folder is used from then on, and it says so."""

import json
from pathlib import Path

import pytest
import torch

from inference.manifest import LOCAL_MANIFEST, MANIFEST, add_entry, read_entries
from inference.networks.unet import UNet256, UNetConfig
from inference.weights import find, read_manifest
from tests.inference import folders
from tests.training.recipes import written
from training.__main__ import main
from training.history import Seen
from training.recipe import load_recipe
from training.ship import ship

Said = pytest.CaptureFixture[str]


def run_called(name: str, folder: Path) -> list[str]:
    """The command that ships a run of a recipe of that name."""
    recipe = written(folder / f"{name}.toml")
    torch.save(UNet256(UNetConfig(**load_recipe(str(recipe)).section("network"))).state_dict(), folder / "ema.pt")
    return ["ship", str(recipe), "--run", str(folder), "--weights", str(folder / "weights")]


def used(weights: Path, kind: str = "pix2pix") -> str:
    checkpoint = find(read_manifest(weights), kind)
    assert checkpoint is not None
    return checkpoint.name


def test_what_is_shipped_last_is_in_use_whatever_its_name(tmp_path: Path, capsys: Said) -> None:
    weights = folders.fill(tmp_path / "weights", restorer=False)
    for name, others in (("artists", "tiny-pix2pix"), ("zebra", "tiny-pix2pix, artists"), ("artists", "zebra")):
        assert main(run_called(name, tmp_path)) == 0
        assert used(weights) == name
        said = capsys.readouterr().out
        assert f"In use as pix2pix now: {name}. Not in use: " in said
        assert f"{others}. Workers" in said
    assert used(weights, "landmarks") == "tiny-landmarks"


def test_what_was_imported_stays_in_use_and_that_is_said(tmp_path: Path, capsys: Said) -> None:
    weights = folders.fill(tmp_path / "weights", restorer=False)
    entry = read_entries(weights / MANIFEST)["tiny-pix2pix"]
    add_entry(weights / LOCAL_MANIFEST, "mine", entry)
    assert main(run_called("artists", tmp_path)) == 0
    assert used(weights) == "mine"
    said = capsys.readouterr().out
    assert "In use as pix2pix now: mine. Not in use: tiny-pix2pix, artists." in said
    assert f"to use artists, take mine out of {weights / LOCAL_MANIFEST}." in said


@pytest.mark.parametrize(
    "learned,words",
    [
        ({"webmorph", "faker"}, "train splits of faker (CC0), webmorph (CC BY 4.0, Lisa DeBruine and Benedict Jones)"),
        (set(), "not recorded"),
    ],
)
def test_sets_that_were_prepared_and_not_learned_from_are_not_named(
    learned: set[str], words: str, tmp_path: Path
) -> None:
    recipe = load_recipe("restorer-narrow")
    torch.save({"weight": torch.zeros(1)}, tmp_path / "ema.pt")
    prepared = {"photos": {"fs2k": 9, "faker": 3, "webmorph": 2}}
    (tmp_path / "about.json").write_text(
        json.dumps({"data": prepared, "saw": Seen(photos=frozenset(learned)).as_json()})
    )
    ship(tmp_path, recipe, 0.0, tmp_path / "weights")
    assert read_entries(tmp_path / "weights" / MANIFEST)["restorer-narrow"]["data"] == words
