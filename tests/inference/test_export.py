"""The ONNX file is the same network for other runtimes."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from inference.appearance import UNKNOWN, Appearance
from inference.cli import main
from inference.device import choose_device
from inference.engines.pix2pix import Pix2Pix
from inference.networks.landmarknet import LandmarkNet
from inference.restoration import Restorer, build_restorer
from inference.weights import Checkpoint, find, read_manifest
from tests.inference import folders

Inputs = Mapping[str, Tensor]
DARK_AND_RED = Appearance(skin="dark", hair="red")


def coarse(count: int, channels: int, side: int) -> Tensor:
    """Pictures of soft spots in [-1, 1], others for every count."""
    spots = torch.rand(count, channels, 16, 16, generator=torch.Generator().manual_seed(count)) * 2 - 1
    return F.interpolate(spots, size=(side, side), mode="bilinear")


def drawings(count: int) -> Inputs:
    wishes = torch.from_numpy(DARK_AND_RED.vector()).repeat(count, 1)
    return {"sketch": coarse(count, 3, 256), "appearance": wishes}


def faces(count: int) -> Inputs:
    return {"face": coarse(count, 3, 512)}


def views(count: int) -> Inputs:
    return {"ink": (coarse(count, 1, 128) + 1) / 2}


def as_drawn(checkpoint: Checkpoint, inputs: Inputs) -> tuple[Tensor, ...]:
    engine = Pix2Pix(checkpoint, choose_device("cpu", "fp32"))
    return (engine.generate(inputs["sketch"], 0, DARK_AND_RED),)


def as_restored(checkpoint: Checkpoint, inputs: Inputs) -> tuple[Tensor, ...]:
    restorer = Restorer(checkpoint.build(build_restorer), torch.float32, torch.device("cpu"))
    return (restorer.restore(inputs["face"], 1.0, 0),)


@torch.inference_mode()
def as_found(checkpoint: Checkpoint, inputs: Inputs) -> tuple[Tensor, ...]:
    found: tuple[Tensor, ...] = checkpoint.build(lambda architecture: LandmarkNet(**architecture))(inputs["ink"])
    return found


def answers(file: Path, inputs: Inputs) -> list[npt.NDArray[np.float32]]:
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    return list(session.run(None, {name: tensor.numpy() for name, tensor in inputs.items()}))


@pytest.mark.parametrize(
    "name,outputs,given,product",
    [
        ("pix2pix-small", ["face"], drawings, as_drawn),
        ("restorer-narrow", ["restored"], faces, as_restored),
        ("landmarks", ["points", "face_logit"], views, as_found),
    ],
)
def test_every_shipped_checkpoint_answers_as_the_product_does(
    name: str,
    outputs: list[str],
    given: Callable[[int], Inputs],
    product: Callable[[Checkpoint, Inputs], tuple[Tensor, ...]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target = tmp_path / "network.onnx"
    assert main(["export", name, "--onnx", str(target)]) == 0
    said = capsys.readouterr().out
    assert all(f"{output} (n" in said for output in outputs)
    session = onnxruntime.InferenceSession(str(target), providers=["CPUExecutionProvider"])
    assert [output.name for output in session.get_outputs()] == outputs
    checkpoint = next(c for c in read_manifest() if c.name == name)
    firsts = []
    for count in (1, 2):  # the second of another number of other pictures: nothing of the first was kept in the file
        inputs = given(count)
        assert [one.name for one in session.get_inputs()] == list(inputs)
        made, expected = answers(target, inputs), product(checkpoint, inputs)
        for ours, theirs in zip(made, expected, strict=True):
            assert ours.shape == theirs.shape
            assert np.abs(ours - theirs.numpy()).max() < 1e-3
        firsts.append(made[0][0])
    assert np.abs(firsts[0] - firsts[1]).max() > 0.05


def test_exported_generator_answers_as_torch_does_for_any_batch(tiny_weights: Path, tmp_path: Path) -> None:
    target = tmp_path / "generator.onnx"
    assert main(["export", "--onnx", str(target), "--weights", str(tiny_weights)]) == 0
    session = onnxruntime.InferenceSession(str(target), providers=["CPUExecutionProvider"])
    checkpoint = find(read_manifest(tiny_weights), "pix2pix")
    assert checkpoint is not None
    engine = Pix2Pix(checkpoint, choose_device("cpu", "fp32"))
    for count in (1, 3):
        sketches = torch.rand(count, 3, 256, 256, generator=torch.Generator().manual_seed(count)) * 2 - 1
        (faces,) = session.run(["face"], {"sketch": sketches.numpy()})
        expected = engine.generate(sketches, 0).numpy()
        assert faces.shape == expected.shape
        assert np.abs(faces - expected).max() < 1e-4
        assert expected.std() > 0.05  # it draws something that could differ


def test_the_exported_generator_takes_the_colours_that_it_was_told(tmp_path: Path) -> None:
    weights, target = folders.fill(tmp_path, restorer=False, coloured=True), tmp_path / "generator.onnx"
    assert main(["export", "--onnx", str(target), "--weights", str(weights)]) == 0
    session = onnxruntime.InferenceSession(str(target), providers=["CPUExecutionProvider"])
    checkpoint = find(read_manifest(weights), "pix2pix")
    assert checkpoint is not None
    engine = Pix2Pix(checkpoint, choose_device("cpu", "fp32"))
    sketch = torch.rand(1, 3, 256, 256, generator=torch.Generator().manual_seed(5)) * 2 - 1
    answers = []
    for appearance in (UNKNOWN, Appearance(skin="dark", hair="red")):
        (face,) = session.run(["face"], {"sketch": sketch.numpy(), "appearance": appearance.vector()[None]})
        assert np.abs(face - engine.generate(sketch, 0, appearance).numpy()).max() < 1e-3
        answers.append(face)
    assert np.abs(answers[0] - answers[1]).max() > 0.05


@pytest.mark.parametrize(
    "kind,made", [("pix2pix", "tiny-pix2pix"), ("restorer", "tiny-restorer"), ("landmarks", "tiny-landmarks")]
)
def test_a_kind_means_the_checkpoint_in_use(
    kind: str, made: str, tiny_weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", kind, "--onnx", str(tmp_path / "x.onnx"), "--weights", str(tiny_weights)]) == 0
    assert capsys.readouterr().out.startswith(f"{made} ({kind}) written to ")


def test_a_kind_that_is_not_exported_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weights = folders.fill(tmp_path / "weights", restorer=False)
    folders.put(weights, "somebodys", "matcher", folders.tiny_finder(), folders.FINDER)
    assert main(["export", "somebodys", "--onnx", str(tmp_path / "x.onnx"), "--weights", str(weights)]) == 2
    assert "of the kind matcher. Exported are: pix2pix, restorer, landmarks." in capsys.readouterr().err
    assert not (tmp_path / "x.onnx").exists()


@pytest.mark.parametrize(
    "wrong", [["oil-paint"], ["--engine", "oil-paint"], ["landmarks", "--onnx", "no/such/folder/x.onnx"]]
)
def test_wrong_use_is_said_and_leaves_nothing(
    wrong: list[str],
    tiny_weights: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", "--onnx", "x.onnx", "--weights", str(tiny_weights), *wrong]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
