"""The exponential moving average of a network's weights: what is shipped."""

from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn


class Average:
    """`network` is a copy of `source` that follows it, buffers too."""

    def __init__(self, source: nn.Module, decay: float) -> None:
        self.network = deepcopy(source).requires_grad_(False).eval()
        self.decay = decay
        pairs = zip(self.network.state_dict().values(), source.state_dict().values(), strict=True)
        self._pairs: list[tuple[Tensor, Tensor]] = list(pairs)  # they share the memory of the networks' own

    @torch.no_grad()
    def update(self, step: int) -> None:
        # Short memory at first: the average must not carry the random start along.
        decay = min(self.decay, (1 + step) / (10 + step))
        smooth = [pair for pair in self._pairs if pair[0].is_floating_point()]
        averaged, current = map(list, zip(*smooth, strict=True))
        get_ema_multi_avg_fn(decay)(averaged, current, step)  # type: ignore[no-untyped-call]
        for average, value in self._pairs:
            if not average.is_floating_point():
                average.copy_(value)
