"""What a sketch does not say: the colours of skin, hair and irises. Each is optional; unknown is a value.

Skin is named by the classes of the individual typology angle (Chardon et al. 1991), which dermatology and fairness
audits use. A generator sees a colour, so that a measured one can stand beside the named ones.
"""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

from imaging.words import N_
from inference.errors import BadControl

Lab = tuple[float, float, float]

REGIONS: Final = ("skin", "hair", "eyes")
# Of every region L, a and b, and 1 where they are known; all 0 where not.
VECTOR: Final = 4 * len(REGIONS)

# CIELAB (D65, L from 0 to 100): medians of the training photos that fall under each name.
COLOURS: Final[dict[str, dict[str, Lab]]] = {
    "skin": {
        N_("very light"): (75.0, 10.0, 12.0),
        N_("light"): (70.0, 13.0, 18.0),
        N_("intermediate"): (65.0, 15.0, 21.0),
        N_("tan"): (58.0, 17.0, 23.0),
        N_("brown"): (49.0, 17.0, 22.0),
        N_("dark"): (35.0, 12.0, 13.0),
    },
    "hair": {
        N_("black"): (8.0, 1.0, 2.0),
        N_("dark brown"): (16.0, 4.0, 6.0),
        N_("brown"): (30.0, 8.0, 14.0),
        N_("blond"): (57.0, 7.0, 20.0),
        N_("red"): (35.0, 19.0, 24.0),
        N_("grey"): (43.0, 1.0, 2.0),
        N_("white"): (76.0, 1.0, 2.0),
    },
    "eyes": {
        N_("dark brown"): (14.0, 5.0, 6.0),
        N_("brown"): (28.0, 9.0, 12.0),
        N_("green"): (35.0, 0.0, 7.0),
        N_("blue"): (34.0, 4.0, -6.0),
        N_("grey"): (35.0, 1.0, 1.0),
    },
}

_CENTRE: Final = np.array([50.0, 8.0, 10.0])
_SPREAD: Final = np.array([25.0, 10.0, 12.0])
_WHITE: Final = np.array([0.95047, 1.0, 1.08883])
_TO_RGB: Final = np.array([[3.24045, -1.53714, -0.49853], [-0.96927, 1.87601, 0.04156], [0.05564, -0.20403, 1.05723]])


@dataclass(frozen=True)
class Appearance:
    """A name of `COLOURS` for each region, None where unknown. Raises BadControl for another name."""

    skin: str | None = None
    hair: str | None = None
    eyes: str | None = None

    def __post_init__(self) -> None:
        for region in fields(self):
            name, known = getattr(self, region.name), COLOURS[region.name]
            if name is not None and name not in known:
                raise BadControl(
                    "There is no %(region)s colour '%(name)s'. Choose one of: %(known)s.",
                    region=region.name,
                    name=name,
                    known=", ".join(known),
                )

    def vector(self) -> npt.NDArray[np.float32]:
        """(VECTOR,) what a generator takes."""
        named = [(region, getattr(self, region)) for region in REGIONS]
        colours = [COLOURS[region][name] if name else (np.nan,) * 3 for region, name in named]
        return encode(np.array(colours, np.float32))


UNKNOWN: Final = Appearance()


def choices(region: str) -> list[dict[str, str]]:
    """The names of a region's colours, each with its sRGB colour as #rrggbb for a swatch."""
    return [{"name": name, "colour": _srgb(colour)} for name, colour in COLOURS[region].items()]


def _srgb(colour: Lab) -> str:
    """CIELAB (D65) to sRGB (IEC 61966-2-1), clipped to what a screen shows."""
    light = (colour[0] + 16) / 116
    steps = np.array([light + colour[1] / 500, light, light - colour[2] / 200])
    xyz = _WHITE * np.where(steps > 6 / 29, steps**3, 3 * (6 / 29) ** 2 * (steps - 4 / 29))
    linear = np.clip(_TO_RGB @ xyz, 0, 1)
    values = np.where(linear > 0.0031308, 1.055 * linear ** (1 / 2.4) - 0.055, 12.92 * linear)
    return "#" + "".join(f"{round(255 * float(value)):02x}" for value in values)


def encode(colours: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """(..., 3 regions, 3) CIELAB, NaN where unknown -> (..., VECTOR)."""
    known = np.isfinite(colours).all(-1, keepdims=True)
    scaled = np.where(known, (np.where(known, colours, 0) - _CENTRE) / _SPREAD, 0)
    return np.concatenate([scaled, known], -1).reshape(*colours.shape[:-2], VECTOR).astype(np.float32)
