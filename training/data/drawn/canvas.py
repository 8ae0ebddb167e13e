"""A picture in colour and its parsing mask, painted together in face units: 512 px of the template."""

import cv2
import numpy as np
import numpy.typing as npt

from imaging.sketcher.curves import Points
from imaging.sketcher.relief import ORIGIN, STEP
from training.data.drawn.people import Colour
from training.data.files import PARTS

SIDE = 512
Map = npt.NDArray[np.float32]
_SHIFT = 4  # OpenCV draws with 1/16 pixel


class ColourCanvas:
    """Later layers lie over earlier ones, in the picture and in the mask."""

    def __init__(self, wall: Colour) -> None:
        self.picture: Map = np.full((SIDE, SIDE, 3), wall, np.float32)
        self.mask: npt.NDArray[np.uint8] = np.zeros((SIDE, SIDE), np.uint8)

    def shape(self, *outlines: Points, soft: float = 0.0) -> Map:
        """1 inside the closed outlines; `soft` px of blur at the rim."""
        layer = np.zeros((SIDE, SIDE), np.uint8)
        for outline in outlines:
            corners = np.round(np.asarray(outline) * (1 << _SHIFT)).astype(np.int32)
            cv2.fillPoly(layer, [corners], 255, cv2.LINE_AA, _SHIFT)
        filled = layer.astype(np.float32) / 255
        return np.asarray(cv2.GaussianBlur(filled, (0, 0), soft) if soft else filled, np.float32)

    def lay(self, where: Map, colour: Colour | Map, part: str | None = None) -> None:
        """Colour (3,) or (512, 512, 3) over the picture; what is covered more than half becomes the part."""
        x, y, width, height = cv2.boundingRect((where > 0.002).astype(np.uint8))
        window = np.s_[y : y + height, x : x + width]
        alpha = where[window][..., None]
        paint = np.broadcast_to(np.asarray(colour, np.float32), self.picture.shape)[window]
        self.picture[window] = self.picture[window] * (1 - alpha) + paint * alpha
        if part is not None:
            self.mask[window][where[window] > 0.5] = PARTS.index(part) + 1

    def line(self, curve: Points, width: float, colour: Colour, strength: float = 1.0) -> None:
        """An open curve; the mask stays."""
        layer = np.zeros((SIDE, SIDE), np.uint8)
        points = np.round(np.asarray(curve) * (1 << _SHIFT)).astype(np.int32)
        cv2.polylines(layer, [points], False, 255, max(1, round(width)), cv2.LINE_AA, _SHIFT)
        where = cv2.GaussianBlur(layer, (0, 0), 0.6).astype(np.float32) * (strength / 255)
        self.lay(np.asarray(where, np.float32), colour)


def from_relief(tone: Map) -> Map:
    """A map of the sketcher's relief on the canvas."""
    placing = np.array([[STEP, 0, ORIGIN], [0, STEP, ORIGIN]])
    return np.asarray(cv2.warpAffine(tone, placing, (SIDE, SIDE), flags=cv2.INTER_LINEAR), np.float32)


def times(colour: Colour, shade: Map) -> Map:
    """(512, 512, 3): the colour under light; red fades least in the shadow, as on skin."""
    fade = np.array([0.85, 1.0, 1.08], np.float32)
    return np.asarray(np.array(colour, np.float32) * np.clip(shade, 0, 2)[..., None] ** fade, np.float32)
