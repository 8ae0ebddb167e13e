"""Training images per second beside a plain loop of the same networks and losses, step by step in turn in one run.

The plain loop is eager and fp32, channels first, with PyTorch's own instance norm, plain Adam and convolutions chosen
as PyTorch does unless it is told otherwise, and reads every loss at every step.

python -m benchmarks.training [--recipe pix2pix-small] [--device cuda] [--batch 8] [--rounds 12] [--compile]
"""

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.reference import use_torch_norm
from inference.appearance import VECTOR
from training.batches import PairBatch
from training.build import pix2pix_config
from training.engine.speed import prepare_device
from training.face_features import MobileFaceNet
from training.pix2pix import Pix2PixConfig, Pix2PixModel
from training.recipe import load_recipe


class PlainModel(Pix2PixModel):
    def __init__(self, config: Pix2PixConfig, face_features: Path | None, device: torch.device) -> None:
        super().__init__(replace(config, precision="fp32", compile=False), face_features, device)
        use_torch_norm(self.generator)
        self.generator.to(device, memory_format=torch.contiguous_format)  # type: ignore[call-overload]
        self.discriminator.to(device, memory_format=torch.contiguous_format)  # type: ignore[call-overload]
        self.optimizer_g, self.optimizer_d = (
            torch.optim.Adam(module.parameters(), rate, betas=(0.5, 0.999))
            for module, rate in [
                (self.generator, config.learning_rate), (self.discriminator, config.discriminator_rate)
            ]
        )  # fmt: skip

    def set_input(self, batch: PairBatch) -> None:
        super().set_input(batch)
        self.sketch, self.photo = self.sketch.contiguous(), self.photo.contiguous()

    def step(self, batch: PairBatch, step: int) -> dict[str, Tensor]:
        with torch.backends.cudnn.flags(enabled=True, benchmark=False, allow_tf32=True):
            losses = super().step(batch, step)
        return {name: torch.tensor(value.item()) for name, value in losses.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", default="pix2pix-small")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--batch", type=int, help="default: the recipe's")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, help="default: as the recipe says")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(json.dumps(measure(arguments), indent=2))


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Medians over rounds; the ratio's spread is that of the rounds' own ratios."""
    device, recipe = torch.device(arguments.device), load_recipe(arguments.recipe)
    prepare_device(device)
    config = pix2pix_config(recipe)
    config = config if arguments.compile is None else replace(config, compile=arguments.compile)
    batch = synthetic(arguments.batch or recipe.batch)
    with tempfile.TemporaryDirectory() as folder:
        features = Path(folder) / "features.ckpt"
        torch.save({"net_state_dict": MobileFaceNet().state_dict()}, features)
        ours, plain = (kind(config, features, device) for kind in (Pix2PixModel, PlainModel))
    started = time.perf_counter()
    first = [_seconds(model, batch, device) for model in (ours, plain)]
    rounds = []
    for _ in range(arguments.rounds):
        rounds.append([_seconds(model, batch, device) for model in (ours, plain)])
        print("seconds a step: {:.2f}, plain {:.2f}".format(*rounds[-1]), file=sys.stderr, flush=True)
    ratios = sorted(slow / fast for fast, slow in rounds)
    mine, theirs = (median(column) for column in zip(*rounds, strict=True))
    size = len(batch.sketch)
    return {
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
        "threads": torch.get_num_threads(),
        "recipe": recipe.name, "batch": size, "rounds": len(rounds), "torch": torch.__version__,
        "first_step_s": round(first[0], 2),
        "images_per_second": round(size / mine, 1), "plain_images_per_second": round(size / theirs, 1),
        "ratio": round(theirs / mine, 2),
        "ratio_quartiles": [round(float(np.quantile(ratios, q)), 2) for q in (0.25, 0.75)],
        "minutes": round((time.perf_counter() - started) / 60, 1),
    }  # fmt: skip


def synthetic(size: int) -> PairBatch:
    """Speed does not depend on what is in the pictures."""
    generator = torch.Generator().manual_seed(0)
    sketch, photo, regions = (
        torch.randint(0, 256, (size, c, 256, 256), dtype=torch.uint8, generator=generator) for c in (1, 3, 4)
    )
    return PairBatch(sketch, photo, regions, torch.zeros(size, VECTOR))


def _seconds(model: Pix2PixModel, batch: PairBatch, device: torch.device, step: int = 10**6) -> float:
    started = time.perf_counter()
    model.step(batch, step)
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
