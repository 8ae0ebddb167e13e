"""The tables of faces and of the restorer, with small networks of the real kinds."""

import json
import warnings
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.inference import folders
from training.__main__ import main
from training.face_features import MobileFaceNet


@pytest.fixture(scope="module")
def nets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A judge that sees coarse brightness, and an untrained recogniser."""
    folder = tmp_path_factory.mktemp("nets")
    judge = nn.Sequential(nn.AvgPool2d(14), nn.Flatten(), nn.Linear(192, 128))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's deprecation of this exporter: its successor needs another package
        torch.onnx.export(judge, (torch.zeros(1, 3, 112, 112),), str(folder / "judge.onnx"), dynamo=False)
    torch.save({"net_state_dict": MobileFaceNet().state_dict()}, folder / "face-features.ckpt")
    return folder


def weights(folder: Path, strength: float) -> Path:
    folders.fill(folder, restorer=False)
    folders.put(
        folder, "tiny-restorer", "restorer", folders.tiny_restorer(), folders.RESTORER, default_strength=strength
    )
    return folder


@pytest.mark.parametrize("strength,last", [(0.0, "generator's face"), (0.5, "restored face")])
def test_faces_are_measured_beside_the_null_rows_as_users_get_them(
    data: Path, nets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], strength: float, last: str
) -> None:
    command = ["--data", str(data), "--nets", str(nets), "--threads", "1", "evaluate", "--json"]
    sheets = tmp_path / "sheets"
    assert main([*command, "--weights", str(weights(tmp_path / "w", strength)), "--sheets", str(sheets)]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["what"] for row in rows][:2] == ["sketch itself", "mean training photo"]
    assert rows[-1]["what"] == last
    assert {(row["set"], row["split"], row["images"]) for row in rows} == {("fs2k", "test", 1)}
    assert all(-1 <= row["cosine"] <= 1 and row["found"] is None for row in rows)
    assert (sheets / "fs2k-test.png").exists()


def test_the_restorer_is_measured_beside_bicubic_enlargement(
    data: Path, cache: Path, nets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = ["--data", str(data), "--cache", str(cache), "--nets", str(nets), "--threads", "1"]
    folder = weights(tmp_path / "w", 0.0)
    assert main([*common, "evaluate", "restorer", "--weights", str(folder), "--faces", "2", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["inputs"], row["what"]) for row in rows] == [
        (inputs, what)
        for inputs in ("degraded photos", "generated faces")
        for what in ("bicubic", "restored, strength 0.5", "restored, strength 1")
    ]
    bicubic, _, untrained = rows[:3]
    assert bicubic["psnr"] > untrained["psnr"] + 3
    assert main([*common, "evaluate", "restorer", "--weights", str(folders.fill(tmp_path / "n", False))]) == 2
    assert "no restorer" in capsys.readouterr().err
