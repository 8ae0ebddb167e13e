"""How long a run is, and how fast it learns when."""

import math
from dataclasses import dataclass
from typing import Literal

from training.shapes import Count, Share, Whole


@dataclass(frozen=True)
class Schedule:
    """`steps` in all; the rates fall along half a cosine or a straight line over the last `decay` share of them.

    `ema` is the memory of the averaged weights, 0 for none.
    """

    steps: Count
    decay: Share = 0.4
    warmup: Whole = 50
    ema: Share = 0.999
    log_every: Count = 20
    save_every: Count = 200
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
