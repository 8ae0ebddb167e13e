"""Recipes, `ship`, and the trainer's command line from pictures to a checkpoint that renders."""

import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from torch import nn

from inference.cli import main as inference_main
from inference.manifest import MANIFEST, read_entries
from inference.networks.landmarknet import LandmarkNet
from inference.networks.unet import UNet256, UNetConfig
from inference.restoration import build_restorer
from inference.weights import find, read_manifest
from tests.inference import folders
from tests.inference.drawings import saved
from tests.training.recipes import TINY
from training.__main__ import main
from training.build import build
from training.data import Prepared
from training.engine.ranks import Ranks
from training.recipe import RECIPES, load_recipe
from training.ship import ship

SHIPPED = sorted(path.stem for path in RECIPES.glob("*.toml"))


@pytest.fixture(autouse=True)
def threads() -> Iterator[int]:
    """The command line sets the number of threads for its process, which here goes on with other tests."""
    before = torch.get_num_threads()
    yield before
    torch.set_num_threads(before)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_recipe_loads_and_describes_a_network(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == name
    assert recipe.batch > 0
    assert 0 < recipe.schedule.save_every <= recipe.schedule.steps
    network = recipe.section("network")
    makers: dict[str, Callable[[], nn.Module]] = {
        "pix2pix": lambda: UNet256(UNetConfig(**network)),
        "landmarks": lambda: LandmarkNet(**network),
        "restorer": lambda: build_restorer(network),
    }
    assert 1e5 < sum(parameter.numel() for parameter in makers[recipe.kind]().parameters()) < 1e8


def test_the_shipped_recipes_are_of_the_shipped_weights() -> None:
    assert {checkpoint.name for checkpoint in read_manifest()} <= set(SHIPPED)
    for checkpoint in read_manifest():
        assert load_recipe(checkpoint.name).kind == checkpoint.kind
        assert load_recipe(checkpoint.name).section("network") == checkpoint.architecture


def test_a_recipe_that_is_not_there_is_refused_with_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ship", "oil-paint"]) == 2
    said = capsys.readouterr().err
    assert "no recipe oil-paint" in said
    assert all(name in said for name in SHIPPED)


def test_a_kind_without_a_trainer_is_refused(prepared: Prepared, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(TINY.replace('"pix2pix"', '"oil-paint"'))
    recipe = load_recipe(str(tmp_path / "own.toml"))
    with pytest.raises(ValueError, match="no trainer of kind 'oil-paint'"):
        build(recipe, prepared, None, Ranks(torch.device("cpu")))


def test_shipping_adds_an_entry_and_keeps_the_others(tmp_path: Path) -> None:
    weights = folders.fill(tmp_path / "weights", restorer=False)
    before = read_entries(weights / MANIFEST)
    (tmp_path / "tiny.toml").write_text(TINY)
    recipe = load_recipe(str(tmp_path / "tiny.toml"))
    torch.manual_seed(1)
    network = UNet256(UNetConfig(**recipe.section("network")))
    torch.save(network.state_dict(), tmp_path / "ema.pt")
    for _ in range(2):  # a second time it replaces its own
        assert ship(tmp_path, recipe, 0.25, weights) == weights / "tiny.safetensors"
    after = read_entries(weights / MANIFEST)
    assert {name: entry for name, entry in after.items() if name != "tiny"} == before
    checkpoint = next(c for c in read_manifest(weights) if c.name == "tiny")
    assert (checkpoint.kind, checkpoint.default_strength, checkpoint.demonstration) == ("pix2pix", 0.25, True)
    loaded = checkpoint.build(lambda architecture: UNet256(UNetConfig(**architecture)))
    assert torch.equal(loaded.output[1].weight, network.output[1].weight.half().float())  # type: ignore[index]
    assert tomllib.loads((weights / MANIFEST).read_text())["tiny"]["origin"] == "python -m training train tiny"


@pytest.mark.slow
def test_from_pictures_to_a_checkpoint_that_renders(
    data: Path, cache: Path, threads: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe, run, weights = tmp_path / "tiny.toml", tmp_path / "run", tmp_path / "weights"
    recipe.write_text(TINY)
    folders.put(weights, "tiny-landmarks", "landmarks", folders.tiny_finder(), folders.FINDER)
    common = ["--data", str(data), "--cache", str(cache), "--threads", str(threads)]
    assert main([*common, "train", str(recipe), "--run", str(run), "--device", "cpu"]) == 0
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["step"] for row in logged] == [1, 2]
    assert main([*common, "train", str(recipe), "--run", str(run), "--device", "cpu"]) == 2
    assert "--resume" in capsys.readouterr().err  # nothing is overwritten
    assert main([*common, "train", str(recipe), "--run", str(run), "--device", "cpu", "--resume"]) == 0
    assert capsys.readouterr().out == ""  # it was at its end
    about = json.loads((run / "about.json").read_text())
    assert (run / "recipe.toml").read_text() == TINY
    assert about["data"]["photos"] == {"fs2k": 4, "faker": 4}
    assert about["step"] == 2
    assert main(["ship", str(recipe), "--run", str(run), "--weights", str(weights)]) == 0
    generator = find(read_manifest(weights), "pix2pix")
    assert generator is not None
    assert generator.name == "tiny"
    sketch, out = saved(tmp_path / "face.png"), tmp_path / "out"
    assert inference_main(["render", str(sketch), "-o", str(out), "--weights", str(weights), "--no-restore"]) == 0
    assert (out / "face.png").exists()


def test_figures_of_the_finder_come_as_text_and_json(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders.put(tmp_path, "tiny-landmarks", "landmarks", folders.tiny_finder(), folders.FINDER)
    command = ["--data", str(data), "evaluate", "landmarks", "--weights", str(tmp_path)]
    assert main([*command, "--split", "val"]) == 0
    assert "1 drawings of the val splits" in capsys.readouterr().out
    assert main([*command, "--json", "--sheets", str(tmp_path / "sheets")]) == 0
    assert (tmp_path / "sheets" / "eyes-test.png").exists()
    report = json.loads(capsys.readouterr().out)
    assert (report["split"], report["drawings"]) == ("test", 1)


@pytest.mark.parametrize(
    "arguments,words",
    [
        (["--data", "{empty}", "prepare"], "No data set"),
        (["--data", "{data}", "--cache", "{empty}", "train", "landmarks"], "run `python -m training prepare` first"),
        (["ship", "landmarks", "--run", "{empty}"], "ema.pt"),
        (["--data", "{data}", "evaluate", "landmarks", "--weights", "{empty}"], "no manifest.toml"),
    ],
)
def test_what_is_missing_is_said(
    arguments: list[str], words: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([argument.format(empty=tmp_path, data=data) for argument in arguments]) == 2
    assert words in capsys.readouterr().err
