"""A run folder, which says everything about its run.

`recipe.toml` what was asked for, `about.json` by which code, data and machine, `state.pt` everything to go on from,
`ema.pt` the averaged weights, `log.jsonl`, `curve.png`, `grid-*.png`.
"""

import json
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from inference.disk import write_whole
from training.data import Images
from training.engine.curve import draw_curve


class RunFolder:
    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)

    @property
    def has_state(self) -> bool:
        return (self.path / "state.pt").exists()

    def load(self) -> dict[str, Any]:
        state: dict[str, Any] = torch.load(self.path / "state.pt", map_location="cpu", weights_only=True)
        return state

    def save(self, state: dict[str, Any]) -> None:
        """Written beside and renamed: a cut-off run keeps its last whole state."""
        _save(state, self.path / "state.pt")
        _save(state["average"], self.path / "ema.pt")

    def picture(self, step: int, grid: Images) -> None:
        Image.fromarray(grid).save(self.path / f"grid-{step:06d}.png")
        draw_curve(self._log, self.path / "curve.png")

    def log(self, row: dict[str, float]) -> None:
        with self._log.open("a") as file:
            file.write(json.dumps(row) + "\n")

    def trim_log(self, step: int) -> None:
        """Drops what was logged after the saved state that the run goes on from, and a last line that was torn off."""
        if self._log.exists():
            rows = [row for row in self._log.read_text().splitlines(keepends=True) if row.endswith("\n")]
            kept = "".join(row for row in rows if json.loads(row)["step"] <= step)
            write_whole({self._log: kept.encode()})

    @property
    def _log(self) -> Path:
        return self.path / "log.jsonl"


def average_of(run: Path) -> dict[str, torch.Tensor]:
    """A run's averaged weights. Raises FileNotFoundError where it has not saved any yet."""
    if not (run / "ema.pt").exists():
        raise FileNotFoundError(f"{run} holds no averaged weights: that run has not come to its first save.")
    weights: dict[str, torch.Tensor] = torch.load(run / "ema.pt", map_location="cpu", weights_only=True)
    return weights


def _save(state: object, path: Path) -> None:
    beside = path.with_suffix(".tmp")
    torch.save(state, beside)
    beside.replace(path)
