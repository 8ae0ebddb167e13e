"""Training of the narrow GFPGAN."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inference.dense_modulation import make_dense
from inference.restoration import build_restorer
from training import losses
from training.batches import to_images
from training.data import Images
from training.engine.ranks import parallel
from training.engine.speed import autocast
from training.face_features import FaceFeatures
from training.restorer_batches import RestorationBatch

Loss = Literal["l1", "pyramid", "face_features", "identity"]


class RestorerTrainee:
    """L1 at full size and down the pyramid, a recogniser's features and identity: a loss without a weight counts 0.

    The face of a free drawing is held to its own pixels at half size, and learns of the photo who it is: held to the
    photo's pixels, it would learn the average of what artists do, a blur.
    """

    def __init__(
        self, architecture: Mapping[str, Any], weights: Mapping[str, float], learning_rate: float,
        face_features: Path | None, device: torch.device,
    ) -> None:  # fmt: skip
        self.weights, self.device = weights, device
        self.network = make_dense(build_restorer(architecture)).to(device)
        if architecture.get("input_is_latent"):  # then nobody asks its mapping network, whose gradient others await
            self.network.get_submodule("stylegan_decoder.style_mlp").requires_grad_(False)
        self.net = parallel(self.network, device)
        self.faces = FaceFeatures(face_features).to(device) if face_features else None
        self.optimizer = torch.optim.Adam(self.network.parameters(), learning_rate, betas=(0.0, 0.99))

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        return {"generator": self.network}

    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        return {"generator": self.optimizer}

    def step(self, batch: RestorationBatch, _step: int) -> dict[str, Tensor]:
        face, photo, traced = (x.to(self.device) for x in (batch.face, batch.photo, batch.traced))
        with autocast(self.device, "auto"):
            image, pyramid = self.net(face, return_rgb=True)
            terms = {"l1": _pixel_loss(image.float(), face, photo, traced)}
            terms["pyramid"] = _pyramid_loss(pyramid, torch.where(_rows(traced), photo, face))
            if self.faces is not None:
                terms |= self._face_terms(self.faces, image, photo)
        total = torch.stack([self.weights.get(name, 0.0) * term for name, term in terms.items()]).sum()
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(total)
        nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        self.optimizer.step()
        return {name: term.detach() for name, term in terms.items()}

    @torch.inference_mode()
    def preview(self, network: nn.Module, batch: RestorationBatch) -> Images:
        """Rows of input, restoration, photo."""
        network.eval()
        made = [network(f[None].to(self.device), return_rgb=False, randomize_noise=False)[0] for f in batch.face]
        columns = [to_images(batch.face), to_images(torch.cat(made).clamp(-1, 1)), to_images(batch.photo)]
        return np.concatenate([np.concatenate(list(column), axis=1) for column in columns], axis=0)

    def _face_terms(self, faces: FaceFeatures, image: Tensor, photo: Tensor) -> dict[str, Tensor]:
        size = (256, 256)
        maps, who = faces(F.interpolate(image.float(), size=size, mode="area"))
        with torch.no_grad():
            true_maps, true_who = faces(F.interpolate(photo, size=size, mode="area"))
        return {
            "face_features": losses.feature_matching(maps, true_maps),
            "identity": losses.cosine_distance(who, true_who),
        }


def _pixel_loss(image: Tensor, face: Tensor, photo: Tensor, traced: Tensor) -> Tensor:
    at_full_size = (image - photo).abs().mean((1, 2, 3))
    at_half_size = F.avg_pool2d(image - face, 2).abs().mean((1, 2, 3))
    return torch.where(traced, at_full_size, at_half_size).mean()


def _rows(chosen: Tensor) -> Tensor:
    return chosen[:, None, None, None]


def _pyramid_loss(pyramid: list[Tensor], wanted: Tensor) -> Tensor:
    """L1 of the U-Net's own pictures at 8 px and up against what is wanted, shrunk (GFPGAN's restoration loss)."""
    sizes = [F.interpolate(wanted, size=level.shape[-2:], mode="area") for level in pyramid]
    return torch.stack([F.l1_loss(level.float(), size) for level, size in zip(pyramid, sizes, strict=True)]).mean()
