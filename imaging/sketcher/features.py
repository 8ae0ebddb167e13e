"""The contour of the face, ears and nose."""

import numpy as np

from imaging.sketcher.anatomy import Head
from imaging.sketcher.curves import MIDDLE, on_side, part_of, smooth
from imaging.sketcher.hand import Hand
from imaging.sketcher.person import Person

_SIDES = (-1, 1)
_EAR_FOLD = np.array([[2, 232], [9, 224], [14, 232], [13, 250], [8, 262], [6, 275], [0, 283]], np.float64)
_EAR_BOWL = np.array([[4, 246], [8, 252], [5, 262], [1, 268], [4, 274]], np.float64)


def draw_contour(hand: Hand, head: Head) -> None:
    """Jaw and cheeks, heavier on the side away from the light and under the chin."""
    press = [0.2, 0.5, 0.55, 0.6, 0.7, 0.95, 1.0, 0.95, 0.9, 0.85, 0.8, 0.6, 0.2]
    hand.line(head.contour, 1.7, 0.5, repeats=4, wobble=1.5, pressure=press, ends=(0.1, 0.1))
    for start, end in ((0.14, 0.42), (0.36, 0.64), (0.55, 0.86)):
        hand.line(part_of(head.contour, start, end), 1.8, 0.34, wobble=1.4, ends=(0.35, 0.35))


def draw_ears(hand: Hand, head: Head) -> None:
    """Rim, inner fold and bowl of both ears."""
    canvas, tone = hand.canvas, max(hand.medium.tone, 0.3)
    for side, outline in zip(_SIDES, head.ears, strict=True):
        hand.line(part_of(outline, 0.02, 0.92), 1.9, 0.62, wobble=0.6, pressure=[0.5, 1, 0.8, 1, 1, 0.5])
        fold = on_side(_EAR_FOLD + [head.half_width, 0], side)
        hand.line(fold, 1.5, 0.5, wobble=0.5)
        hand.line(on_side(_EAR_BOWL + [head.half_width, 0], side), 2.2, 0.5, wobble=0.4)
        canvas.lay(canvas.mask(fold + [-side, 2], soft=2.5), 0.34 * tone)
        rim = canvas.mask(outline) * (1.0 - canvas.mask(outline + [-2.0 * side, 0.0], soft=4.0))
        canvas.lay(rim, 0.3 * tone)


def draw_nose(hand: Hand, person: Person) -> None:
    """Nostrils, wings and the shadow of the bridge; the tip is left to the light."""
    wide = np.array([1.0 + 0.22 * person.nose_width + 0.06 * person.male, 1.0])
    tip = 312.0 + 4.0 * person.nose_length
    for side in _SIDES:
        _half_nose(hand, side, wide, tip)
    under = np.array([[-10, 14.5], [-5, 17.5], [0, 18.3], [5, 17.5], [10, 14.5]], np.float64)
    lower = smooth(under * wide + [MIDDLE, tip], 30)
    hand.line(lower, 1.7, 0.4, wobble=0.4, pressure=[0.3, 0.8, 1, 0.8, 0.3])


def _half_nose(hand: Hand, side: int, wide: np.ndarray[tuple[int], np.dtype[np.float64]], tip: float) -> None:
    heavy = 1.0 if side > 0 else 0.8  # the light comes from the viewer's left
    wing = np.array([[29, -10], [32.5, -3], [32.5, 5], [28, 11.5], [22, 11]], np.float64)
    press = [0.0, 0.5, 1.0, 1.0, 0.6]
    hand.line(
        on_side(wing * wide + [0, tip], side),
        1.9,
        0.62 * heavy,
        wobble=0.4,
        pressure=press,
        ends=(0.35, 0.15),
    )
    hole = np.array([[9, 11], [14, 7.5], [20, 7.8], [24, 11.5], [19, 12.5], [13, 13.5]], np.float64)
    hand.canvas.lay(hand.canvas.mask(on_side(hole * wide + [0, tip], side, closed=True), soft=1.0), 0.82)
    ball = np.array([[11, -9], [15, -2], [14, 5], [10, 9]], np.float64)
    hand.line(on_side(ball * wide + [0, tip], side), 1.3, 0.16 * heavy, wobble=0.8)
    bridge = on_side([(20.0, 218.0), (15.0, 232.0), (13.0, 256.0), (15.0, 282.0), (20.0, tip - 16.0)], side)
    fade = [1.0, 0.7, 0.3, 0.3, 0.5]
    hand.line(bridge, 1.6, 0.24 if side > 0 else 0.12, repeats=3, wobble=1.4, pressure=fade)
