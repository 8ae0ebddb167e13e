"""pix2pix (Isola et al. 2017): the five verbs that its readers know, losses by name, a recogniser among them."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inference.device import channels_last
from inference.networks.unet import SMALL, UNet256, UNetConfig
from training import losses
from training.batches import PairBatch, on_device, to_images
from training.data import Images
from training.engine.ranks import gathers, parallel
from training.engine.speed import Precision, autocast, compiled
from training.face_features import FaceFeatures, random_moves
from training.patchgan import Norm, build_discriminator

Loss = Literal[
    "gan", "r1", "l1", "luma_kl", "contextual", "feature_matching", "face_features", "identity", "contrast", "colour",
    "ink",
]  # fmt: skip
FACE_LOSSES = ("face_features", "identity", "contrast")
_COARSE = 16  # px: squares in which a free drawing has the photo's colours
_IN_LARGE = slice(-2, None)  # the recogniser's maps of 14 and 7 px


@dataclass(frozen=True)
class Pix2PixConfig:
    """Loss weights by name, absent or 0 = off; learning rates; the step from which the discriminator joins; the steps
    between which the face losses grow to their weight. With them from the start the net is slow to learn colours and
    wall. `accumulate` shares of a batch are learned one after another, for want of memory; R1 counts every `r1_every`
    steps, that much more. With `discriminator_crop` the discriminator sees a random square of so many pixels a face, 0
    all of it: its patches are of 70 px, and of the whole picture it costs more than the generator. The generator's
    gradient is cut to the norm `clip`, 0 for never. With `free_hand` an artist's pair is held to its photo's colours in
    squares of 16 px and to what the recogniser sees in large: an artist's lines lie elsewhere than the photo's, so that
    finer losses teach the average of both, a blur. `read_share` of whom such a pair should become is what a reader says
    of the drawing (`training/readers`), the rest its photo."""

    network: UNetConfig = SMALL
    discriminator_width: int = 32
    discriminator_norm: Norm = "spectral"
    discriminator_scales: int = 1
    discriminator_crop: int = 0
    gan: str = "hinge"
    gan_from: int = 0
    r1_every: int = 16
    face_ramp: tuple[int, int] = (0, 1)
    learning_rate: float = 2e-4
    discriminator_rate: float = 2e-4
    clip: float = 20.0
    free_hand: bool = False
    read_share: float = 0.0
    accumulate: int = 1
    precision: Precision = "auto"
    compile: bool = False
    weights: Mapping[str, float] = field(
        default_factory=lambda: {
            "gan": 1.0,
            "l1": 10.0,
            "feature_matching": 10.0,
            "face_features": 20.0,
            "identity": 8.0,
        }
    )

    def __post_init__(self) -> None:
        """Raises ValueError for a loss or a kind of GAN that is not there, and for a loss that would count nothing."""
        asked = [name for name, weight in self.weights.items() if weight]
        for name, known in [(self.gan, losses.GANS), *((name, get_args(Loss)) for name in self.weights)]:
            if name not in known:
                raise ValueError(f"There is no loss called {name}. Choose from: {', '.join(known)}.")
        for name in ("feature_matching", "r1"):
            if name in asked and "gan" not in asked:
                raise ValueError(f"The loss {name} is of the discriminator: give gan a weight as well, or {name} none.")
        if self.read_share and "identity" not in asked:
            raise ValueError("read_share is of the loss identity: give it a weight, or read_share 0.")
        if "colour" in asked and not self.network.appearance:
            raise ValueError("The loss colour is of colours that the network is told: set appearance, or colour to 0.")


class Pix2PixModel:
    """Five verbs over one batch. What several processes or shares of a batch add is in `step` alone.

    `crowd` (M, 128) are the recogniser's embeddings of photos, for the contrast of each face with other people;
    `readings` (N, 128) of the prepared faces what was read in their drawings, NaN where nothing was.
    """

    def __init__(
        self, config: Pix2PixConfig, face_features: Path | None, device: torch.device, crowd: Tensor | None = None,
        readings: Tensor | None = None,
    ) -> None:  # fmt: skip
        self.config, self.device = config, device
        self.generator = channels_last(UNet256(config.network), device)
        self.discriminator = channels_last(
            build_discriminator(config.discriminator_width, config.discriminator_norm, config.discriminator_scales),
            device,
        )
        self.faces = FaceFeatures(face_features).to(device) if face_features else None
        self.crowd = crowd.to(device) if crowd is not None else None
        self.readings = readings.to(device) if readings is not None else None
        self.optimizer_g = _adam(self.generator, config.learning_rate)
        self.optimizer_d = _adam(self.discriminator, config.discriminator_rate)
        self.net_g = parallel(compiled(self.generator, config.compile), device)
        self.net_d = parallel(compiled(self.discriminator, config.compile), device)
        self.gan, self.loss = losses.GANS[config.gan], dict[str, Tensor]()
        self.adversarial, self.penalised, self.face_share = True, False, 1.0

    @property
    def modules(self) -> dict[str, nn.Module]:
        return {"generator": self.generator, "discriminator": self.discriminator}

    @property
    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        return {"generator": self.optimizer_g, "discriminator": self.optimizer_d}

    def set_input(self, batch: PairBatch) -> None:
        self.parts = batch.parts
        traced = batch.traced.to(self.device) if batch.traced is not None else None
        self.traced = traced if self.config.free_hand else None
        self.read = self._read(batch.rows, traced) if self.readings is not None else None
        self.sketch, self.photo, self.person, self.regions = on_device(batch, self.device)
        told = self.config.network.appearance > 0
        self.appearance = batch.appearance.to(self.device, non_blocking=True) if told else None

    def forward(self) -> None:
        with self._autocast():
            self.fake = self.net_g(self.sketch, self.appearance).float()

    def backward_D(self) -> None:  # noqa: N802 - pix2pix's own name
        sketch, photo, fake = self._seen(self.fake.detach())
        with self._autocast():
            if self.config.discriminator_norm == "batch":  # of photos and faces apart, as published: it mixes rows
                of_real, of_fake = (self.net_d(sketch, picture)[0] for picture in (photo, fake))
            else:
                scores, _ = self.net_d(torch.cat([sketch, sketch]), torch.cat([photo, fake]))
                of_real, of_fake = ([score.chunk(2)[half] for score in scores] for half in (0, 1))
        terms = {"d": self.gan.discriminator(of_real, of_fake)}
        if self.penalised:  # eager: no compiled network can be derived twice
            terms["r1"] = losses.gradient_penalty(lambda x: self.discriminator.forward(sketch, x)[0], photo)
        self._backward(terms, {"d": 1.0, "r1": self._weight("r1") * self.config.r1_every})

    def backward_G(self) -> None:  # noqa: N802 - pix2pix's own name
        terms = self._pixel_terms()
        if self.adversarial:
            terms |= self._adversarial_terms()
        if self.faces is not None and self.face_share > 0:
            terms |= self._face_terms(self.faces)
        terms |= self._colour_terms()
        ramp = dict.fromkeys(FACE_LOSSES, self.face_share)
        self._backward(terms, {name: self._weight(name) * ramp.get(name, 1.0) for name in terms})

    def optimize_parameters(self) -> None:
        self.forward()
        if self.adversarial:
            self.optimizer_d.zero_grad(set_to_none=True)
            self.backward_D()
            self.optimizer_d.step()
        self.optimizer_g.zero_grad(set_to_none=True)
        with _frozen(self.discriminator):
            self.backward_G()
        self._step_g()

    def step(self, batch: PairBatch, step: int) -> dict[str, Tensor]:
        start, end = self.config.face_ramp
        self.face_share = min(max((step - start) / (end - start), 0.0), 1.0)
        self.adversarial = step >= self.config.gan_from and (self._weight("gan") > 0)
        self.penalised = self._weight("r1") > 0 and step % self.config.r1_every == 0
        self.loss = {}
        if self.config.accumulate == 1:
            self.set_input(batch)
            self.optimize_parameters()
        else:
            self._accumulate(batch.split(self.config.accumulate))
        return self.loss

    @torch.inference_mode()
    def preview(self, network: nn.Module, batch: PairBatch) -> Images:
        """Rows of sketch, face, photo."""
        network.eval()
        self.set_input(batch)
        with self._autocast():
            fake = network(self.sketch, self.appearance)
        columns = [to_images(self.sketch), to_images(fake), to_images(self.photo)]
        return np.concatenate([np.concatenate(list(column), axis=1) for column in columns], axis=0)

    def _accumulate(self, shares: list[PairBatch]) -> None:
        """`optimize_parameters` with every share of the batch adding to the gradients before each optimizer steps."""
        if self.adversarial:
            self.optimizer_d.zero_grad(set_to_none=True)
            for share in shares:
                self.set_input(share)
                with torch.no_grad():
                    self.forward()
                with gathers(self.net_d, share is shares[-1]):
                    self.backward_D()
            self.optimizer_d.step()
        self.optimizer_g.zero_grad(set_to_none=True)
        for share in shares:
            self.set_input(share)
            with gathers(self.net_g, share is shares[-1]), _frozen(self.discriminator):
                self.forward()
                self.backward_G()
        self._step_g()

    def _step_g(self) -> None:
        if self.config.clip:
            nn.utils.clip_grad_norm_(self.generator.parameters(), self.config.clip)
        self.optimizer_g.step()

    def _backward(self, terms: dict[str, Tensor], weights: dict[str, float]) -> None:
        share = 1 / self.config.accumulate
        total = torch.stack([weights[name] * term for name, term in terms.items()]).sum() * share
        torch.autograd.backward(total)
        for name, term in terms.items():
            self.loss[name] = self.loss.get(name, torch.zeros_like(term)) + term.detach() * share

    def _weight(self, name: str) -> float:
        return self.config.weights.get(name, 0.0)

    def _autocast(self) -> AbstractContextManager[bool | None]:
        return autocast(self.device, self.config.precision)

    def _pixel_terms(self) -> dict[str, Tensor]:
        terms = {"l1": losses.l1(self.fake, self.photo, self.traced)}
        if self.traced is not None:
            fake, photo = (F.avg_pool2d(picture, _COARSE) for picture in (self.fake, self.photo))
            terms["l1"] = terms["l1"] + losses.l1(fake, photo, ~self.traced)
        if self._weight("luma_kl"):
            terms["luma_kl"] = losses.luma_kl(self.fake, self.photo)
        if self._weight("contextual"):
            terms["contextual"] = losses.contextual(losses.patches(self.fake), losses.patches(self.photo))
        return terms

    def _seen(self, fake: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Sketch, photo and face as the discriminator sees them: whole, or of every row one random square."""
        if not self.config.discriminator_crop:
            return self.sketch, self.photo, fake
        sketch, photo, face = random_squares(self.config.discriminator_crop, self.sketch, self.photo, fake)
        return sketch, photo, face

    def _adversarial_terms(self) -> dict[str, Tensor]:
        sketch, photo, fake = self._seen(self.fake)
        with self._autocast():
            scores, fake_maps = self.discriminator(sketch, fake)
        terms = {"gan": self.gan.generator(scores)}
        if self._weight("feature_matching"):
            with torch.no_grad(), self._autocast():
                _, real_maps = self.discriminator(sketch, photo)
            terms["feature_matching"] = losses.feature_matching(fake_maps, real_maps, self.traced)
        return terms

    def _face_terms(self, faces: FaceFeatures) -> dict[str, Tensor]:
        # Of the person alone: what pleases the recogniser must not be painted on the wall.
        moves = random_moves(len(self.fake), self.device)
        with self._autocast():
            maps, who = faces(torch.lerp(self.photo, self.fake, self.person), moves)
            with torch.no_grad():
                true_maps, true_who = faces(self.photo, moves)
        terms = {
            "face_features": losses.feature_matching(maps, true_maps, self.traced),
            "identity": losses.cosine_distance(who, self._person(true_who)),
        }
        if self.traced is not None:
            in_large = losses.feature_matching(maps[_IN_LARGE], true_maps[_IN_LARGE], ~self.traced)
            terms["face_features"] = terms["face_features"] + in_large
        if self._weight("contrast") and self.crowd is not None:
            terms["contrast"] = losses.contrast(who, true_who, self.crowd)
        return terms

    def _read(self, rows: Tensor | None, traced: Tensor | None) -> Tensor | None:
        """(B, 128) what was read in the drawings, NaN of sketches that were made from the photo."""
        if self.readings is None or rows is None or traced is None:
            return None
        return self.readings[rows.to(self.device)].masked_fill(traced.unsqueeze(1), torch.nan)

    def _person(self, photographed: Tensor) -> Tensor:
        """(B, 128) whom each face should become; where two goals are mixed it is shorter than a unit vector, and the
        cosine distance to it is the mean of the distances to both."""
        if self.read is None:
            return photographed
        share = self.config.read_share * self.read.isfinite().all(1, keepdim=True)
        return torch.lerp(photographed.float(), self.read.nan_to_num(), share.float())

    def _colour_terms(self) -> dict[str, Tensor]:
        terms: dict[str, Tensor] = {}
        if self._weight("colour") and self.appearance is not None:
            known = self.appearance[:, 3::4]
            terms["colour"] = losses.colour(self.fake, self.photo, self.regions, known, self.parts)
        if self._weight("ink"):
            terms["ink"] = losses.ink(self.fake, self.photo, self.regions[:, :1], self.parts)
        return terms


def random_squares(side: int, *pictures: Tensor) -> tuple[Tensor, ...]:
    """(N, C, S, S) each -> (N, C, side, side), of every row the same place in all of them; side at most S."""
    places = torch.randint(pictures[0].shape[2] - side + 1, (len(pictures[0]), 2)).tolist()
    return tuple(
        torch.stack([row[:, y : y + side, x : x + side] for row, (y, x) in zip(rows, places, strict=True)])
        .contiguous(memory_format=torch.channels_last)
        for rows in pictures
    )  # fmt: skip


def _adam(module: nn.Module, rate: float) -> torch.optim.Adam:
    """pix2pix's; fused it goes over the parameters once, on a CPU some 6 times as fast."""
    return torch.optim.Adam(module.parameters(), rate, betas=(0.5, 0.999), fused=True)


@contextmanager
def _frozen(module: nn.Module) -> Iterator[None]:
    module.requires_grad_(False)
    try:
        yield
    finally:
        module.requires_grad_(True)
