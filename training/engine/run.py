"""One training loop for every network: exact resume, averaged weights, log, curve and grids, one or more processes."""

import time
from collections.abc import Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch

from training.engine.average import Average
from training.engine.diary import Diary
from training.engine.feed import feed
from training.engine.folder import RunFolder
from training.engine.ranks import Ranks
from training.engine.reporter import Meter, Reporter
from training.engine.schedule import Schedule
from training.engine.trainee import Batches, Trainee

B = TypeVar("B")
_OTHER_NETWORK = "These weights are of another network than the recipe's; name fitting ones."
_LEARNED_LATER = "appearance."  # begins as no change, so it may be new to weights that are fine-tuned


@dataclass(frozen=True)
class Options:
    """`minutes` after which a run saves and stops, with `landing` at small rates; processes that make batches; whether
    TensorBoard is written."""

    minutes: float | None = None
    workers: int = 0
    tensorboard: bool = False
    landing: bool = False


class Run(Generic[B]):
    """A trainee, its averaged weights and its step, in a run folder (`training/engine/folder.py`)."""

    def __init__(
        self, folder: Path, trainee: Trainee[B], schedule: Schedule, seed: int,
        ranks: Ranks = Ranks(torch.device("cpu")), diary: Diary | None = None,
    ) -> None:  # fmt: skip
        self.folder, self.trainee, self.schedule, self.seed = RunFolder(folder), trainee, schedule, seed
        self._rates = schedule
        self.ranks, self.diary = ranks, diary
        self.step = 0
        torch.manual_seed(seed)
        self.average = Average(trainee.modules["generator"], schedule.ema)
        self._base_rates = {name: o.param_groups[0]["lr"] for name, o in trainee.optimizers.items()}

    def train(self, batches: Batches[B], preview: B, options: Options = Options()) -> None:
        """Goes on from `self.step` to the schedule's end, or for `options.minutes`."""
        reporter = self._reporter(options)
        meter, started, first = Meter(), time.perf_counter(), self.step
        for module in self.trainee.modules.values():
            module.train()
        pin = self.ranks.device.type == "cuda"
        with (
            closing(feed(batches, self.step, self.schedule.steps, options.workers, pin)) as fed,
            closing(reporter) if reporter else nullcontext(),
        ):
            for step, batch in fed:
                self._learn(batch, step, meter)
                seconds = time.perf_counter() - started
                ends = self.step == self.schedule.steps or self._is_time_up(seconds, options.minutes)
                if ends or self.step % self.schedule.log_every == 0:
                    row = {"step": self.step, "seconds_per_step": round(seconds / (self.step - first), 3)}
                    self._log(row | meter.take(self.ranks), reporter)
                    if options.landing and options.minutes:
                        self._rates = self._landing(seconds / (self.step - first), first, options.minutes)
                if reporter:
                    reporter.advance()
                    if ends or self.step % self.schedule.save_every == 0:
                        self.save()
                        reporter.picture(self.step, self.trainee.preview(self.average.network, preview))
                if ends:
                    return

    def save(self) -> None:
        self.folder.save({
            "step": self.step,
            "modules": {name: module.state_dict() for name, module in self.trainee.modules.items()},
            "optimizers": {name: optimizer.state_dict() for name, optimizer in self.trainee.optimizers.items()},
            "average": self.average.network.state_dict(),
            "rng": torch.get_rng_state(),
            "cuda_rng": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        })  # fmt: skip
        if self.diary:
            self.diary.write(self.step)

    def start_with(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Begin with a generator that was trained before (fine-tuning). Raises ValueError for another network's."""
        generator = self.trainee.modules["generator"]
        try:
            missing, unknown = generator.load_state_dict(dict(weights), strict=False)
        except RuntimeError as error:
            raise ValueError(_OTHER_NETWORK) from error
        if unknown or any(not name.startswith(_LEARNED_LATER) for name in missing):
            raise ValueError(_OTHER_NETWORK)
        self.average.network.load_state_dict(generator.state_dict())

    def resume(self) -> None:
        """Loads the folder's state; on a CPU the run then goes on bit by bit as if it had never stopped."""
        state: dict[str, Any] = self.folder.load()
        for name, module in self.trainee.modules.items():
            module.load_state_dict(state["modules"][name])
        for name, optimizer in self.trainee.optimizers.items():
            optimizer.load_state_dict(state["optimizers"][name])
        self.average.network.load_state_dict(state["average"])
        torch.set_rng_state(state["rng"])
        if state.get("cuda_rng") and torch.cuda.is_available():
            torch.cuda.set_rng_state_all(state["cuda_rng"])
        self.step = state["step"]

    def _learn(self, batch: B, step: int, meter: Meter) -> None:
        for name, optimizer in self.trainee.optimizers.items():
            for group in optimizer.param_groups:
                group["lr"] = self._base_rates[name] * self._rates.rate(step)
        self.ranks.noise(self.seed, step)
        meter.add(self.trainee.step(batch, step))
        self.average.update(step)
        self.step = step + 1

    def _landing(self, pace: float, first: int, minutes: float) -> Schedule:
        """The schedule over as many steps as there will be: what other work leaves of a machine nobody knows before."""
        steps = first + int(60 * minutes / self.ranks.mean([pace])[0])
        return replace(self.schedule, steps=max(min(steps, self.schedule.steps), self.step + 1))

    def _reporter(self, options: Options) -> Reporter | None:
        if not self.ranks.leads:
            return None
        self.folder.trim_log(self.step)
        return Reporter(self.folder, self.step, self.schedule.steps, options.tensorboard)

    def _log(self, row: dict[str, float], reporter: Reporter | None) -> None:
        if reporter:
            reporter.log(row)

    def _is_time_up(self, seconds: float, minutes: float | None) -> bool:
        """Several processes must stop at the same step, and asking each other takes time: they ask when they log."""
        if minutes is None or (self.ranks.world > 1 and self.step % self.schedule.log_every):
            return False
        return self.ranks.agree(seconds >= 60 * minutes)
