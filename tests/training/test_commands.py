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
from tests.training.recipes import TINY, tiny, written
from training.__main__ import main
from training.build import build
from training.data import Prepared
from training.engine.ranks import Ranks
from training.face_features import MobileFaceNet
from training.recipe import RECIPES, load_recipe, parse
from training.ship import ship

NO_GPU = not torch.cuda.is_available()
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
        "artist": lambda: UNet256(UNetConfig(**network)),
        "reader": MobileFaceNet,
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
    kinds = '"pix2pix" or "artist" or "reader" or "landmarks" or "restorer"'
    with pytest.raises(ValueError, match=f'kind is {kinds}, not "oil-paint"'):
        tiny(tmp_path / "own.toml", ('"pix2pix"', '"oil-paint"'))


@pytest.mark.parametrize(
    "changes,words",
    [
        ([("batch = 2", 'batch = 2\nprecison = "fp32"')], "no key precison. Did you mean precision"),
        ([("batch = 2", 'batch = 2\nprecision = "bf-16"')], 'precision is "auto" or "bf16" or "fp32", not "bf-16"'),
        ([("batch = 2", 'batch = 2\ncompile = "yes"')], 'compile is true or false, not "yes"'),
        ([("batch = 2", 'batch = "two"')], "batch is a whole number of at least 1"),
        ([("batch = 2", "batch = true")], "batch is a whole number of at least 1, not true"),
        ([("real_share = 0.5", "real_share = 1.5")], "real_share is a number from 0 to 1, not 1.5"),
        ([("real_share = 0.5\n", "")], "real_share is missing"),
        ([("face_ramp = [0, 1]", "face_ramp = [0]")], "face_ramp is a list of 2 numbers"),
        ([('upsample = "resize"', 'upsample = "x"')], 'upsample is "transposed" or "resize", not "x"'),
        ([("from_step = 1", 'norm = "instance"')], '[discriminator]: norm is "spectral" or "batch", not "instance"'),
        ([("from_step = 1", "from_steps = 1")], "[discriminator]: there is no key from_steps. Did you mean from_step"),
        ([("[weights]", "[weight]")], "no key weight. Did you mean weights"),
        ([("l1 = 30.0", "identiy = 30.0")], "[weights]: there is no key identiy. Did you mean identity"),
        ([("steps = 2", 'steps = 2\nshape = "sine"')], '[schedule]: shape is "cosine" or "linear", not "sine"'),
        ([("\nsteps = 2", "")], "[schedule]: steps is missing"),
        ([("learning_rate = 4e-4\n", "")], "[optimizer]: learning_rate is missing"),
        ([("l1 = 30.0", "l1 = 0.0"), ("gan = 0.6", ""), ("feature_matching = 10.0", "")], "nothing is asked for"),
        ([('kind = "pix2pix"', 'kind = "restorer"')], "there is no key"),
    ],
)
def test_keys_and_values_that_no_trainer_knows_are_refused(
    changes: list[tuple[str, str]], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "own.toml", *changes)
    assert main(["ship", str(path)]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("key", ["accumulate = 2", 'precision = "fp32"', "compile = true", 'augment = "device"'])
@pytest.mark.parametrize("name", ["landmarks", "restorer-narrow"])
def test_what_only_pix2pix_honours_is_refused_elsewhere(name: str, key: str) -> None:
    text = f"{key}\n{(RECIPES / name).with_suffix('.toml').read_text()}"
    with pytest.raises(ValueError, match=f"no key {key.split()[0]}"):
        parse(text, name)


@pytest.mark.parametrize(
    "changes,words",
    [
        ([("batch = 2", "batch = 8\naccumulate = 2")], "accumulate = 2 needs parts to be a multiple of 2"),
        ([("l1 = 30.0", "l1 = 30.0\ncolour = 1.0")], "set appearance"),
        ([("gan = 0.6", "gan = 0.0")], "feature_matching is of the discriminator"),
        ([("gan = 0.6\nfeature_matching", "r1")], "r1 is of the discriminator"),
        ([("l1 = 30.0", "identity = 1.0\ncontrast = 1.0")], "identity, contrast of .* none at .*face-features.ckpt"),
    ],
)
def test_what_a_recipe_asks_for_in_vain_is_refused(
    changes: list[tuple[str, str]], words: str, prepared: Prepared, tmp_path: Path
) -> None:
    recipe = tiny(tmp_path / "own.toml", *changes)
    with pytest.raises((ValueError, FileNotFoundError), match=words):
        build(recipe, prepared, tmp_path / "face-features.ckpt", Ranks(torch.device("cpu")))


def test_shares_of_a_batch_are_whole_parts_of_every_process(prepared: Prepared, tmp_path: Path) -> None:
    recipe = tiny(tmp_path / "own.toml", ("batch = 2", "batch = 8\nparts = 4\naccumulate = 4"))
    build(recipe, prepared, None, Ranks(torch.device("cpu")))
    with pytest.raises(ValueError, match="accumulate = 4 needs parts to be a multiple of 8"):
        build(recipe, prepared, None, Ranks(torch.device("cpu"), 0, 2))


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
    assert about["began"]["kind"] == "random"
    assert about["saw"] == {"drawings": ["fs2k"], "photos": ["faker", "fs2k"], "open": False, "whole": True}
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
        (["--data", "{data}", "train", "landmarks", "--device", "cuda:99"], "CUDA" if NO_GPU else "cuda:99"),
        (["--data", "{data}", "train", "landmarks", "--device", "abacus"], "no device called abacus"),
        (["--data", "{data}", "--nets", "{empty}/nets", "evaluate", "styles"], "no judge at {empty}/nets/judge.onnx"),
        (["--data", "{data}", "evaluate", "landmarks", "--weights", "{empty}"], "no manifest.toml"),
    ],
)
def test_what_is_missing_is_said(
    arguments: list[str], words: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([argument.format(empty=tmp_path, data=data) for argument in arguments]) == 2
    assert words.format(empty=tmp_path) in capsys.readouterr().err
