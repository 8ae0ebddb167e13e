"""Several processes, on one machine or more, by PyTorch's own DistributedDataParallel: `torchrun -m training train`.

A batch falls into `parts` (a recipe's key), each with random numbers of its own. Every process learns its share of the
parts and the gradients are averaged, so that any number of processes that divides `parts` learns the same.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel


@dataclass(frozen=True)
class Ranks:
    """This process's number among `world`, and its device. Only rank 0 writes."""

    device: torch.device
    rank: int = 0
    world: int = 1

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def parts(self, count: int) -> range:
        """Which parts of a batch are this process's. Raises ValueError when they cannot be shared equally."""
        if count % self.world:
            raise ValueError(
                f"A batch of {count} parts cannot be shared by {self.world} processes: "
                f"set `parts` in the recipe to a multiple of {self.world} that divides `batch`."
            )
        share = count // self.world
        return range(self.rank * share, (self.rank + 1) * share)

    def noise(self, seed: int, step: int) -> None:
        """Every rank draws other noise, of which nothing need be saved; a single process keeps torch's own state."""
        if self.world > 1:
            torch.manual_seed(int(np.random.SeedSequence((seed, step, self.rank)).generate_state(1)[0]))

    def mean(self, values: Sequence[float]) -> list[float]:
        """Over all ranks; every rank must call it with as many values."""
        if self.world == 1:
            return list(values)
        total = torch.tensor(values, dtype=torch.float64, device=self.device)
        dist.all_reduce(total)
        return [float(value) for value in total / self.world]

    def agree(self, wish: bool) -> bool:
        """Rank 0's wish, on every rank."""
        if self.world == 1:
            return wish
        told = torch.tensor([wish], dtype=torch.int32, device=self.device)
        dist.broadcast(told, 0)
        return bool(told.item())


def parallel(module: nn.Module, device: torch.device) -> nn.Module:
    """The module with gradients averaged over all processes; itself when there is only one."""
    if not (dist.is_initialized() and dist.get_world_size() > 1):
        return module
    devices = [device] if device.type == "cuda" else None
    return DistributedDataParallel(module, devices, forward_sync_buffers=False, gradient_as_bucket_view=True)


def gathers(module: nn.Module, now: bool) -> AbstractContextManager[Any]:
    """Within it, a parallel module's gradients are only added up here unless `now`."""
    return nullcontext() if now or not isinstance(module, DistributedDataParallel) else module.no_sync()


@contextmanager
def joined(device: str) -> Iterator[Ranks]:
    """This process among those that `torchrun` started, or alone."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1:
        yield Ranks(torch.device(device))
        return
    place = torch.device(device, int(os.environ["LOCAL_RANK"])) if device == "cuda" else torch.device(device)
    if place.type == "cuda":
        torch.cuda.set_device(place)
    dist.init_process_group("nccl" if place.type == "cuda" else "gloo")
    try:
        yield Ranks(place, dist.get_rank(), world)
    finally:
        dist.destroy_process_group()
