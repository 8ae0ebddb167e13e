"""Shares of a batch, learned one after another or by several processes, teach what the whole batch teaches."""

import json
import multiprocessing
import os
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from inference.networks.unet import UNetConfig
from tests.inference import folders
from tests.training.recipes import written
from training.__main__ import main
from training.batches import Mix, SketchPairs
from training.data import Prepared
from training.engine.parts import InParts
from training.engine.ranks import Ranks
from training.pix2pix import Pix2PixConfig, Pix2PixModel

CPU = torch.device("cpu")
# Both need what is random in a network switched off: every process and every share draws noise of its own.
SAME = (
    ("dropout = 0.25", "dropout = 0.0\nappearance = 12"),
    ("steps = 2\nlog_every = 1\nsave_every = 1", "steps = 3\nwarmup = 0\nlog_every = 1\nsave_every = 3"),
    ("from_step = 1", "from_step = 1\nscales = 2\nr1_every = 2"),
    ("batch = 2", 'batch = 4\nparts = 2\nprecision = "fp32"'),
    ("gan = 0.6", "gan = 0.6\nr1 = 1.0\nluma_kl = 1.0\ncolour = 15.0\nink = 15.0"),
)


def apart(one: dict[str, Any], other: dict[str, Any]) -> Tensor:
    """How far two runs' parameters are from each other, in learning rates: a step moves none by much more than 1."""
    rates = {"generator": 4e-4, "discriminator": 2e-4}
    return torch.cat([
        (a - other[module][name]).abs().flatten().float() / rate
        for module, rate in rates.items()
        for name, a in one[module].items()
    ])  # fmt: skip


def processes(count: int, arguments: list[str]) -> list[int | None]:
    """The exit statuses of as many trainers, which meet as those that torchrun starts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    fork = multiprocessing.get_context("fork")
    started = [fork.Process(target=_trainer, args=(rank, count, port, arguments)) for rank in range(count)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    return [process.exitcode for process in started]


def _trainer(rank: int, world: int, port: int, arguments: list[str]) -> None:
    told = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": world, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    os.environ |= {name: str(value) for name, value in told.items()}
    raise SystemExit(main(arguments))


def test_two_processes_learn_what_one_learns(data: Path, cache: Path, tmp_path: Path) -> None:
    recipe = written(tmp_path / "tiny.toml", *SAME)
    common = ["--data", str(data), "--cache", str(cache), "--threads", "1", "train", str(recipe), "--device", "cpu"]
    assert processes(2, [*common, "--run", str(tmp_path / "two")]) == [0, 0]
    assert main([*common, "--run", str(tmp_path / "one")]) == 0
    one, two = (torch.load(tmp_path / name / "state.pt", weights_only=True)["modules"] for name in ("one", "two"))
    distance = apart(one, two)
    # Not all: where a gradient is 0 but for rounding, Adam goes by its sign.
    assert float(distance.mean()) < 0.01
    assert float((distance < 0.05).float().mean()) > 0.99
    logs = [
        [json.loads(line) for line in (tmp_path / n / "log.jsonl").read_text().splitlines()] for n in ("one", "two")
    ]
    assert len(logs[0]) == len(logs[1]) == 3  # only one of them wrote
    for alone, shared in zip(*logs, strict=True):
        for name in alone.keys() - {"seconds_per_step"}:
            assert shared[name] == pytest.approx(alone[name], rel=1e-3, abs=2e-5)


def test_two_processes_train_a_restorer(data: Path, cache: Path, tmp_path: Path) -> None:
    """Each waits for every gradient of the other: a parameter that nothing asks for would stop both."""
    network = "\n".join(f"{key} = {json.dumps(value)}" for key, value in folders.RESTORER.items())
    (tmp_path / "restorer.toml").write_text(
        f'kind = "restorer"\nseed = 5\nbatch = 2\nparts = 2\nlearning_rate = 1e-3\n[network]\n{network}\n'
        "[weights]\nl1 = 1.0\npyramid = 0.5\n[schedule]\nsteps = 2\nlog_every = 1\nsave_every = 2\n"
    )
    common = ["--data", str(data), "--cache", str(cache), "--threads", "1", "train", str(tmp_path / "restorer.toml")]
    assert processes(2, [*common, "--device", "cpu", "--run", str(tmp_path / "run")]) == [0, 0]
    assert len((tmp_path / "run" / "log.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    "weights,tolerance",
    [
        ({"l1": 10.0, "luma_kl": 5.0, "colour": 5.0, "ink": 5.0}, 1e-4),
        # Spectral norm is estimated anew in every pass of the discriminator, and shares are more passes.
        ({"l1": 10.0, "gan": 1.0, "feature_matching": 5.0, "r1": 1.0}, 0.02),
    ],
)
def test_shares_of_a_batch_add_up_to_its_gradient(
    weights: dict[str, float], tolerance: float, prepared: Prepared
) -> None:
    whole = Pix2PixConfig(
        UNetConfig(width=2, norm="instance", upsample="resize", dropout=0.0, appearance=12),
        discriminator_width=2, r1_every=1, precision="fp32", weights=weights,
    )  # fmt: skip
    pairs = InParts([SketchPairs(prepared, "train", 2, Mix(0.5), (3, part), twins=True) for part in range(2)])
    gradients, losses = [], []
    for config in (whole, replace(whole, accumulate=2)):
        torch.manual_seed(2)
        model = Pix2PixModel(config, None, CPU)
        losses.append({name: float(value) for name, value in model.step(pairs.batch(0), 0).items()})
        parameters = [*model.generator.parameters(), *model.discriminator.parameters()]
        gradients.append(torch.cat([p.grad.flatten() for p in parameters if p.grad is not None]))
    assert losses[1] == pytest.approx(losses[0], rel=tolerance)
    assert float((gradients[0] - gradients[1]).norm() / gradients[0].norm()) < tolerance


def test_processes_share_the_parts_of_a_batch_equally() -> None:
    assert [list(Ranks(CPU, rank, 2).parts(4)) for rank in range(2)] == [[0, 1], [2, 3]]
    assert list(Ranks(CPU).parts(1)) == [0]
    with pytest.raises(ValueError, match="multiple of 3"):
        Ranks(CPU, 0, 3).parts(4)


def test_every_process_has_noise_of_its_own_and_a_lone_one_keeps_torchs() -> None:
    drawn = []
    for rank, step in ((0, 5), (1, 5), (0, 6), (0, 5)):
        Ranks(CPU, rank, 2).noise(1, step)
        drawn.append(float(torch.rand(1)))
    assert drawn[0] == drawn[3]
    assert len(set(drawn)) == 3
    before = torch.get_rng_state()
    Ranks(CPU).noise(1, 5)
    assert torch.equal(before, torch.get_rng_state())
