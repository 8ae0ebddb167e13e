"""A likeness's provenance in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.languages.telling import told
from app.studio.asking import named
from app.studio.geometry import same_eyes
from app.studio.presenters import Studio
from models import Likeness, Sketch

PARTS = {
    "engine": lazy_gettext("Engine"),
    "landmarks": lazy_gettext("Face finder"),
    "restorer": lazy_gettext("Restorer"),
}
EYES = {
    "landmarks": lazy_gettext("found by the program"),
    "cascade": lazy_gettext("found roughly by the program"),
    "centred": lazy_gettext("not found, drawing centred"),
    "off": lazy_gettext("not used"),
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
        engine=told(page.engine_title(page.chosen.engine)),
        demonstration=bool(kept.get("demonstration", False)),
        device=str(kept.get("device", "")),
        eyes=_eyes(kept.get("alignment", {}), page.sketch),
        colours=_colours(page.chosen),
        seconds=sum(kept.get("milliseconds", {}).values()) / 1000,
        code=str(kept.get("code", {}).get("version", "")),
        weights=tuple(
            Weights(str(PARTS.get(part, part)), str(one["name"]), str(one["sha256"]))
            for part, one in kept.get("weights", {}).items()
        ),
    )


def _colours(likeness: Likeness) -> str:
    """Of skin, hair and eyes, which were known, and which of them nobody had asked for."""
    known, varied = likeness.appearance or {}, likeness.varied or []
    words = [
        _("%(colour)s (proposed by the program)", colour=colour) if region in varied else colour
        for region, colour in named(known).items()
    ]
    return ", ".join(words).capitalize()


def _eyes(alignment: Mapping[str, Any], sketch: Sketch) -> str:
    method = str(alignment.get("method", "given"))
    if method == "given" and not same_eyes(alignment.get("eyes"), sketch.found_eyes):
        return str(_("placed by hand"))
    return str(EYES.get(method) or _("found by the program, confirmed by hand"))
