"""Batches made ahead of the step that needs them, in order: by a thread, or by worker processes.

Making one pair of sketch and photo takes some 8 ms of a CPU core. A thread keeps up with a CPU that trains; a GPU needs
processes, and PyTorch's DataLoader has them, with errors handed on and memory that a GPU copies from without waiting.
"""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import cv2
import torch
from torch.utils.data import DataLoader, Dataset

from training.engine.trainee import Batches

T = TypeVar("T")


def feed(
    batches: Batches[T], start: int, stop: int, workers: int = 0, pin: bool = False
) -> Generator[tuple[int, T], None, None]:
    """`(step, batch)` for every step, two batches ahead a worker; `workers` 0 is one thread of this process."""
    made = _by_processes(batches, start, stop, workers, pin) if workers else _by_a_thread(batches, start, stop)
    yield from zip(range(start, stop), made, strict=True)


def _by_a_thread(batches: Batches[T], start: int, stop: int, ahead: int = 2) -> Iterator[T]:
    with ThreadPoolExecutor(1) as pool:
        pending = [pool.submit(batches.batch, step) for step in range(start, min(start + ahead, stop))]
        for step in range(start, stop):
            ready = pending.pop(0).result()
            if step + ahead < stop:
                pending.append(pool.submit(batches.batch, step + ahead))
            yield ready


class _Steps(Dataset[T]):
    def __init__(self, batches: Batches[T]) -> None:
        self.batches = batches

    def __getitem__(self, step: int) -> T:
        return self.batches.batch(step)


def _by_processes(batches: Batches[T], start: int, stop: int, workers: int, pin: bool) -> Iterator[T]:
    loader: DataLoader[T] = DataLoader(
        _Steps(batches),
        batch_size=None,  # a batch is made whole
        sampler=range(start, stop),
        num_workers=workers,
        worker_init_fn=_one_thread,
        multiprocessing_context="fork",  # the arrays are memory-mapped once for all
        generator=torch.Generator(),  # or it would draw from the noise of training, which must not depend on workers
        pin_memory=pin,
    )
    return iter(loader)


def _one_thread(_worker: int) -> None:
    cv2.setNumThreads(0)
