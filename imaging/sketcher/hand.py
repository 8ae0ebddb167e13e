"""The drawing hand: lines that wobble, land and lift, and strands laid in layers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from imaging.sketcher.canvas import Canvas, Tone
from imaging.sketcher.curves import Points, normals, resample, taper


@dataclass(frozen=True)
class Medium:
    """What is drawn with, and how it takes to paper."""

    ink: tuple[int, int, int]
    paper: tuple[int, int, int]
    line: float
    """Darkness of contours; 1 is the sitter's own."""
    width: float
    """Of every stroke, relative to a sharp pencil."""
    tone: float
    """How much smooth graphite models the form."""
    hatch: float
    """How much hatching does."""
    smudge: float
    """Blur of the shading in face units, as by a finger."""
    grain: float
    """How much the paper's tooth shows, 0..1."""


class Hand:
    """Draws on a canvas in one medium; every wobble comes from one generator."""

    def __init__(self, canvas: Canvas, medium: Medium, dice: np.random.Generator) -> None:
        self.canvas = canvas
        self.medium = medium
        self.dice = dice

    def wobble(self, many: int, count: int, size: float) -> NDArray[np.float64]:
        """Slow sideways drift (many, count) of about ``size`` face units."""
        t = np.linspace(0.0, 1.0, count)[None, :]
        drift = np.zeros((many, count))
        for wave in (0.7, 1.6, 3.1):
            phase = self.dice.uniform(0, 2 * np.pi, (many, 1))
            drift += self.dice.normal(0, 1.0 / wave, (many, 1)) * np.sin(2 * np.pi * wave * t + phase)
        return drift * size * 0.6

    def line(
        self,
        curve: ArrayLike,
        width: float = 1.6,
        dark: float = 0.7,
        *,
        repeats: int = 2,
        wobble: float = 0.5,
        pressure: ArrayLike | None = None,
        ends: tuple[float, float] = (0.15, 0.15),
    ) -> None:
        """A contour searched with ``repeats`` strokes; ``pressure`` (any length) scales it along its way."""
        path = np.asarray(curve, np.float64)
        count = max(16, min(90, len(path)))
        path = resample(path, count)
        press = np.ones(count)
        if pressure is not None:
            given = np.asarray(pressure, np.float64)
            press = np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(given)), given)
        press = press * taper(count, *ends)
        paths = np.repeat(path[None], repeats, axis=0)
        paths = paths + normals(paths) * self.wobble(repeats, count, wobble)[..., None]
        strength = dark * self.medium.line
        for index, one in enumerate(paths):
            share = 1.0 if index == 0 else 0.55
            thick = width * self.medium.width * (0.45 + 0.55 * press) * (1.0 if index == 0 else 0.7)
            self.canvas.stroke(one[None], thick[None], (press * strength * share)[None])

    def strands(
        self,
        curves: Points,
        width: ArrayLike,
        dark: ArrayLike,
        *,
        layers: int = 3,
        inside: Tone | None = None,
        ends: tuple[float, float] = (0.1, 0.5),
    ) -> None:
        """Many strokes (m, n, 2) dealt into ``layers`` that darken each other; kept where ``inside`` is 1.

        ``width`` and ``dark`` are (m,), (m, 1), (m, n) or plain numbers.
        """
        many, count = curves.shape[:2]
        if many == 0:
            return
        profile = taper(count, *ends)
        wide = _spread(width, many) * profile * self.medium.width
        deep = np.clip(_spread(dark, many) * (0.35 + 0.65 * profile) * self.medium.line, 0.0, 1.0)
        dealt = self.dice.permutation(many) % layers
        for layer in range(layers):
            chosen = dealt == layer
            if chosen.any():
                self.canvas.stroke(curves[chosen], wide[chosen], deep[chosen], inside)


def _spread(value: ArrayLike, many: int) -> NDArray[np.float64]:
    given = np.asarray(value, np.float64)
    if given.ndim == 1:
        given = given[:, None]
    return np.broadcast_to(given, (many, given.shape[-1] if given.ndim else 1))
