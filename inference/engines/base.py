"""What every engine is."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from torch import Tensor

from inference.appearance import UNKNOWN, Appearance
from inference.device import Device
from inference.weights import Checkpoint


@dataclass(frozen=True)
class EngineInfo:
    """`controls` names the options of a render that change this engine's face, if its weights know them;
    `weights_kind` its checkpoints."""

    name: str
    title: str
    description: str
    weights_kind: str
    controls: tuple[str, ...]


class Engine(Protocol):
    """Loaded once; `generate` is a pure function of its arguments."""

    info: ClassVar[EngineInfo]
    checkpoint: Checkpoint

    def __init__(self, checkpoint: Checkpoint, device: Device) -> None: ...

    def generate(self, sketches: Tensor, seed: int, appearance: Appearance = UNKNOWN) -> Tensor:
        """(N, 3, 256, 256) in [-1, 1] -> the same shape, float32, on the CPU or the engine's device.

        Raises BadControl for an appearance that its weights have not learned.
        """
        ...
