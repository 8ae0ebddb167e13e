"""Precision, compilation, and what a GPU is told once."""

from contextlib import AbstractContextManager
from typing import Literal

import torch
from torch import nn

Precision = Literal["bf16", "fp32"]
Compile = bool | Literal["auto"]


def prepare_device(device: torch.device) -> None:
    """On a GPU: TF32 where fp32 is left, and the fastest of cuDNN's convolutions, found by trying."""
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")
        torch.backends.cudnn.allow_tf32 = True
        torch.backends.cudnn.benchmark = True


def autocast(device: torch.device, precision: Precision) -> AbstractContextManager[bool | None]:
    """For networks alone: losses, colours and sampling grids need more than the eight bits of bf16."""
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16")


def compiled(module: nn.Module, wanted: Compile, device: torch.device) -> nn.Module:
    """In place, so that names in its state stay. "auto" compiles on a GPU only: see docs/training.md."""
    if wanted is True or (wanted == "auto" and device.type == "cuda"):
        module.compile()
    return module
