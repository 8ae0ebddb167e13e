"""Reading every artist's drawing: `python -m training read`."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from inference.device import channels_last
from inference.disk import write_whole
from inference.paper import even_tone
from training.batches import to_tensor
from training.data import Prepared
from training.data.manifest import NAME as MANIFEST
from training.engine.diary import digest
from training.engine.folder import average_of
from training.face_features import FaceFeatures
from training.history import seen_by_run
from training.readers.folds import folds_of
from training.readers.readings import LIST, READINGS
from training.readers.trainee import Readers
from training.recipe import own_recipe
from training.selection import select

_CHUNK = 32

Embeddings = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


def read(run: Path, data: Prepared, cache: Path, checkpoint: Path, device: torch.device) -> dict[str, float]:
    """Writes `readings.npy` (N, 128) and `readings.json` into the cache: of every training drawing that the run's
    recipe selects what a reader says who never saw the person, NaN of all other faces.

    Returns cosines with what the recogniser sees in the photos: of these readings, and of validation drawings read by
    all together. Raises ValueError for a run of another kind, FileNotFoundError for one without weights.
    """
    recipe = own_recipe(run)
    if recipe is None or recipe.kind != "reader":
        raise ValueError(f"{run} is no run of readers: `python -m training train reader` makes one.")
    chosen, count = select(data, recipe), recipe.table["folds"]
    readers = Readers(checkpoint, count)
    readers.load_state_dict(average_of(run))
    channels_last(readers.eval(), device)
    folds = folds_of(data, count)
    faces = channels_last(FaceFeatures(checkpoint), device)

    def read_in(rows: Rows, own: bool) -> Tensor:
        return readers.read(drawings_of(chosen, rows).to(device), folds[rows].to(device) if own else None)

    def seen_in(rows: Rows) -> Tensor:
        embeddings: Tensor = faces(to_tensor(chosen.photos[rows]).to(device))[1]
        return embeddings

    readings, known = np.full((len(data.faces), 128), np.nan, np.float32), dict[str, float]()
    for split in ("train", "val"):
        rows = chosen.rows(split, with_sketch=True)
        if not len(rows):
            continue
        said = _in_chunks(rows, partial(read_in, own=split == "train"))
        known[split] = _alike(said, _in_chunks(rows, seen_in))
        if split == "train":
            readings[rows] = said
    about = {
        "manifest_sha256": digest(cache / MANIFEST),
        "recogniser_sha256": digest(checkpoint),
        "run": run.name,
        "sha256": digest(run / "ema.pt"),
        "cosine": {split: round(value, 4) for split, value in known.items()},
        "saw": seen_by_run(run, recipe).as_json(),
    }
    (cache / LIST).unlink(missing_ok=True)
    np.save(cache / READINGS, readings)
    write_whole({cache / LIST: (json.dumps(about, indent=2) + "\n").encode()})
    return known


@torch.inference_mode()
def _in_chunks(rows: Rows, embed: Callable[[Rows], Tensor]) -> Embeddings:
    """(len(rows), 128)."""
    chunks = (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))
    return np.concatenate([np.asarray(embed(some).float().cpu().numpy()) for some in chunks])


def drawings_of(data: Prepared, rows: Rows) -> Tensor:
    """(N, 3, 256, 256) in [-1, 1], as the generator sees them."""
    drawings = np.stack([even_tone(np.array(data.sketches[row])) for row in data.sketch_of[rows]])
    return to_tensor(np.repeat(drawings[..., None], 3, axis=3))


def _alike(one: Embeddings, other: Embeddings) -> float:
    """Mean cosine of unit vectors."""
    return float((one * other).sum(1).mean())
