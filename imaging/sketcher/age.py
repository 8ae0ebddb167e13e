"""Folds and lines that come with the years."""

from imaging.sketcher.curves import MIDDLE, on_side, smooth
from imaging.sketcher.hand import Hand
from imaging.sketcher.person import Person

_FOLD = ((34, 303), (48, 314), (60, 334), (67, 357), (66, 382))
_MARIONETTE = ((68, 384), (70, 398), (66, 410))
_FROWN = ((10, 196), (9, 206), (11, 214))


def draw_age(hand: Hand, person: Person) -> None:
    """A soft fold from nose to mouth for everybody; the eyes', mouth's and forehead's lines with age."""
    old = person.wrinkles
    for side in (-1, 1):
        fold = on_side(_FOLD, side)
        hand.line(fold, 7.0, 0.05 + 0.07 * old, wobble=1.0, ends=(0.5, 0.6))
        hand.line(fold, 1.6, 0.03 + 0.45 * old, wobble=1.0, ends=(0.3, 0.5))
        if old > 0.2:
            _beside_the_eye(hand, side, old)
            hand.line(on_side(_MARIONETTE, side), 1.5, 0.3 * old, wobble=0.8)
            hand.line(on_side(_FROWN, side), 1.3, 0.45 * old, wobble=0.4)
    if old > 0.3:
        _forehead(hand, old)


def _beside_the_eye(hand: Hand, side: int, old: float) -> None:
    for dy in (-6.0, 0.0, 7.0):
        line = on_side([(97, 244 + dy), (107, 242 + 1.9 * dy), (114, 243 + 2.8 * dy)], side)
        hand.line(line, 1.1, 0.4 * old, repeats=1, wobble=0.5)


def _forehead(hand: Hand, old: float) -> None:
    for y in (128, 146, 164):
        half = 66.0 + float(hand.dice.uniform(-12, 10))
        line = [(-half, y + 4), (-half * 0.4, y), (0, y + 2), (half * 0.4, y - 1), (half, y + 4)]
        hand.line(smooth([(MIDDLE + x, at) for x, at in line]), 1.3, 0.34 * old, wobble=1.6, ends=(0.4, 0.4))
