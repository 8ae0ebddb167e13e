"""A likeness's provenance in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.studio.asking import REGIONS
from app.studio.geometry import same_eyes
from app.studio.presenters import Studio
from models import Likeness, Sketch

PARTS = {"engine": "Engine", "landmarks": "Face finder", "restorer": "Restorer"}
EYES = {
    "landmarks": "found by the program",
    "cascade": "found roughly by the program",
    "centred": "not found, drawing centred",
    "off": "not used",
}


@dataclass(frozen=True)
class Weights:
    """One checkpoint that had a part in the likeness."""

    part: str
    name: str
    sha256: str


@dataclass(frozen=True)
class Facts:
    engine: str
    demonstration: bool
    device: str
    eyes: str
    colours: str
    seconds: float
    code: str
    weights: tuple[Weights, ...]


def facts(page: Studio) -> Facts | None:
    """None while there is no likeness."""
    if page.chosen is None:
        return None
    kept = page.chosen.provenance
    return Facts(
        engine=page.engine_title(page.chosen.engine),
        demonstration=bool(kept.get("demonstration", False)),
        device=str(kept.get("device", "")),
        eyes=_eyes(kept.get("alignment", {}), page.sketch),
        colours=_colours(page.chosen),
        seconds=sum(kept.get("milliseconds", {}).values()) / 1000,
        code=str(kept.get("code", {}).get("version", "")),
        weights=tuple(
            Weights(PARTS.get(part, part), str(one["name"]), str(one["sha256"]))
            for part, one in kept.get("weights", {}).items()
        ),
    )


def _colours(likeness: Likeness) -> str:
    """Of skin, hair and eyes, which were known, and which of them nobody had asked for."""
    known, varied = likeness.appearance or {}, likeness.varied or []
    words = [
        f"{words} {known[region]}{' (proposed by the program)' if region in varied else ''}"
        for region, words in REGIONS.items()
        if region in known
    ]
    return ", ".join(words).capitalize()


def _eyes(alignment: Mapping[str, Any], sketch: Sketch) -> str:
    method = str(alignment.get("method", "given"))
    if method == "given" and not same_eyes(alignment.get("eyes"), sketch.found_eyes):
        return "placed by hand"
    return EYES.get(method, "found by the program, confirmed by hand")
