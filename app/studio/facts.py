"""A likeness's provenance in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.studio.presenters import Studio
from models import Likeness


@dataclass(frozen=True)
class Facts:
    engine: str
    demonstration: bool
    device: str
    eyes: str
    weights: tuple[tuple[str, str], ...]
    """Name and sha256 of each checkpoint."""


def facts(page: Studio) -> Facts | None:
    """None while there is no likeness."""
    chosen = page.chosen
    if chosen is None:
        return None
    kept = chosen.provenance
    return Facts(
        engine=page.engine_title(chosen.engine),
        demonstration=bool(kept.get("demonstration", False)),
        device=str(kept.get("device", "")),
        eyes=_eyes(chosen, page),
        weights=tuple(_weights(kept)),
    )


def _eyes(likeness: Likeness, page: Studio) -> str:
    if likeness.eyes and likeness.eyes != page.sketch.found_eyes:
        return "placed by hand"
    return "found by the program" if page.sketch.found_eyes else "not found, drawing centred"


def _weights(kept: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(str(one["name"]), str(one["sha256"])) for one in kept.get("weights", ())]
