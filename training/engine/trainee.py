"""What the loop asks of a model and of its data."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Protocol, Self, TypeVar

import torch
from torch import Tensor, nn

from training.data import Images

T_co = TypeVar("T_co", covariant=True)
B_contra = TypeVar("B_contra", contravariant=True)


class Batches(Protocol[T_co]):
    """A pure function of the step, so that a resumed run needs no state of its data."""

    def batch(self, step: int) -> T_co: ...


class Trainee(Protocol[B_contra]):
    """A model that learns one batch at a time; `modules["generator"]` is what is shipped.

    `step` returns losses by name; tensors are read when they are logged, for reading waits for the device.
    """

    @property
    def modules(self) -> Mapping[str, nn.Module]: ...
    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]: ...
    def step(self, batch: B_contra, step: int, /) -> Mapping[str, Tensor | float]: ...
    def preview(self, network: nn.Module, batch: B_contra) -> Images: ...


class TensorBatch:
    """For frozen dataclasses whose fields are tensors of one length, counts that add up, or None."""

    @classmethod
    def join(cls, batches: Sequence[Self]) -> Self:
        return cls(*(_join(column) for column in zip(*(batch._values() for batch in batches), strict=True)))

    def split(self, count: int) -> list[Self]:
        """`count` batches of equal length. Raises ValueError when it cannot be divided so."""
        columns = [_split(value, count) for value in self._values()]
        return [type(self)(*values) for values in zip(*columns, strict=True)]

    def pin_memory(self) -> Self:
        """In memory that a GPU copies from without waiting; PyTorch's DataLoader calls this by its name."""
        return type(self)(*(v.pin_memory() if isinstance(v, Tensor) else v for v in self._values()))

    def _values(self) -> list[Any]:
        return [getattr(self, field.name) for field in fields(self)]  # type: ignore[arg-type]


def _join(column: tuple[Any, ...]) -> Any:
    if column[0] is None:
        return None
    return torch.cat(column) if isinstance(column[0], Tensor) else sum(column)


def _split(value: Any, count: int) -> Sequence[Any]:
    if value is None:
        return [None] * count
    size = len(value) if isinstance(value, Tensor) else value
    if size % count:
        raise ValueError(f"A batch of {size} cannot be divided by {count}.")
    return value.chunk(count) if isinstance(value, Tensor) else [value // count] * count
