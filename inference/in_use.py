"""Which weights of a kind are used and which are not, in words: for whoever has just put some into a folder."""

from pathlib import Path

from inference.manifest import LOCAL_MANIFEST
from inference.weights import find, read_manifest


def in_use(folder: Path, put: str) -> str:
    """Of the kind of the weights called `put`, which the folder has. Raises WeightsError."""
    checkpoints = read_manifest(folder)
    kind = next(checkpoint.kind for checkpoint in reversed(checkpoints) if checkpoint.name == put)
    used = find(checkpoints, kind)
    assert used is not None
    words = f"In use as {kind} now: {used.name}."
    others = [checkpoint.name for checkpoint in checkpoints if checkpoint.kind == kind and checkpoint is not used]
    if others:
        words += f" Not in use: {', '.join(others)}."
    if used.name != put:
        words += (
            f" What was imported goes before what was shipped: to use {put}, take {used.name} out of "
            f"{folder / LOCAL_MANIFEST}."
        )
    return f"{words} Workers read it when they start."
