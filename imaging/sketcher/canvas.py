"""Graphite on a sheet: strokes, tones and an eraser, in face units, on a supersampled grid.

Face units are the pixels of the 512 x 512 template (eyes at (193, 240) and (319, 240)); a similarity maps
them to the sheet. The sheet holds one value a pixel: 0 is bare paper, 1 is as black as it gets.
"""

from dataclasses import dataclass
from math import cos, radians, sin

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from imaging.sketcher.curves import Points, normals

Tone = NDArray[np.float32]
SUPERSAMPLE = 2
_SHIFT = 4  # OpenCV draws with 1/16 pixel


@dataclass(frozen=True)
class Placement:
    """Where the face lies on its sheet, in pixels of a sheet that is ``size`` wide and high."""

    scale: float = 1.0
    """Relative to the template, whose face fills the sheet."""
    angle: float = 0.0
    """Degrees, clockwise on the screen, about the face's middle."""
    shift: tuple[float, float] = (0.0, 0.0)
    """Share of the sheet's side, to the right and down."""

    def matrix(self, size: int) -> NDArray[np.float64]:
        """The 2 x 3 similarity from face units to pixels."""
        grow = self.scale * size / 512.0
        turn = radians(self.angle)
        linear = grow * np.array([[cos(turn), -sin(turn)], [sin(turn), cos(turn)]])
        middle = np.array([0.5 + self.shift[0], 0.5 + self.shift[1]]) * size
        return np.hstack([linear, (middle - linear @ np.array([256.0, 256.0]))[:, None]])


class Canvas:
    """The sheet while it is being drawn on."""

    def __init__(self, size: int, placement: Placement) -> None:
        self.size = size
        self._side = size * SUPERSAMPLE
        self._matrix = placement.matrix(size) * SUPERSAMPLE
        self.unit = float(np.hypot(*self._matrix[:, 0]))
        """Pixels of the supersampled grid in one face unit."""
        self.ink: Tone = np.zeros((self._side, self._side), np.float32)

    def to_grid(self, points: ArrayLike) -> NDArray[np.float64]:
        """Face units (..., 2) to pixels of the supersampled grid."""
        where = np.asarray(points, dtype=np.float64)
        return where @ self._matrix[:, :2].T + self._matrix[:, 2]

    def to_sheet(self, points: ArrayLike) -> NDArray[np.float64]:
        """Face units (..., 2) to pixels of the finished picture."""
        return self.to_grid(points) / SUPERSAMPLE

    def from_face(self, tone: NDArray[np.floating], origin: float, step: float) -> Tone:
        """A map drawn in face units (``step`` a cell, from ``origin`` on both axes) on the grid."""
        to_face = np.array([[step, 0.0, origin], [0.0, step, origin], [0.0, 0.0, 1.0]])
        forward = np.vstack([self._matrix, [0.0, 0.0, 1.0]]) @ to_face
        warped = cv2.warpAffine(
            tone.astype(np.float32),
            forward[:2],
            (self._side, self._side),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
        )
        return np.asarray(warped, np.float32)

    def mask(self, *polygons: ArrayLike, soft: float = 0.0) -> Tone:
        """Filled polygons as a map 0..1; ``soft`` is the blur at the rim in face units."""
        layer = np.zeros((self._side, self._side), np.uint8)
        for polygon in polygons:
            corners = np.round(self.to_grid(polygon) * (1 << _SHIFT)).astype(np.int32)
            cv2.fillPoly(layer, [corners], 255, cv2.LINE_AA, _SHIFT)
        return self.blurred(layer.astype(np.float32) / 255.0, soft)

    def blurred(self, tone: Tone, sigma: float) -> Tone:
        """Gaussian blur, ``sigma`` in face units."""
        pixels = sigma * self.unit
        return tone if pixels < 0.3 else np.asarray(cv2.GaussianBlur(tone, (0, 0), pixels), np.float32)

    def lay(self, tone: Tone, strength: float = 1.0) -> None:
        """Add graphite: layers darken each other, never beyond black."""
        self.ink = 1.0 - (1.0 - self.ink) * (1.0 - np.clip(tone * strength, 0.0, 1.0))

    def erase(self, where: Tone, strength: float = 1.0) -> None:
        """Take graphite away where the map is 1."""
        self.ink = self.ink * (1.0 - np.clip(where * strength, 0.0, 1.0))

    def stroke(self, curves: Points, width: ArrayLike, alpha: ArrayLike, inside: Tone | None = None) -> None:
        """Lay strokes (m, n, 2) of ``width`` face units and darkness ``alpha``, each (m, n) or broadcastable.

        Within one call the darker stroke wins where two cross; several calls add up. ``inside`` (a map of
        the grid) says where graphite may land.
        """
        many, length = curves.shape[0], curves.shape[1]
        half = np.broadcast_to(np.asarray(width, np.float64), (many, length)) * self.unit / 2.0
        dark = np.broadcast_to(np.asarray(alpha, np.float64), (many, length))
        dark = dark * np.clip(half / 0.5, 0.0, 1.0)  # thinner than a grid pixel: paler instead
        half = np.maximum(half, 0.35)[..., None]
        centre = self.to_grid(curves)
        window = self._window(centre, float(half.max()))
        if window is None:
            return
        rows, columns = window
        offset = normals(centre) * half
        centre = centre - [columns.start, rows.start]
        left = np.round((centre + offset) * (1 << _SHIFT)).astype(np.int32)
        right = np.round((centre - offset) * (1 << _SHIFT)).astype(np.int32)
        quads = np.stack([left[:, :-1], left[:, 1:], right[:, 1:], right[:, :-1]], axis=2).reshape(-1, 4, 2)
        levels = np.clip((dark[:, :-1] + dark[:, 1:]) * 127.5, 0, 255).astype(int).reshape(-1)
        layer = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        for index in np.argsort(levels, kind="stable"):
            if levels[index] > 2:
                cv2.fillConvexPoly(layer, quads[index], int(levels[index]), cv2.LINE_AA, _SHIFT)
        tone = layer.astype(np.float32) / 255.0
        if inside is not None:
            tone *= inside[rows, columns]
        self.ink[rows, columns] = 1.0 - (1.0 - self.ink[rows, columns]) * (1.0 - tone)

    def _window(self, centre: NDArray[np.float64], margin: float) -> tuple[slice, slice] | None:
        """Rows and columns of the grid that strokes can touch; None when they all lie off the sheet."""
        low = np.floor(centre.min(axis=(0, 1)) - margin - 2).astype(int)
        high = np.ceil(centre.max(axis=(0, 1)) + margin + 3).astype(int)
        low, high = np.clip(low, 0, self._side), np.clip(high, 0, self._side)
        if (high <= low).any():
            return None
        return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))
