"""The face-feature distance: not a published metric, and by a net that is one of the losses, so no judge either."""

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F

from training.batches import to_tensor
from training.dataset import SIZE, Images
from training.face_features import FaceFeatures

_BATCH = 16


def face_feature_distance(network: FaceFeatures, a: Images, b: Images) -> npt.NDArray[np.float64]:
    """(N,) mean absolute difference of the four feature maps that the trainer compares too (each map averaged over its
    own elements, then over maps), at 256 px. 0 for equal faces; no unit, no upper bound."""
    rows: list[torch.Tensor] = []
    with torch.inference_mode():
        for k in range(0, len(a), _BATCH):
            one, other = (network(_to_input(stack[k : k + _BATCH]))[0] for stack in (a, b))
            maps = [(x - y).abs().mean((1, 2, 3)) for x, y in zip(one, other, strict=True)]
            rows.append(torch.stack(maps).mean(0))
    return np.asarray(torch.cat(rows).numpy(), np.float64)


def _to_input(images: Images) -> torch.Tensor:
    tensor = to_tensor(images)
    return tensor if tensor.shape[-1] == SIZE else F.interpolate(tensor, size=(SIZE, SIZE), mode="area")
