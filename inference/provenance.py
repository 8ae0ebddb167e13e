"""Everything that made a likeness, as plain JSON: enough to make it again and compare."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import torch

from inference.appearance import COLOURS, REGIONS, Appearance
from inference.mark import LABEL
from inference.options import RenderOptions
from inference.sketch import Alignment
from inference.version import code_version
from inference.weights import Checkpoint

SCHEMA = 1


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def provenance(
    *,
    sketch_sha256: str | None,
    sketch_size: tuple[int, int],
    png: bytes,
    size: tuple[int, int],
    options: RenderOptions,
    strength: float,
    alignment: Alignment,
    checkpoints: Mapping[str, Checkpoint],
    device: str,
    milliseconds: Mapping[str, float],
) -> dict[str, Any]:
    """`sketch_size` is that of the picture worked on, whose pixels the eyes are in; `checkpoints` by the part
    they played: engine, restorer, landmarks; `milliseconds` by step."""
    return {
        "schema": SCHEMA,
        "label": LABEL,
        "input": {"sha256": sketch_sha256, "width": sketch_size[0], "height": sketch_size[1]},
        "output": {"sha256": sha256(png), "width": size[0], "height": size[1], "media_type": "image/png"},
        "engine": options.engine,
        "demonstration": any(checkpoint.demonstration for checkpoint in checkpoints.values()),
        "weights": {
            part: {"name": checkpoint.name, "sha256": checkpoint.sha256} for part, checkpoint in checkpoints.items()
        },
        "controls": {
            "seed": options.seed,
            "strength": strength,
            "restore": options.restore,
            "appearance": colours(options.appearance),
            "candidate": asdict(options.candidate),
        },
        "alignment": {
            "method": alignment.method,
            "eyes": alignment.eyes,
            "confidence": round(alignment.confidence, 4),
            "note": alignment.note,
        },
        "device": device,
        "code": {"version": code_version(), "torch": str(torch.__version__)},
        "milliseconds": {step: round(value, 1) for step, value in milliseconds.items()},
    }


def colours(appearance: Appearance) -> dict[str, Any]:
    """By region the name and the CIELAB values that the generator was given; None where unknown."""
    names = {region: getattr(appearance, region) for region in REGIONS}
    return {
        region: {"name": name, "lab": list(COLOURS[region][name])} if name else None for region, name in names.items()
    }
