"""The demonstration, in small: through the real commands, from nothing to figures."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image

from tests.training.recipes import TINY
from training.__main__ import main
from training.data import load_prepared
from training.data.demo import Demo, table


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    """The command line sets the number of threads for its process, which here goes on with other tests."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.slow
def test_from_nothing_to_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe, out = tmp_path / "tiny.toml", tmp_path / "out"
    recipe.write_text(TINY.replace("width = 4\nnorm", "width = 4\nappearance = 12\nnorm") + "\n")
    recipe.write_text(recipe.read_text().replace("l1 = 30.0", "l1 = 30.0\ncolour = 1.0\nink = 0.0"))
    command = ["--threads", "1", "demo", "--out", str(out), "--people", "6", "--sketched", "6"]
    assert main([*command, "--segmenter-steps", "2", "--recipe", str(recipe)]) == 0
    said = capsys.readouterr().out
    assert ["drawn", "8", "2", "2", "6", "drawn", "by"] in [line.split()[:7] for line in said.splitlines()]
    assert "0 people were in several splits" in said
    assert [json.loads(line)["step"] for line in said.splitlines() if line.startswith("{")] == [1, 2]
    assert (out / "weights" / "tiny.safetensors").exists()
    assert Image.open(out / "run" / "grid-000002.png").size == (12 * 256, 3 * 256)
    rows = [line.split() for line in said.splitlines() if line[:6] in ("sketch", "mean t", "face, ")][-4:]
    assert [row[0] for row in rows] == ["sketch", "mean", "face,", "face,"]
    assert all(-1 < float(row[-3]) < 1 for row in rows)
    assert len({row[-3] for row in rows}) >= 3
    report = json.loads((out / "evaluation" / "report.json").read_text())
    assert set(report["sections"]) == {"quality", "faithfulness", "ink", "appearance", "sheets"}
    assert {row["set"] for row in report["sections"]["quality"]["tables"]["picture"]} == {"drawn"}
    assert "who it is was not measured" in report["about"]["Judge"]
    prepared = load_prepared(out / "data", out / "cache")
    assert table(prepared, out / "weights") in said


def test_a_step_that_fails_ends_the_demonstration(tmp_path: Path) -> None:
    asked: list[list[str]] = []

    def fails(arguments: list[str]) -> int:
        asked.append(arguments)
        return 3

    assert Demo(tmp_path, people=1, sketched=0).run(fails, lambda _: None) == 3
    assert len(asked) == 1
    assert "prepare" in asked[0]
