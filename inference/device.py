"""Where the networks run, and in which precision."""

from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import device as TorchDevice
from torch import dtype as Dtype
from torch import nn

from inference.errors import InferenceError

M = TypeVar("M", bound=nn.Module)


@dataclass(frozen=True)
class Device:
    """`label` is the device class of provenance: the same label, sketch, weights and controls, the same bytes.

    It counts the CPU threads, since a convolution split among more of them adds in another order.
    """

    torch: TorchDevice
    dtype: Dtype

    @property
    def label(self) -> str:
        precision = "bf16" if self.dtype == torch.bfloat16 else "fp32"
        if self.torch.type == "cuda":
            return f"cuda:{torch.cuda.get_device_name(self.torch)}/{precision}"
        return f"cpu:{torch.backends.cpu.get_cpu_capability()} x{torch.get_num_threads()}/{precision}"


def choose_device(name: str = "auto", precision: str = "auto") -> Device:
    """`name` auto, cpu, cuda or cuda:N; `precision` auto, fp32 or bf16. Raises InferenceError for one not here."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise InferenceError(f"There is no device called {name}. Use auto, cpu or cuda.") from error
    if device.type not in ("cpu", "cuda"):
        raise InferenceError(f"Device {name} is not supported. Use auto, cpu or cuda.")
    if device.type == "cuda" and not torch.cuda.is_available():
        raise InferenceError("This machine has no usable CUDA device. Use --device cpu.")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        there = ", ".join(f"cuda:{number}" for number in range(torch.cuda.device_count()))
        raise InferenceError(f"There is no device {name} here. Use one of {there}.")
    if precision == "auto":
        precision = "bf16" if has_bf16(device) else "fp32"
    if precision not in ("fp32", "bf16"):
        raise InferenceError(f"There is no precision called {precision}. Use auto, fp32 or bf16.")
    return Device(device, torch.bfloat16 if precision == "bf16" else torch.float32)


def has_bf16(device: TorchDevice) -> bool:
    """Without bf16 instructions a CPU would emulate them and be slower than in fp32."""
    if device.type == "cuda":
        return True
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def channels_last(module: M, device: torch.device | None = None, dtype: torch.dtype | None = None) -> M:
    """Moves `module` in place to the memory format that convolutions run fastest in, and returns it."""
    module.to(device=device, dtype=dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return module
