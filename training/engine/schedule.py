"""How long a run is, and how fast it learns when."""

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Schedule:
    """`steps` in all; the rates fall along half a cosine or a straight line over the last `decay` share of them.

    `ema` is the memory of the averaged weights, 0 for none.
    """

    steps: int
    decay: float = 0.4
    warmup: int = 50
    ema: float = 0.999
    log_every: int = 20
    save_every: int = 200
    shape: Literal["cosine", "linear"] = "cosine"

    def rate(self, step: int) -> float:
        """Learning rate at `step` as a share of the full rate, above 0."""
        start = (1 - self.decay) * self.steps
        if step < start:
            return min(1.0, (step + 1) / max(self.warmup, 1))
        progress = min((step - start) / max(self.steps - start, 1), 1.0)
        if self.shape == "linear":
            return max(0.02, 1 - progress)
        return max(0.02, 0.5 * (1 + math.cos(progress * math.pi)))
