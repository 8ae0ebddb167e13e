"""Eyebrows, hair by hair."""

import numpy as np

from imaging.sketcher.curves import MIDDLE, Points, smooth
from imaging.sketcher.hand import Hand
from imaging.sketcher.person import Person

_RIDGE = np.array([[25, 5], [38, 0], [58, -4], [78, -3], [95, 3], [105, 10]], np.float64)
_ARCH = np.array([0.0, 0.0, 0.45, 0.75, 0.0, 0.0])


def draw_brows(hand: Hand, person: Person) -> None:
    """Upright at the nose, lying outwards, meeting along the ridge."""
    dice = hand.dice
    thick = 6.6 + 2.6 * person.brow_weight + 1.2 * person.male
    many = int(150 + 60 * person.brow_weight)
    dark = 0.42 + 0.42 * person.hair_dark
    arch = 4.0 + 4.0 * person.brow_arch - 2.0 * person.male
    bent = _RIDGE - np.stack([np.zeros(6), arch * _ARCH], axis=1)
    ridge = smooth(bent + [0.0, 207.0 - 4.0 * person.brow_height], 40)
    for side in (-1.0, 1.0):
        rim = np.vstack([ridge - [0.0, thick * 0.55], (ridge + [0.0, thick * 0.55])[::-1]])
        ground = hand.canvas.mask(rim * [side, 1.0] + [MIDDLE, 0.0], soft=3.4)
        hand.canvas.lay(ground, 0.42 * dark * hand.medium.tone)
        hairs = _hairs(hand, ridge, thick, many) * [side, 1.0] + [MIDDLE, 0.0]
        hand.strands(hairs, dice.uniform(1.0, 1.7, many), dark * dice.uniform(0.6, 1.0, many), layers=3)


def _hairs(hand: Hand, ridge: Points, thick: float, many: int) -> Points:
    """Hairs (many, 7, 2) of the right brow as (distance from the middle line, y)."""
    dice = hand.dice
    at = dice.beta(1.05, 1.15, many)
    root = np.stack([np.interp(at * 39, np.arange(40), ridge[:, axis]) for axis in (0, 1)], axis=1)
    body = np.interp(at, [0, 0.12, 0.45, 0.75, 1.0], [0.75, 1.0, 0.95, 0.6, 0.2])
    across = dice.uniform(-1.0, 1.0, many)
    root[:, 1] += across * thick * body * 0.75
    angle = np.interp(at, [0, 0.15, 0.4, 0.7, 1.0], [-1.15, -0.75, -0.38, 0.05, 0.5])
    angle = angle - 0.42 * across * (at > 0.12) * np.sign(0.2 - across) + dice.normal(0, 0.1, many)
    length = np.interp(at, [0, 0.2, 0.7, 1.0], [10, 15, 13, 8]) * dice.uniform(0.7, 1.15, many)
    t = np.linspace(0, 1, 7)[None, :]
    bend = angle[:, None] + 0.35 * t
    x = root[:, :1] + length[:, None] * t * np.cos(bend)
    y = root[:, 1:] + length[:, None] * t * np.sin(bend)
    return np.stack([x, y], axis=-1)
