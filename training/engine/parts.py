"""A batch put together from parts with random numbers of their own, so that processes can share it."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from training.engine.trainee import Batches, TensorBatch

B = TypeVar("B", bound=TensorBatch)


class InParts(Generic[B]):
    def __init__(self, parts: Sequence[Batches[B]]) -> None:
        self.parts = parts

    def batch(self, step: int) -> B:
        made = [part.batch(step) for part in self.parts]
        return made[0] if len(made) == 1 else made[0].join(made)
