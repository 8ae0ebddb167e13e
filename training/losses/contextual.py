"""Two losses called contextual: what s2f means by it, and that of Mechrez et al."""

import torch
from torch import Tensor
from torch.nn import functional as F

_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
_DARKEST = 1e-6
_EPSILON = 1e-5


def luma_kl(fake: Tensor, real: Tensor) -> Tensor:
    """KL(real || fake) of the luma of (N, 3, H, W) in [-1, 1], each picture taken as a distribution over its pixels.

    This is s2f's contextual loss, named after the Contextual GAN (Lu et al. 2018). Made safe: s2f divides by pixels
    that may be 0 and needs batches of a fixed size; here no pixel is darker than 1e-6, and it is a mean over the batch.
    It is blind to overall brightness, so it needs a pixel loss beside it.
    """
    p, q = _shares(real.detach()), _shares(fake)
    return (p * (p / q).log()).sum(1).mean()


def _shares(image: Tensor) -> Tensor:
    weights = torch.tensor(_LUMA, device=image.device).view(1, 3, 1, 1)
    luma = (((image.float() + 1) / 2) * weights).sum(1).flatten(1).clamp_min(_DARKEST)
    return luma / luma.sum(1, keepdim=True)


def contextual(fake: Tensor, real: Tensor, bandwidth: float = 0.5, positions: int = 1024) -> Tensor:
    """Contextual loss (Mechrez et al. 2018, equations 2-5) of feature maps (N, C, H, W), aligned or not.

    Every feature of the real map looks for the one most like it in the fake map; where it lies does not matter. Memory
    is bounded: of larger maps the same `positions` are drawn at random from both. fp32, no division by 0.
    """
    x, y = fake.float().flatten(2), real.detach().float().flatten(2)
    if x.shape[2] > positions:
        chosen = torch.randperm(x.shape[2])[:positions].to(x.device)
        x, y = x[..., chosen], y[..., chosen]
    centre = y.mean(2, keepdim=True)
    x, y = F.normalize(x - centre, dim=1, eps=_EPSILON), F.normalize(y - centre, dim=1, eps=_EPSILON)
    distance = (1 - x.transpose(1, 2) @ y).clamp_min(0)  # (N, positions of x, positions of y)
    relative = distance / (distance.amin(2, keepdim=True) + _EPSILON)
    likeness = torch.softmax((1 - relative) / bandwidth, dim=2)
    return -(likeness.amax(1).mean(1) + _EPSILON).log().mean()


def patches(image: Tensor, size: int = 5, stride: int = 2) -> Tensor:
    """Raw patches as features where no network is at hand: (N, 3, H, W) -> (N, 3 size^2, H', W') at half the size."""
    half = F.avg_pool2d(image.float(), 2)
    columns = F.unfold(half, size, stride=stride)
    rows = (half.shape[2] - size) // stride + 1
    return columns.reshape(*columns.shape[:2], rows, -1)
