"""Tones laid as smudged graphite and as hatching."""

import numpy as np

from imaging.sketcher.anatomy import Head
from imaging.sketcher.curves import MIDDLE, Points
from imaging.sketcher.hand import Hand
from imaging.sketcher.person import Person
from imaging.sketcher.relief import CELLS, ORIGIN, STEP, Map, bump, grid, rise, tones


def shade_face(hand: Hand, person: Person, head: Head) -> None:
    """Model the face: a wash for the skin, smooth tones, then hatching where it is dark."""
    tone = tones(person, head)
    canvas, medium = hand.canvas, hand.medium
    face = canvas.mask(head.face, *head.ears, soft=1.0)
    canvas.lay(face, 0.16 * person.skin * medium.tone)
    gain = 0.62 + 0.35 * person.skin
    smooth_tone = canvas.blurred(canvas.from_face(tone, ORIGIN, STEP), medium.smudge)
    canvas.lay(smooth_tone, medium.tone * gain)
    hatch(hand, tone, amount=medium.hatch * gain, inside_of=face)


def shade_neck(hand: Hand, person: Person, head: Head) -> None:
    """The head's own shadow on the neck, darkest under the jaw."""
    x, y = grid()
    edge = np.interp(x[0], head.contour[:, 0], head.contour[:, 1], left=300.0, right=300.0)[None, :]
    below = np.clip(y - edge, 0.0, None)
    shadow = 0.5 * np.exp(-below / 26.0) * rise(y, 360.0, 400.0) + 0.14 * rise(x, 270.0, 345.0)
    for side in (-1.0, 1.0):
        shadow = shadow + 0.16 * bump(x, y, (MIDDLE + side * (66.0 + 14 * person.male), 455), (13, 60))
    shadow = shadow - 0.10 * bump(x, y, (MIDDLE - 26, 480), (15, 30))
    tone: Map = (np.clip(shadow, 0.0, 1.0)).astype(np.float32)
    neck = hand.canvas.mask(head.neck, soft=1.0)
    smooth_tone = hand.canvas.blurred(hand.canvas.from_face(tone, ORIGIN, STEP), hand.medium.smudge)
    hand.canvas.lay(neck, 0.16 * person.skin * hand.medium.tone)
    hand.canvas.lay(smooth_tone * neck, hand.medium.tone * 0.9)
    hatch(hand, tone, amount=hand.medium.hatch, inside_of=neck)


def hatch(hand: Hand, tone: Map, amount: float, inside_of: Map) -> None:
    """Hatching, denser and darker with ``tone`` (CELLS, CELLS), crossed where it is darkest."""
    if amount <= 0.0:
        return
    for angle, floor, share in ((-0.95, 0.05, 1.0), (-0.55, 0.22, 0.8), (0.75, 0.38, 0.6)):
        _hatch_once(hand, tone, angle, floor, amount * share, inside_of)


def _hatch_once(hand: Hand, tone: Map, angle: float, floor: float, amount: float, inside_of: Map) -> None:
    dice = hand.dice
    many = 15000
    place = dice.uniform(0, CELLS - 1, (many, 2))
    level = tone[place[:, 1].astype(int), place[:, 0].astype(int)]
    chosen = (level > floor) & (dice.random(many) < 0.25 + 1.6 * level)
    place, level = place[chosen], level[chosen]
    strokes = _hatch_strokes(hand, place * STEP + ORIGIN, angle)
    index = np.clip((strokes - ORIGIN) / STEP, 0, CELLS - 1).astype(int)
    along = tone[index[..., 1], index[..., 0]]
    dark = np.clip((along - floor * 0.6) * 1.15, 0.0, 0.8) * amount
    hand.strands(strokes, 1.0, dark, layers=3, inside=inside_of, ends=(0.3, 0.5))


def _hatch_strokes(hand: Hand, middle: Points, angle: float) -> Points:
    """Slightly bowed strokes (m, 7, 2) through their middles."""
    dice, many = hand.dice, len(middle)
    length = dice.uniform(9.0, 24.0, many)[:, None]
    way = (angle + dice.normal(0.0, 0.045, many))[:, None]
    t = np.linspace(-0.5, 0.5, 7)[None, :]
    bow = 0.07 * length * (1.0 - 4.0 * t**2)
    x = middle[:, :1] + length * t * np.cos(way) - bow * np.sin(way)
    y = middle[:, 1:] + length * t * np.sin(way) + bow * np.cos(way)
    return np.stack([x, y], axis=-1)
