"""How much of a person can be read from an artist's drawing?

A generator's identity cosine is bounded by what its drawings say. To see how near it is, the losses' recogniser itself
is trained on until it reads drawings: the same training pairs, the embedding of the person's photo as the answer, no
picture in between. Its cosine on validation people stands beside those of the drawings as they are and of the faces
that the generator in use makes of them, all by that recogniser: the judge takes no part in training.

python -m benchmarks.readable --data DIR [--cache runs/cache] [--epochs 6]
"""

import argparse
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from inference.paper import even_tone
from inference.pipeline import Pipeline, to_input
from inference.weights import SHIPPED
from training.batches import to_tensor
from training.data import Prepared, load_prepared
from training.engine.speed import autocast
from training.face_features import FaceFeatures, random_moves
from training.losses import cosine_distance

BATCH, RATE = 32, 5e-4
REPEATED = {"fs2k": 1, "cuhk": 2}
"""How often an epoch shows the pairs of a set: CUHK's are few."""


class Pairs(NamedTuple):
    """(N, 3, 256, 256) each, in [-1, 1]."""

    drawings: Tensor
    photos: Tensor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"))
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    data, checkpoint = load_prepared(arguments.data, arguments.cache), arguments.data / "nets" / "face-features.ckpt"
    recogniser, reader = FaceFeatures(checkpoint), FaceFeatures(checkpoint)
    held_back = pairs(data, "val", "fs2k")
    who = embed(recogniser, held_back.photos)
    print(f"{len(who)} validation drawings of FS2K, cosine with the person's photo by {checkpoint.name}:")
    print(f"the drawing as it is            {alike(embed(recogniser, held_back.drawings), who)}")
    print(f"the generator's face of it      {alike(embed(recogniser, drawn(held_back.drawings)), who)}")
    shown = [pairs(data, "train", name) for name, times in REPEATED.items() for _ in range(times)]
    training = Pairs(*(torch.cat(parts) for parts in zip(*shown, strict=True)))
    for epoch in range(arguments.epochs):
        learned = teach(reader, recogniser, training, epoch / arguments.epochs)
        print(
            f"read after {epoch + 1} epochs             {alike(embed(reader, held_back.drawings), who)}"
            f" (training {learned:.3f})", flush=True,
        )  # fmt: skip


def pairs(data: Prepared, split: str, name: str) -> Pairs:
    rows = data.rows(split, with_sketch=True, sets=(name,))
    drawings = np.stack([even_tone(np.array(data.sketches[data.sketch_of[row]])) for row in rows])
    return Pairs(to_tensor(np.repeat(drawings[..., None], 3, axis=3)), to_tensor(data.photos[rows]))


@torch.inference_mode()
def drawn(drawings: Tensor) -> Tensor:
    engine = Pipeline.load(SHIPPED).engine("pix2pix")
    pages = drawings[:, 0].add(1).mul(127.5).round().byte().numpy()
    return torch.cat([engine.generate(to_input(page), 0) for page in pages])


@torch.inference_mode()
def embed(net: FaceFeatures, pictures: Tensor) -> Tensor:
    net.eval()
    return torch.cat([net(part)[1] for part in torch.split(pictures, 64)])


def alike(one: Tensor, other: Tensor) -> str:
    return f"{float(F.cosine_similarity(one, other).mean()):.3f}"


def teach(reader: FaceFeatures, recogniser: FaceFeatures, shown: Pairs, progress: float) -> float:
    """One epoch; the mean cosine in it."""
    drawings, photos = shown
    reader.requires_grad_(True).train()
    optimizer = torch.optim.AdamW(reader.parameters(), RATE * (1 - progress), weight_decay=0.05)
    cosines = []
    for rows in torch.split(torch.randperm(len(drawings)), BATCH)[:-1]:
        moves = random_moves(len(rows), torch.device("cpu"))
        with torch.no_grad():
            who = recogniser(photos[rows], moves)[1]
        with autocast(moves.device, "auto"):
            read = reader(drawings[rows], moves)[1]
        loss = cosine_distance(read, who)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        cosines.append(1 - loss.item())
    return float(np.mean(cosines))


if __name__ == "__main__":
    main()
