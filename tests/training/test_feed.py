"""Batches made ahead come in order, by whomever they are made."""

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from training.engine.feed import feed
from training.engine.parts import InParts
from training.engine.trainee import TensorBatch


@dataclass(frozen=True)
class Row(TensorBatch):
    value: Tensor
    parts: int = 1


class Numbered:
    """Batches that say which they are; from `fails_at` on there are none."""

    def __init__(self, first: int = 0, fails_at: int = 10**9) -> None:
        self.first, self.fails_at = first, fails_at

    def batch(self, step: int) -> Row:
        if step >= self.fails_at:
            raise OSError("the archive is gone")
        return Row(torch.tensor([self.first + step, self.first - step]))


def steps(workers: int, start: int, stop: int) -> list[tuple[int, int]]:
    return [(step, int(row.value[0])) for step, row in feed(Numbered(), start, stop, workers)]


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_come_in_order_and_errors_are_handed_on(workers: int) -> None:
    assert steps(workers, 3, 8) == [(step, step) for step in range(3, 8)]
    assert steps(workers, 3, 3) == []
    failing = feed(Numbered(fails_at=4), 0, 9, workers)
    assert [next(failing)[0] for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(OSError, match="archive is gone"):
        next(failing)


def test_workers_leave_the_noise_of_training_alone() -> None:
    before = torch.get_rng_state()
    steps(2, 0, 3)
    assert torch.equal(before, torch.get_rng_state())


def test_parts_are_joined_in_order_and_split_again() -> None:
    whole = InParts([Numbered(0), Numbered(10)]).batch(2)
    assert whole.value.tolist() == [2, -2, 12, 8]
    assert whole.parts == 2
    halves = whole.split(2)
    assert [half.value.tolist() for half in halves] == [[2, -2], [12, 8]]
    assert [half.parts for half in halves] == [1, 1]
    with pytest.raises(ValueError, match="cannot be divided by 3"):
        whole.split(3)
