"""pix2pix (Isola et al. 2017) with a recogniser's features and identity among its losses."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inference.device import channels_last
from inference.networks.unet import SMALL, UNet256, UNetConfig
from training import losses
from training.batches import PairBatch, to_images
from training.dataset import Images
from training.face_features import FaceFeatures, random_moves
from training.patchgan import PatchGAN


@dataclass(frozen=True)
class Pix2PixConfig:
    """Loss weights by name, 0 = off; learning rates; the step from which the discriminator joins; the steps between
    which the face losses grow to their weight. With them from the start the net is slow to learn colours and wall."""

    network: UNetConfig = SMALL
    discriminator_width: int = 32
    learning_rate: float = 2e-4
    discriminator_rate: float = 2e-4
    gan_from: int = 0
    face_ramp: tuple[int, int] = (0, 1)
    weights: dict[str, float] = field(
        default_factory=lambda: {
            "gan": 1.0,
            "l1": 10.0,
            "feature_matching": 10.0,
            "face_features": 20.0,
            "identity": 8.0,
            "colour": 0.0,
            "ink": 0.0,
        }
    )


class Pix2PixModel:
    """The five verbs every reader of pix2pix knows, over one batch."""

    def __init__(self, config: Pix2PixConfig, face_features: Path | None, device: torch.device) -> None:
        self.config, self.device = config, device
        self.generator = channels_last(UNet256(config.network), device)
        self.discriminator = channels_last(PatchGAN(config.discriminator_width), device)
        self.faces = FaceFeatures(face_features).to(device) if face_features else None
        self.optimizer_g = torch.optim.Adam(self.generator.parameters(), config.learning_rate, betas=(0.5, 0.999))
        self.optimizer_d = torch.optim.Adam(
            self.discriminator.parameters(), config.discriminator_rate, betas=(0.5, 0.999)
        )
        self.loss: dict[str, float] = {}

    @property
    def modules(self) -> dict[str, nn.Module]:
        return {"generator": self.generator, "discriminator": self.discriminator}

    @property
    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        return {"generator": self.optimizer_g, "discriminator": self.optimizer_d}

    def set_input(self, batch: PairBatch) -> None:
        self.sketch = batch.sketch.to(self.device, non_blocking=True)
        self.photo = batch.photo.to(self.device, non_blocking=True)
        self.person = batch.person.to(self.device, non_blocking=True)
        self.regions = batch.regions.to(self.device, non_blocking=True)
        self.appearance = (
            batch.appearance.to(self.device, non_blocking=True) if self.config.network.appearance else None
        )

    def forward(self) -> None:
        self.fake = self.generator(self.sketch, self.appearance).float()

    def backward_D(self) -> None:  # noqa: N802 - pix2pix's own name
        both = torch.cat([self.photo, self.fake.detach()])
        scores, _ = self.discriminator(torch.cat([self.sketch, self.sketch]), both)
        real, fake = scores.float().chunk(2)
        loss = losses.hinge_discriminator(real, fake)
        torch.autograd.backward(loss)
        self.loss["d"] = loss.item()

    def backward_G(self, adversarial: bool, face_share: float) -> None:  # noqa: N802 - pix2pix's own name
        terms = {"l1": F.l1_loss(self.fake, self.photo)}
        if adversarial:
            terms |= self._adversarial_terms()
        if self.faces is not None and face_share > 0:
            terms |= self._face_terms(self.faces)
        if self.appearance is not None:
            terms |= self._colour_terms(self.appearance)
        shares = {"face_features": face_share, "identity": face_share}
        weighted = [self.config.weights[name] * shares.get(name, 1.0) * term for name, term in terms.items()]
        total = torch.stack(weighted).sum()
        torch.autograd.backward(total)
        self.loss |= {name: term.item() for name, term in terms.items()}

    def optimize_parameters(self, step: int) -> None:
        adversarial = step >= self.config.gan_from
        start, end = self.config.face_ramp
        face_share = min(max((step - start) / (end - start), 0.0), 1.0)
        with torch.autocast(self.device.type, torch.bfloat16):
            self.forward()
            if adversarial:
                self.optimizer_d.zero_grad(set_to_none=True)
                self.backward_D()
                self.optimizer_d.step()
            self.optimizer_g.zero_grad(set_to_none=True)
            with _frozen(self.discriminator):
                self.backward_G(adversarial, face_share)
            nn.utils.clip_grad_norm_(self.generator.parameters(), 20.0)
            self.optimizer_g.step()

    def step(self, batch: PairBatch, step: int) -> dict[str, float]:
        self.set_input(batch)
        self.optimize_parameters(step)
        return self.loss

    @torch.inference_mode()
    def preview(self, network: nn.Module, batch: PairBatch) -> Images:
        """Rows of sketch, face, photo."""
        network.eval()
        with torch.autocast(self.device.type, torch.bfloat16):
            fake = network(batch.sketch.to(self.device), self._told(batch))
        columns = [to_images(batch.sketch), to_images(fake), to_images(batch.photo)]
        return np.concatenate([np.concatenate(list(column), axis=1) for column in columns], axis=0)

    def _told(self, batch: PairBatch) -> Tensor | None:
        return batch.appearance.to(self.device, non_blocking=True) if self.config.network.appearance else None

    def _adversarial_terms(self) -> dict[str, Tensor]:
        score, fake_maps = self.discriminator(self.sketch, self.fake)
        with torch.no_grad():
            _, real_maps = self.discriminator(self.sketch, self.photo)
        return {
            "gan": losses.hinge_generator(score.float()),
            "feature_matching": losses.feature_matching(fake_maps, real_maps),
        }

    def _face_terms(self, faces: FaceFeatures) -> dict[str, Tensor]:
        # Of the person alone: what pleases the recogniser must not be painted on the wall.
        moves = random_moves(len(self.fake), self.device)
        maps, who = faces(torch.lerp(self.photo, self.fake, self.person), moves)
        with torch.no_grad():
            true_maps, true_who = faces(self.photo, moves)
        return {
            "face_features": losses.feature_matching(maps, true_maps),
            "identity": losses.cosine_distance(who, true_who),
        }

    def _colour_terms(self, appearance: Tensor) -> dict[str, Tensor]:
        skin = losses.region_colours(self.fake[-2:], self.regions[-2:, :1])
        return {
            "colour": losses.colour(self.fake, self.photo, self.regions, appearance[:, 3::4]),
            "ink": (skin[0] - skin[-1]).abs().mean(),
        }


@contextmanager
def _frozen(module: nn.Module) -> Iterator[None]:
    module.requires_grad_(False)
    try:
        yield
    finally:
        module.requires_grad_(True)
