"""What is seen while a run goes on: log lines or a progress bar, and TensorBoard."""

import json
import sys
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from training.data import Images
from training.engine.folder import RunFolder
from training.engine.ranks import Ranks


class Meter:
    """Losses by name, averaged over the steps that had them. Tensors wait here unread: reading one stops a GPU."""

    def __init__(self) -> None:
        self._seen: dict[str, list[Tensor | float]] = {}

    def add(self, losses: Mapping[str, Tensor | float]) -> None:
        for name, value in losses.items():
            self._seen.setdefault(name, []).append(value.detach() if isinstance(value, Tensor) else value)

    def take(self, ranks: Ranks) -> dict[str, float]:
        """The means over steps and processes; starts anew."""
        seen, self._seen = self._seen, {}
        means = [sum(_read(values)) / len(values) for values in seen.values()]
        return {name: round(mean, 5) for name, mean in zip(seen, ranks.mean(means), strict=True)}


def _read(values: list[Tensor | float]) -> list[float]:
    if isinstance(values[0], Tensor):
        stacked = torch.stack([torch.as_tensor(value) for value in values])
        return [float(value) for value in stacked.tolist()]
    return [float(value) for value in values]


class Reporter:
    """Of rank 0: rows into the folder's log, onto the terminal as a bar or elsewhere as lines, and to TensorBoard."""

    def __init__(self, folder: RunFolder, start: int, steps: int, tensorboard: bool) -> None:
        self.folder = folder
        self.bar = tqdm(initial=start, total=steps, unit="step") if sys.stderr.isatty() else None
        self.board = _board(folder, start) if tensorboard else None

    def advance(self) -> None:
        if self.bar is not None:
            self.bar.update()

    def log(self, row: dict[str, float]) -> None:
        self.folder.log(row)
        if self.bar is not None:
            self.bar.set_postfix({name: f"{value:.3g}" for name, value in row.items() if name != "step"})
        else:
            print(json.dumps(row), flush=True)
        if self.board is not None:
            for name, value in row.items():
                if name != "step":
                    self.board.add_scalar(name, value, int(row["step"]))

    def picture(self, step: int, grid: Images) -> None:
        self.folder.picture(step, grid)
        if self.board is not None:
            self.board.add_image("grid", grid, step, dataformats="HWC")

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
        if self.board is not None:
            self.board.close()


def _board(folder: RunFolder, start: int) -> Any:
    """TensorBoard forgets what an earlier start wrote of later steps, as the log does."""
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(folder.path / "tensorboard"), purge_step=start + 1)
