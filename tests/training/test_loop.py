"""The training loop: rates, averages, logs, and that a cut-off run goes on as if nothing had been."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.training.compare import assert_same
from training.data import Images
from training.engine.run import Options, Run
from training.engine.schedule import Schedule


class Steps:
    """Batches that are their own numbers; the archive is gone at step `gone`."""

    def __init__(self, gone: int = 10**9) -> None:
        self.gone = gone

    def batch(self, step: int) -> Tensor:
        if step >= self.gone:
            raise OSError("the archive is gone")
        return torch.tensor([float(step)])


class Fit:
    """The smallest thing that learns: one weight drawn towards the batches, and noise from torch's own generator."""

    def __init__(self) -> None:
        torch.manual_seed(4)
        self.weight, self.norm = nn.Linear(1, 1), nn.BatchNorm1d(1)
        self.network = nn.Sequential(self.weight, self.norm)
        self.optimizer = torch.optim.Adam(self.network.parameters(), 0.1)
        self.rates: list[float] = []

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        return {"generator": self.network}

    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        return {"generator": self.optimizer}

    def step(self, batch: Tensor, step: int) -> dict[str, float]:
        self.rates.append(self.optimizer.param_groups[0]["lr"])
        loss = (self.network(torch.randn(3, 1)) - batch).square().mean()
        self.optimizer.zero_grad()
        torch.autograd.backward(loss)
        self.optimizer.step()
        return {"fit": float(step), "noise": loss.item()} | ({"late": 8.0} if step >= 4 else {})

    def preview(self, network: nn.Module, _batch: Tensor) -> Images:
        return np.full((4, 4, 3), 255 if network.training else 0, np.uint8)


PREVIEW = torch.zeros(1)


def rows(folder: Path) -> list[dict[str, float]]:
    kept = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [{name: value for name, value in row.items() if name != "seconds_per_step"} for row in kept]


def test_the_rate_warms_up_holds_and_falls_along_a_half_cosine() -> None:
    schedule = Schedule(steps=1000, decay=0.5, warmup=10)
    assert schedule.rate(0) == pytest.approx(0.1)
    assert [schedule.rate(step) for step in (9, 100, 499)] == [1.0, 1.0, 1.0]
    assert schedule.rate(750) == pytest.approx(0.5)
    assert schedule.rate(999) == 0.02
    falling = [schedule.rate(step) for step in range(500, 1000)]
    assert falling == sorted(falling, reverse=True)
    assert Schedule(steps=10, warmup=0).rate(0) == 1.0


def test_the_rate_may_fall_along_a_line() -> None:
    schedule = Schedule(steps=100, decay=0.5, warmup=0, shape="linear")
    assert [schedule.rate(step) for step in (0, 49, 50)] == [1.0, 1.0, 1.0]
    assert schedule.rate(75) == pytest.approx(0.5)
    assert schedule.rate(99) == pytest.approx(0.02)


def test_every_step_has_its_rate(tmp_path: Path) -> None:
    fit, schedule = Fit(), Schedule(steps=6, decay=0.5, warmup=2, log_every=2, save_every=6)
    Run(tmp_path, fit, schedule, seed=1).train(Steps(), PREVIEW)
    assert fit.rates == pytest.approx([0.1 * schedule.rate(step) for step in range(6)])


def test_a_run_in_a_hurry_lands_with_small_rates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step takes six seconds by this clock: in two minutes there are 20 of 1000."""
    fit, seconds = Fit(), iter(range(0, 10**6, 6))
    monkeypatch.setattr("training.engine.run.time.perf_counter", lambda: float(next(seconds)))
    schedule = Schedule(steps=1000, decay=0.5, warmup=0, log_every=2, save_every=1000)
    run = Run(tmp_path, fit, schedule, seed=1)
    run.train(Steps(), PREVIEW, Options(minutes=2.0, landing=True))
    assert run.step == 20
    assert fit.rates[:10] == pytest.approx([0.1] * 10)
    assert fit.rates[15] == pytest.approx(0.05)
    assert fit.rates[19] < 0.004


def test_the_average_forgets_its_random_start(tmp_path: Path) -> None:
    fit = Fit()
    run = Run(tmp_path, fit, Schedule(steps=5, warmup=1, ema=0.5, save_every=5), seed=1)
    expected = fit.weight.weight.item()
    for step in range(5):
        weight = 10.0 * step
        with torch.no_grad():
            fit.weight.weight.fill_(weight)
            fit.norm.get_buffer("num_batches_tracked").fill_(step)
        run.average.update(step)
        decay = min(0.5, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * weight
    average = run.average.network.state_dict()
    assert float(average["0.weight"]) == pytest.approx(expected, rel=1e-5)
    assert int(average["1.num_batches_tracked"]) == 4
    assert not any(parameter.requires_grad for parameter in run.average.network.parameters())


def test_a_run_leaves_its_state_average_log_curve_and_grid(tmp_path: Path) -> None:
    Run(tmp_path, Fit(), Schedule(steps=5, warmup=1, log_every=2, save_every=3), seed=1).train(Steps(), PREVIEW)
    assert {path.name for path in tmp_path.iterdir()} == {
        "state.pt", "ema.pt", "log.jsonl", "curve.png", "grid-000003.png", "grid-000005.png"
    }  # fmt: skip
    assert [row["step"] for row in rows(tmp_path)] == [2, 4, 5]


def test_losses_are_averaged_over_the_steps_that_had_them(tmp_path: Path) -> None:
    Run(tmp_path, Fit(), Schedule(steps=6, warmup=1, log_every=3, save_every=6), seed=1).train(Steps(), PREVIEW)
    first, second = rows(tmp_path)
    assert (first["fit"], second["fit"]) == (1.0, 4.0)
    assert "late" not in first
    assert second["late"] == 8.0  # it joined at step 4, for two of the three


def test_a_cut_off_run_goes_on_bit_by_bit(tmp_path: Path) -> None:
    schedule = Schedule(steps=8, warmup=3, log_every=1, save_every=4, ema=0.9)
    Run(tmp_path / "straight", Fit(), schedule, seed=1).train(Steps(), PREVIEW)
    with pytest.raises(OSError, match="archive is gone"):
        Run(tmp_path / "cut", Fit(), schedule, seed=1).train(Steps(gone=6), PREVIEW)
    assert rows(tmp_path / "cut")[-1]["step"] > 4  # it had come further than what it saved
    torch.manual_seed(77)
    again = Run(tmp_path / "cut", Fit(), schedule, seed=1)
    again.resume()
    assert again.step == 4
    again.train(Steps(), PREVIEW)
    assert rows(tmp_path / "cut") == rows(tmp_path / "straight")
    for name in ("state.pt", "ema.pt"):
        cut, straight = (torch.load(tmp_path / folder / name, weights_only=True) for folder in ("cut", "straight"))
        assert_same(cut, straight)


def test_states_of_before_the_cuda_noise_was_kept_can_still_be_resumed(tmp_path: Path) -> None:
    schedule = Schedule(steps=4, warmup=1, log_every=1, save_every=2)
    Run(tmp_path, Fit(), schedule, seed=1).train(Steps(), PREVIEW)
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    del state["cuda_rng"]
    torch.save(state, tmp_path / "state.pt")
    run = Run(tmp_path, Fit(), schedule, seed=1)
    run.resume()
    assert run.step == 4


def test_another_seed_is_another_run(tmp_path: Path) -> None:
    schedule = Schedule(steps=3, warmup=1, log_every=1, save_every=3)
    for seed in (1, 2):
        Run(tmp_path / str(seed), Fit(), schedule, seed).train(Steps(), PREVIEW)
    assert rows(tmp_path / "1")[0]["noise"] != rows(tmp_path / "2")[0]["noise"]


def test_fine_tuning_begins_with_the_given_weights_in_the_network_and_in_the_average(tmp_path: Path) -> None:
    given = {name: value + 1 for name, value in Fit().network.state_dict().items()}
    trainee = Fit()
    run = Run(tmp_path, trainee, Schedule(steps=1), seed=1)
    run.start_with(given)
    assert_same(given, dict(trainee.network.state_dict()))
    assert_same(given, dict(run.average.network.state_dict()))


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    run = Run(tmp_path, Fit(), Schedule(steps=1), seed=1)
    with pytest.raises(ValueError, match="another network"):
        run.start_with({"weight": torch.zeros(1)})
