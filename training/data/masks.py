"""The segmenter of a cache: a given one, the one that was trained there before, or a new one."""

import json
from pathlib import Path
from typing import Any

import torch

from training.background import train_segmenter
from training.data.faces import Face
from training.segmenter import Segmenter

NAME, ABOUT = "segmenter.pt", "segmenter.json"
STEPS = 600


def find_segmenter(
    cache: Path, faces: list[Face], steps: int | None, given: Path | None, notes: list[str]
) -> Segmenter:  # fmt: skip
    """A `given` file wins over the cache's, and that over a new one unless other `steps` are asked for.

    It is kept in the cache, with its steps where it was trained there; `notes` say which one is used. Raises ValueError
    for a file that holds none, and when one must be trained and no face has a mask.
    """
    kept, about = cache / NAME, cache / ABOUT
    trained: int | None = json.loads(about.read_text())["steps"] if about.exists() else None
    if given is not None:
        network, trained = _load(given), None
        notes.append(f"the segmenter is {given}")
    elif kept.exists() and steps in (None, trained):
        network = _load(kept)
        how = f"of {trained} steps " if trained else ""
        notes.append(f"the segmenter {how}that lay in {cache} was used again; --segmenter-steps N trains another")
    else:
        trained = steps or STEPS
        network = train_segmenter(faces, trained)
    about.unlink(missing_ok=True)
    torch.save(network.state_dict(), kept)
    if trained:
        about.write_text(json.dumps({"steps": trained}))
    return network.eval()


def _load(path: Path) -> Segmenter:
    network = Segmenter()
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True)
        network.load_state_dict(state)
    except FileNotFoundError:
        raise
    except Exception as error:  # pickle, zip and torch each have errors of their own
        raise ValueError(f"{path} is not a segmenter.pt of this program.") from error
    return network
