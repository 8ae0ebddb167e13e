"""The mouth: the upper lip in shadow, the lower one catching light, the line between darkest."""

from dataclasses import dataclass

import numpy as np

from imaging.sketcher.canvas import Tone
from imaging.sketcher.curves import MIDDLE, Points, mirrored, part_of, smooth
from imaging.sketcher.hand import Hand
from imaging.sketcher.person import Person

_Y = 371.0


@dataclass(frozen=True)
class Lips:
    line: Points
    """Between the lips; all three run from the left to the right corner, 80 points each."""
    top: Points
    bottom: Points
    full: float


def lips_of(person: Person) -> Lips:
    half = 56.0 + 4.0 * person.mouth_width
    up = -3.0 * person.smile
    full = 1.0 + 0.32 * person.lips - 0.18 * person.male - 0.18 * person.wrinkles
    line = np.array([[0, 2.0], [8, 0.5], [20, 1.8], [36, 1.4], [50, 0.6 + 0.6 * up], [56, up]], np.float64)
    bow = np.array([[0, -10.5], [9, -14.0], [20, -11.8], [38, -6.0], [half - 3, -0.8]], np.float64)
    belly = np.array([[0, 21.5], [15, 20.8], [30, 15.8], [44, 7.6], [half - 4, 1.0]], np.float64)
    return Lips(
        line=_symmetric(line * [half / 56.0, 1.0]),
        top=_symmetric(bow * [1.0, full]),
        bottom=_symmetric(belly * [1.0, full]),
        full=full,
    )


def _symmetric(half: Points) -> Points:
    """A curve from left to right through a right half (distance from the middle, below the mouth line)."""
    right = half + [MIDDLE, _Y]
    return smooth(np.vstack([mirrored(right[::-1], -1), right[1:]]), 80)


def draw_mouth(hand: Hand, person: Person) -> None:
    """Tones of both lips, their creases, then the lines."""
    lips = lips_of(person)
    _tones(hand, person, lips)
    press = [1.0, 0.75, 0.7, 0.9, 1.0, 0.85, 1.0, 0.9, 0.7, 0.75, 1.0]
    hand.line(lips.line, 2.5, 0.86, wobble=0.35, pressure=press, ends=(0.06, 0.06))
    hand.line(part_of(lips.top, 0.12, 0.88), 1.4, 0.36, pressure=[0.4, 0.8, 1, 0.8, 1, 0.8, 0.4])
    hand.line(part_of(lips.bottom, 0.2, 0.8), 1.8, 0.42, wobble=0.6)
    for corner, side in ((lips.line[0], -1.0), (lips.line[-1], 1.0)):
        dot = smooth([(-4, -1), (1, -1.6), (3.5, 1), (1, 2.4), (-3, 1.2)], 16, closed=True)
        hand.canvas.lay(hand.canvas.mask(dot * [side, 1.0] + corner, soft=1.0), 0.5)
    groove = smooth([(243, 402), (256, 405), (270, 402)], 24) + [0.0, 2.0 * lips.full]
    hand.line(groove, 2.2, 0.2, repeats=3, wobble=1.0)
    for side in (-1.0, 1.0):
        x = MIDDLE + 5.5 * side
        hand.line([(x, 337), (x + 0.8 * side, 346), (x, 355)], 1.4, 0.12)


def _tones(hand: Hand, person: Person, lips: Lips) -> None:
    canvas, tone = hand.canvas, max(hand.medium.tone, 0.35)
    upper = canvas.mask(np.vstack([lips.top, lips.line[::-1]]), soft=0.8)
    lower = canvas.mask(np.vstack([lips.line, lips.bottom[::-1]]), soft=1.2)
    colour = 0.19 + 0.13 * (1.0 - person.male) + 0.08 * person.skin
    canvas.lay(upper, (colour + 0.14) * tone)
    canvas.lay(lower, colour * tone)
    _creases(hand, lips.line, lips.top, upper, 0.3)
    _creases(hand, lips.line, lips.bottom, lower, 0.22)
    glow = smooth([(234, 381), (248, 385), (264, 385), (278, 381), (262, 379), (250, 379)], 40, closed=True)
    canvas.erase(canvas.mask(glow, soft=2.6), 0.5)
    below = smooth([(228, 398), (256, 402), (284, 398), (272, 408), (240, 408)], 40, closed=True)
    canvas.lay(canvas.mask(below + [0.0, 2.0 * lips.full], soft=4.0), 0.26 * tone)


def _creases(hand: Hand, line: Points, rim: Points, inside: Tone, dark: float) -> None:
    """Fine strokes from the line to a lip's rim, fanning out."""
    many = 90
    at = hand.dice.uniform(0.04, 0.96, many)
    start = np.stack([np.interp(at * 79, np.arange(80), line[:, axis]) for axis in (0, 1)], axis=1)
    end = np.stack([start[:, 0], np.interp(start[:, 0], rim[:, 0], rim[:, 1])], axis=1)
    t = np.linspace(0.0, 0.9, 6)[None, :, None]
    strokes = start[:, None] + (end - start)[:, None] * t
    strokes[..., 0] += (start[:, :1] - MIDDLE) * 0.05 * np.sin(np.pi * t[..., 0])
    hand.strands(strokes, 1.2, dark * hand.dice.uniform(0.4, 1.0, many), layers=2, inside=inside)
