"""Several recognisers that learn to read drawings, each without one fold of the people."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inference.device import channels_last
from training.batches import PairBatch, on_device, to_images
from training.data import Images
from training.engine.ranks import parallel
from training.engine.speed import Precision, autocast
from training.face_features import FaceFeatures, random_moves


class Readers(nn.Module):
    """Drawings (N, 3, 256, 256) in [-1, 1] -> (N, 128) unit embeddings, by one reader or by all together."""

    def __init__(self, checkpoint: Path, count: int) -> None:
        super().__init__()
        self.nets = nn.ModuleList(FaceFeatures(checkpoint).requires_grad_(True) for _ in range(count))

    def forward(self, drawings: Tensor, moves: Tensor) -> Tensor:
        """(count, N, 128)."""
        return torch.stack([net(drawings, moves)[1] for net in self.nets])

    @torch.inference_mode()
    def read(self, drawings: Tensor, folds: Tensor | None = None) -> Tensor:
        """What a drawing and its mirror image say: by the reader that never saw the person, of `folds` (N,); by all,
        where they are nobody's."""
        each = torch.stack([net(drawings)[1] + net(drawings.flip(3))[1] for net in self.nets])
        read = each.sum(0) if folds is None else each[folds, torch.arange(len(drawings))]
        return F.normalize(read, dim=1)


class ReaderTrainee:
    """`folds` (N,) are of the prepared faces. The goal of each drawing is what the untaught recogniser sees in the
    photo, both at one place. Raises ValueError for one fold: nobody would be left to learn from."""

    def __init__(
        self, checkpoint: Path, folds: Tensor, learning_rate: float, decay: float, precision: Precision,
        device: torch.device,
    ) -> None:  # fmt: skip
        count = int(folds.max()) + 1
        if count < 2:
            raise ValueError("A reader learns from everybody but one fold of the people: folds must be at least 2.")
        self.device, self.precision, self.folds = device, precision, folds
        self.faces = channels_last(FaceFeatures(checkpoint), device)
        self.readers = channels_last(Readers(checkpoint, count), device)
        self.net = parallel(self.readers, device)
        self.optimizer = torch.optim.AdamW(self.readers.parameters(), learning_rate, weight_decay=decay, fused=True)

    @property
    def modules(self) -> dict[str, nn.Module]:
        return {"generator": self.readers}

    @property
    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        return {"readers": self.optimizer}

    def step(self, batch: PairBatch, _step: int) -> Mapping[str, Tensor | float]:
        drawing, photo, _, _ = on_device(batch, self.device)
        assert batch.rows is not None
        folds = self.folds[batch.rows].to(self.device)
        moves = random_moves(len(drawing), self.device)
        with autocast(self.device, self.precision):
            read = self.net(drawing, moves)
            with torch.no_grad():
                _, who = self.faces(photo, moves)
        # Batch norm counts drawings of all folds alike: it knows how people are drawn, and no person.
        learns = folds != torch.arange(len(read), device=self.device).unsqueeze(1)
        distance = 1 - (read * who).sum(2)
        loss = distance[learns].mean()
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self.optimizer.step()
        return {"known": 1 - loss.detach(), "unknown": 1 - distance.detach()[~learns].mean()}

    @torch.inference_mode()
    def preview(self, network: nn.Module, batch: PairBatch) -> Images:
        """Rows of drawing, its photo, and of all photos of the batch the one that was read."""
        assert isinstance(network, Readers)
        network.eval()
        drawing, photo, _, _ = on_device(batch, self.device)
        read, who = network.read(drawing), self.faces(photo)[1]
        nearest = (read @ who.T).argmax(1)
        columns = [to_images(drawing), to_images(photo), to_images(photo[nearest])]
        return np.concatenate([np.concatenate(list(column), axis=1) for column in columns], axis=0)
