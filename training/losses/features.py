"""Pictures compared by what a network sees in them."""

import torch
from torch import Tensor
from torch.nn import functional as F


def feature_matching(fake: list[Tensor], real: list[Tensor], rows: Tensor | None = None) -> Tensor:
    """Mean L1 between feature maps (pix2pixHD, Wang et al. 2018). `real` carries no gradient; of the rows where `rows`
    (N,) is False nothing is asked."""
    return torch.stack([l1(f.float(), r.detach().float(), rows) for f, r in zip(fake, real, strict=True)]).mean()


def l1(a: Tensor, b: Tensor, rows: Tensor | None = None) -> Tensor:
    """Mean L1 of (N, ...) twice, rows where `rows` (N,) is False counting 0."""
    if rows is None:
        return F.l1_loss(a, b)
    return ((a - b).abs().flatten(1).mean(1) * rows).mean()


def cosine_distance(a: Tensor, b: Tensor) -> Tensor:
    """1 - cosine of unit vectors (N, D)."""
    return 1 - (a * b.detach()).sum(1).mean()


def contrast(who: Tensor, true: Tensor, crowd: Tensor, temperature: float = 0.1, same: float = 0.6) -> Tensor:
    """InfoNCE (van den Oord et al. 2018): a face must be told from a crowd as its own photo. Unit vectors (N, D) twice
    and (M, D).

    The cosine alone is content with the average of everybody who might have been drawn; this is not. Who in the crowd
    is more alike than `same` to the photo is taken for the person and not counted.
    """
    true, crowd = true.detach().float(), crowd.detach().float()
    own = (who * true).sum(1, keepdim=True)
    others = (who @ crowd.T).masked_fill(true @ crowd.T > same, -torch.inf)
    logits = torch.cat([own, others], 1) / temperature
    return F.cross_entropy(logits, torch.zeros(len(who), dtype=torch.long, device=who.device))
