"""Training of the narrow GFPGAN: degraded photos and the generator's own faces in, the photo out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inference.dense_modulation import make_dense
from inference.engines import Engine
from inference.paper import even_tone, normalise_ink
from inference.pipeline import to_input
from inference.restoration import SIDE, build_restorer, enlarge
from training import losses
from training.batches import on_wall, to_images, to_tensor
from training.dataset import Images, load_images
from training.face_features import FaceFeatures
from training.prepare import Prepared
from training.sketchmaker import make_sketch, vary_ink

_SETS = ("generated", "webmorph", "faker")


@dataclass(frozen=True)
class RestorationBatch:
    """`face` (B, 3, 512, 512), enlarged by bicubic interpolation, and the photo it should become."""

    face: Tensor
    photo: Tensor


class DegradedFaces:
    """Photos of the sets stored at 512 px. A share of the inputs is drawn by the generator from a made sketch, so
    that the restorer learns to mend what pix2pix does and not blur alone."""

    def __init__(
        self,
        data: Prepared,
        split: str,
        size: int,
        generator_share: float,
        seed: int,
        generator: Engine | None,
    ) -> None:
        self.data, self.size, self.seed = data, size, seed
        self.share = generator_share if generator else 0.0
        self.generator = generator
        self.rows = [k for k in data.rows(split) if data.faces[k].set in _SETS]
        if not self.rows:
            raise ValueError(f"The {split} split has no face of the sets stored at {SIDE} px: {', '.join(_SETS)}.")

    def batch(self, step: int) -> RestorationBatch:
        rng = np.random.default_rng((self.seed, step))
        inputs, photos = [], []
        for k in rng.choice(self.rows, self.size):
            photo = load_images([self.data.faces[k]], "photo", SIDE)[0]
            mask = _resize(np.array(self.data.regions[k, 0]), SIDE, cv2.INTER_CUBIC)
            photo = on_wall(photo, mask)
            if rng.random() < 0.5:
                photo, mask = np.ascontiguousarray(photo[:, ::-1]), np.ascontiguousarray(mask[:, ::-1])
            drawn = rng.random() < self.share
            inputs.append(self._drawn(photo, mask, rng) if drawn else degrade(photo, rng))
            photos.append(photo)
        return RestorationBatch(enlarge(to_tensor(np.stack(inputs))), to_tensor(np.stack(photos)))

    def _drawn(self, photo: Images, mask: Images, rng: np.random.Generator) -> Images:
        assert self.generator is not None
        drawing = make_sketch(_resize(photo, 256, cv2.INTER_AREA), _resize(mask, 256, cv2.INTER_AREA), rng)
        sketch = even_tone(normalise_ink(vary_ink(drawing, rng)))
        return np.asarray(to_images(self.generator.generate(to_input(sketch), 0))[0])


def degrade(photo: Images, rng: np.random.Generator) -> Images:
    """(512, 512, 3) -> (256, 256, 3) with blur, a loss of resolution, noise and JPEG blocks, GFPGAN's order, milder:
    the generator's faces are already 256 px."""
    image: Images = np.asarray(cv2.GaussianBlur(photo, (0, 0), float(rng.uniform(0.3, 2.5))))
    side = round(256 / float(np.exp(rng.uniform(0, np.log(3)))))
    image = _resize(image, side, cv2.INTER_AREA)
    noisy = image + rng.normal(0, rng.uniform(0, 8), image.shape)
    image = np.clip(noisy, 0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50, 98))])
        image = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    return _resize(image, 256, cv2.INTER_CUBIC)


def _resize(image: Images, side: int, interpolation: int) -> Images:
    return np.asarray(cv2.resize(image, (side, side), interpolation=interpolation), np.uint8)


class RestorerTrainee:
    """L1 at full size and down the pyramid, a recogniser's features and identity."""

    def __init__(
        self, architecture: Mapping[str, Any], weights: Mapping[str, float], learning_rate: float,
        face_features: Path | None, device: torch.device,
    ) -> None:  # fmt: skip
        self.weights, self.device = weights, device
        self.network = make_dense(build_restorer(architecture)).to(device)
        self.faces = FaceFeatures(face_features).to(device) if face_features else None
        self.optimizer = torch.optim.Adam(self.network.parameters(), learning_rate, betas=(0.0, 0.99))

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        return {"generator": self.network}

    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        return {"generator": self.optimizer}

    def step(self, batch: RestorationBatch, _step: int) -> dict[str, float]:
        face, photo = batch.face.to(self.device), batch.photo.to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16):
            image, pyramid = self.network(face, return_rgb=True)
            terms = {"l1": F.l1_loss(image.float(), photo), "pyramid": _pyramid_loss(pyramid, photo)}
            if self.faces is not None:
                terms |= self._face_terms(self.faces, image, photo)
        total = torch.stack([self.weights[name] * term for name, term in terms.items()]).sum()
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(total)
        nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        self.optimizer.step()
        return {name: term.item() for name, term in terms.items()}

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


def _pyramid_loss(pyramid: list[Tensor], photo: Tensor) -> Tensor:
    """L1 of the U-Net's own pictures at 8 px and up against the photo shrunk (GFPGAN's restoration loss)."""
    sizes = [F.interpolate(photo, size=level.shape[-2:], mode="area") for level in pyramid]
    return torch.stack([F.l1_loss(level.float(), size) for level, size in zip(pyramid, sizes, strict=True)]).mean()
