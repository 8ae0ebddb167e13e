"""One training loop for every network: exact resume, EMA, loss curve, sample grid, one run folder."""

import json
import time
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import torch
from PIL import Image
from torch import nn

from training.batches import Batches, Prefetch
from training.curves import draw_curve
from training.data import Images

B = TypeVar("B")
_OTHER_NETWORK = "These weights are of another network than the recipe's; name fitting ones."
_LEARNED_LATER = "appearance."  # begins as no change, so it may be new to weights that are fine-tuned
B_contra = TypeVar("B_contra", contravariant=True)


class Trainee(Protocol[B_contra]):
    """A model that learns one batch at a time; `modules["generator"]` is what is shipped."""

    @property
    def modules(self) -> Mapping[str, nn.Module]: ...
    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]: ...
    def step(self, batch: B_contra, step: int, /) -> dict[str, float]: ...
    def preview(self, network: nn.Module, batch: B_contra) -> Images: ...


@dataclass(frozen=True)
class Schedule:
    """`steps` in all; the rates fall along a half cosine over the last `decay` share of them."""

    steps: int
    decay: float = 0.4
    warmup: int = 50
    ema: float = 0.999
    log_every: int = 20
    save_every: int = 200

    def rate(self, step: int) -> float:
        """Learning rate at `step` as a share of the full rate, above 0."""
        start = (1 - self.decay) * self.steps
        if step < start:
            return min(1.0, (step + 1) / max(self.warmup, 1))
        progress = (step - start) / max(self.steps - start, 1)
        return max(0.02, 0.5 * (1 + float(torch.cos(torch.tensor(progress * torch.pi)))))


class Run(Generic[B]):
    """A run folder: `state.pt` (everything to go on from), `ema.pt`, `log.jsonl`, `curve.png`, `grid-*.png`."""

    def __init__(self, folder: Path, trainee: Trainee[B], schedule: Schedule, seed: int) -> None:
        self.folder, self.trainee, self.schedule = folder, trainee, schedule
        self.step = 0
        folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(seed)
        self.average = deepcopy(trainee.modules["generator"]).requires_grad_(False).eval()
        self._base_rates = {name: o.param_groups[0]["lr"] for name, o in trainee.optimizers.items()}

    def train(self, batches: Batches[B], preview: B) -> None:
        """Goes on from `self.step` to the schedule's end."""
        started, first = time.perf_counter(), self.step
        seen: dict[str, list[float]] = {}
        self._trim_log()
        for module in self.trainee.modules.values():
            module.train()
        for step, batch in Prefetch(batches).iterate(self.step, self.schedule.steps):
            self._set_rates(step)
            for name, value in self.trainee.step(batch, step).items():
                seen.setdefault(name, []).append(value)
            self._update_average(step)
            self.step = step + 1
            if self.step % self.schedule.log_every == 0 or self.step == self.schedule.steps:
                pace = (time.perf_counter() - started) / (self.step - first)
                self._log(seen, pace)
                seen = {}
            if self.step % self.schedule.save_every == 0 or self.step == self.schedule.steps:
                self.save()
                Image.fromarray(self.trainee.preview(self.average, preview)).save(
                    self.folder / f"grid-{self.step:06d}.png"
                )
                draw_curve(self._log_file, self.folder / "curve.png")

    def save(self) -> None:
        """Written beside and renamed: a cut-off run keeps its last whole state."""
        state = {
            "step": self.step,
            "modules": {name: module.state_dict() for name, module in self.trainee.modules.items()},
            "optimizers": {name: optimizer.state_dict() for name, optimizer in self.trainee.optimizers.items()},
            "average": self.average.state_dict(),
            "rng": torch.get_rng_state(),
            "cuda_rng": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        }
        _save(state, self.folder / "state.pt")
        _save(self.average.state_dict(), self.folder / "ema.pt")

    def start_with(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Begin with a generator that was trained before (fine-tuning). Raises ValueError for another network's."""
        generator = self.trainee.modules["generator"]
        try:
            missing, unknown = generator.load_state_dict(dict(weights), strict=False)
        except RuntimeError as error:
            raise ValueError(_OTHER_NETWORK) from error
        if unknown or any(not name.startswith(_LEARNED_LATER) for name in missing):
            raise ValueError(_OTHER_NETWORK)
        self.average.load_state_dict(generator.state_dict())

    @property
    def has_state(self) -> bool:
        return (self.folder / "state.pt").exists()

    def resume(self) -> None:
        """Loads `state.pt`; the run then goes on bit by bit as if it had never stopped."""
        state = torch.load(self.folder / "state.pt", weights_only=True)
        for name, module in self.trainee.modules.items():
            module.load_state_dict(state["modules"][name])
        for name, optimizer in self.trainee.optimizers.items():
            optimizer.load_state_dict(state["optimizers"][name])
        self.average.load_state_dict(state["average"])
        torch.set_rng_state(state["rng"])
        if state.get("cuda_rng") and torch.cuda.is_available():
            torch.cuda.set_rng_state_all(state["cuda_rng"])
        self.step = state["step"]

    def _set_rates(self, step: int) -> None:
        for name, optimizer in self.trainee.optimizers.items():
            for group in optimizer.param_groups:
                group["lr"] = self._base_rates[name] * self.schedule.rate(step)

    @torch.no_grad()
    def _update_average(self, step: int) -> None:
        # Short memory at first: the average must not carry the random start along.
        decay = min(self.schedule.ema, (1 + step) / (10 + step))
        current = self.trainee.modules["generator"].state_dict()
        for name, value in self.average.state_dict().items():
            if value.is_floating_point():
                value.lerp_(current[name], 1 - decay)
            else:
                value.copy_(current[name])

    @property
    def _log_file(self) -> Path:
        return self.folder / "log.jsonl"

    def _trim_log(self) -> None:
        """Drops what was logged after the saved state that the run goes on from."""
        if not self._log_file.exists():
            return
        rows = self._log_file.read_text().splitlines(keepends=True)
        self._log_file.write_text("".join(row for row in rows if json.loads(row)["step"] <= self.step))

    def _log(self, seen: dict[str, list[float]], pace: float) -> None:
        row = {"step": self.step, "seconds_per_step": round(pace, 3)}
        row |= {name: round(sum(values) / len(values), 5) for name, values in seen.items()}
        with self._log_file.open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(json.dumps(row), flush=True)


def _save(state: object, path: Path) -> None:
    beside = path.with_suffix(".tmp")
    torch.save(state, beside)
    beside.replace(path)
