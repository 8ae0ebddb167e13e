"""The ONNX file is the same network for other runtimes."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from inference.appearance import UNKNOWN, Appearance
from inference.cli import main
from inference.device import choose_device
from inference.engines.pix2pix import Pix2Pix
from inference.weights import find, read_manifest
from tests.inference import folders


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
        assert np.abs(face - engine.generate(sketch, 0, appearance).numpy()).max() < 1e-4
        answers.append(face)
    assert np.abs(answers[0] - answers[1]).max() > 0.05


@pytest.mark.parametrize("wrong", [["--engine", "oil-paint"], ["--onnx", "no/such/folder/x.onnx"]])
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
