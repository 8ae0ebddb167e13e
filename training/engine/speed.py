"""Precision, compilation, and what a GPU is told once."""

from contextlib import AbstractContextManager
from typing import Literal

import torch
from torch import nn

from inference.device import has_bf16

Precision = Literal["auto", "bf16", "fp32"]


def prepare_device(device: torch.device) -> None:
    """On a GPU: TF32 where fp32 is left, and the fastest of cuDNN's convolutions, found by trying."""
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")
        torch.backends.cudnn.allow_tf32 = True
        torch.backends.cudnn.benchmark = True


def autocast(device: torch.device, precision: Precision) -> AbstractContextManager[bool | None]:
    """For networks alone: losses, colours and sampling grids need more than the eight bits of bf16. "auto" is bf16
    where the device has instructions for it."""
    wanted = precision == "bf16" or (precision == "auto" and has_bf16(device))
    return torch.autocast(device.type, torch.bfloat16, enabled=wanted)


def compiled(module: nn.Module, wanted: bool) -> nn.Module:
    """In place, so that names in its state stay."""
    if wanted:
        module.compile()
    return module
