"""What generator and discriminator tell each other. Scores are logits, a map a scale; scales count alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

Scores = list[Tensor]


@dataclass(frozen=True)
class Gan:
    """A discriminator's loss is halved, as in pix2pix, so that it learns at the generator's pace.

    `real` and `fake` are asked of the discriminator's scores; `fooled` of the generator's.
    """

    real: Callable[[Tensor], Tensor]
    fake: Callable[[Tensor], Tensor]
    fooled: Callable[[Tensor], Tensor]

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        terms = [self.real(r.float()) + self.fake(f.float()) for r, f in zip(real, fake, strict=True)]
        return 0.5 * torch.stack(terms).mean()

    def generator(self, fake: Scores) -> Tensor:
        return torch.stack([self.fooled(f.float()) for f in fake]).mean()


def _log_sigmoid(sign: int) -> Callable[[Tensor], Tensor]:
    return lambda scores: F.softplus(-sign * scores).mean()


GANS: Mapping[str, Gan] = {
    # Goodfellow et al. 2014, non-saturating; binary cross-entropy on logits.
    "bce": Gan(_log_sigmoid(1), _log_sigmoid(-1), _log_sigmoid(1)),
    # Mao et al. 2017, "Least Squares GAN", with targets 1 and 0.
    "lsgan": Gan(lambda s: (s - 1).square().mean(), lambda s: s.square().mean(), lambda s: (s - 1).square().mean()),
    # Lim and Ye 2017, "Geometric GAN".
    "hinge": Gan(lambda s: F.relu(1 - s).mean(), lambda s: F.relu(1 + s).mean(), lambda s: -s.mean()),
}


def gradient_penalty(score: Callable[[Tensor], Scores], real: Tensor) -> Tensor:
    """R1 of Mescheder et al. 2018: half the squared gradient of the score at real pictures, mean over the batch.

    The score of a picture is the mean of its patches. To be weighed by the penalty's gamma.
    """
    real = real.detach().requires_grad_(True)
    total = torch.stack([scores.float().mean((1, 2, 3)) for scores in score(real)]).mean(0).sum()
    (gradient,) = torch.autograd.grad(total, real, create_graph=True)
    return 0.5 * gradient.square().sum((1, 2, 3)).mean()
