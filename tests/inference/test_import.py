"""The published GFPGAN checkpoints come in through one door, whole or not at all."""

import os
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from inference.cli import main
from inference.errors import WeightsError
from inference.manifest import LOCAL_MANIFEST, MANIFEST
from inference.pipeline import Pipeline
from inference.restoration import PUBLISHED, build_restorer
from inference.weights import find, read_manifest
from inference.weights_import import read_published
from tests.inference import folders
from tests.inference.drawings import saved

State = dict[str, Tensor]


class Bomb:
    """Unpickling this creates a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.path),)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def run(source: Path, folder: Path) -> int:
    return main(["weights", "import", str(source), "--weights", str(folder)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folders.fill(tmp_path / "weights", restorer=False)


def test_code_in_a_checkpoint_is_never_run(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    canary, before = tmp_path / "canary", files(folder)
    for number, content in enumerate((Bomb(canary), {"params_ema": Bomb(canary)}, {"params_ema": {"x": Bomb(canary)}})):
        source = tmp_path / f"{number}.pth"
        torch.save(content, source)
        assert run(source, folder) == 1
    said = capsys.readouterr().err
    assert said.count("was refused") == 3
    assert "weights_only" not in said  # torch's advice on how to run it all the same
    assert not canary.exists()
    torch.load(tmp_path / "0.pth", weights_only=False)
    assert canary.exists()  # the bomb was live
    assert files(folder) == before


@pytest.mark.parametrize(
    "content,words",
    [
        (b"", "was refused"),
        (b"not a checkpoint at all" * 50, "was refused"),
        (b"PK\x03\x04" + bytes(200), "was refused"),
        ({"state_dict": {}}, "neither params_ema nor params"),
        ([1, 2, 3], "neither params_ema nor params"),
        ({"params_ema": {}}, "not a GFPGAN v1.3 or v1.4 checkpoint"),
        ({"params": {"conv.weight": torch.zeros(2)}}, "not a GFPGAN v1.3 or v1.4 checkpoint"),
    ],
    ids=["empty", "garbage", "broken zip", "other keys", "a list", "no tensors", "another network"],
)
def test_what_is_no_such_checkpoint_is_refused_in_words(
    content: Any, words: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, before = tmp_path / "GFPGANv1.4.pth", files(folder)
    if isinstance(content, bytes):
        source.write_bytes(content)
    else:
        torch.save(content, source)
    assert run(source, folder) == 1
    said = capsys.readouterr().err
    assert words in said
    assert "GFPGANv1.4.pth" in said
    assert "Traceback" not in said
    assert len(said) < 500
    assert files(folder) == before


def test_a_missing_file_and_a_folder_are_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="No such file"):
        read_published(tmp_path / "nothing.pth")
    with pytest.raises(WeightsError, match="directory"):
        read_published(tmp_path)


def test_the_averaged_weights_go_before_the_plain_ones(tmp_path: Path) -> None:
    torch.save({"params": {"x": torch.zeros(1)}, "params_ema": {"x": torch.ones(1)}}, tmp_path / "x.pth")
    assert float(read_published(tmp_path / "x.pth")["x"]) == 1.0


@pytest.mark.slow
def test_a_checkpoint_of_the_published_format_comes_in_and_restores(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Random numbers under the published names and shapes: 86 M of them, so all is done in one test."""
    torch.manual_seed(6)
    state: State = {name: tensor.clone() for name, tensor in build_restorer(PUBLISHED).state_dict().items()}
    assert sum(tensor.numel() for tensor in state.values()) > 86e6
    _refuse_incomplete(state, folder, tmp_path)
    source = tmp_path / "GFPGANv1.4.pth"
    torch.save({"params_ema": state}, source)
    assert run(source, folder) == 0
    assert "In use as restorer now: gfpgan-published. Workers" in capsys.readouterr().err
    _check_entry(state, folder)
    pipeline = Pipeline.load(folder, "cpu")
    assert pipeline.describe()["engines"][0]["default_strength"] == 0.5
    assert pipeline.restorer is not None
    sketch = saved(tmp_path / "sketch.png")
    out = tmp_path / "out"
    assert main(["render", str(sketch), "-o", str(out), "--weights", str(folder), "--device", "cpu"]) == 0
    assert files(out) == {"sketch.png", "sketch.json"}
    assert '"gfpgan-published"' in (out / "sketch.json").read_text()


def _refuse_incomplete(state: State, folder: Path, tmp_path: Path) -> None:
    before, name = files(folder), "stylegan_decoder.style_conv1.modulated_conv.weight"
    without = {key: tensor for key, tensor in state.items() if key != name}
    misshapen = {**state, name: state[name][..., :2]}
    surplus = {**state, "one.more": torch.zeros(1)}
    for wrong in (without, misshapen, surplus):
        torch.save({"params_ema": wrong}, tmp_path / "wrong.pth")
        assert run(tmp_path / "wrong.pth", folder) == 1
        assert files(folder) == before


def _check_entry(state: State, folder: Path) -> None:
    assert files(folder) - {MANIFEST, "tiny-pix2pix.safetensors", "tiny-landmarks.safetensors"} == {
        LOCAL_MANIFEST,
        "gfpgan-published.safetensors",
    }
    checkpoint = find(read_manifest(folder), "restorer")
    assert checkpoint is not None
    assert (checkpoint.name, checkpoint.default_strength, checkpoint.demonstration) == ("gfpgan-published", 0.5, False)
    assert "NVIDIA" in checkpoint.terms
    loaded = checkpoint.load()
    assert loaded.keys() == state.keys()
    assert all(torch.equal(loaded[name], tensor.half().float()) for name, tensor in state.items())
