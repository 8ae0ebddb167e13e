"""What runs leave behind, compared bit by bit."""

from typing import Any

import torch


def assert_same(one: Any, other: Any) -> None:
    """Tensors, dictionaries and lists of them, all the way down."""
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other)
    elif isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_same(one[key], other[key])
    elif isinstance(one, list | tuple):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert_same(a, b)
    else:
        assert one == other
