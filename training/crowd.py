"""A crowd of training photos, as the recogniser sees them: whom a face must not be taken for."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.batches import on_wall, to_tensor
from training.data import Prepared
from training.face_features import FaceFeatures

_PEOPLE = 768
_BATCH = 32


@torch.no_grad()
def embed_crowd(data: Prepared, face_features: Path, seed: int, device: torch.device) -> Tensor:
    """(M, 128) unit embeddings of photos that the seed draws from the training split, half of them of people who were
    drawn, as far as there are such."""
    faces, rng = FaceFeatures(face_features).to(device), np.random.default_rng((seed, _PEOPLE))
    drawn, other = (rng.permutation(data.rows("train", with_sketch=with_sketch)) for with_sketch in (True, False))
    rows = np.sort(np.concatenate([drawn[: _PEOPLE // 2], other[: _PEOPLE // 2]]))
    photos = np.stack([on_wall(np.array(data.photos[k]), np.array(data.regions[k][0])) for k in rows])
    chunks = np.split(photos, range(_BATCH, len(photos), _BATCH))
    return torch.cat([faces(to_tensor(chunk).to(device))[1] for chunk in chunks])
