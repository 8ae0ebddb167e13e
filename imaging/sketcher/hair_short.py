"""Hair that ends above the ears, or is tied up."""

import numpy as np

from imaging.sketcher.curves import MIDDLE, Points, smooth
from imaging.sketcher.hairplan import HAIRLINE, SHORT, HairPlan, across, cap, half, temples
from imaging.sketcher.person import Person


def _side_of(person: Person) -> int:
    return 1 if person.parting > 0 else -1


def _swept(person: Person, wide: float) -> list[Points]:
    """Guides up from the forehead and over to one side."""
    side, guides = _side_of(person), temples(wide)
    lifts = (
        (-96, 26, -22),
        (-66, 40, -12),
        (-40, 52, 16),
        (-8, 58, 44),
        (30, 56, 60),
        (66, 48, 58),
        (96, 34, 40),
    )
    for x, up, over in lifts:
        base = 98 + 0.0024 * x * x
        start, lifted = (x, base), (x + 0.25 * over, base - 0.6 * up)
        fallen = [(x + over, base - up), (x + 1.7 * over, base - 0.9 * up)]
        guides.append(across([start, lifted, *fallen], wide, side))
    for x in (-60, 0, 60):
        drop = 0.004 * x * x
        guides.append(across([(x - 50, 34 + drop), (x, 16 + drop), (x + 50, 26 + 1.5 * drop)], 1.0, side))
    return guides


def short(person: Person, wide: float) -> HairPlan:
    """Combed up from the forehead and over to one side, cut close above the ears."""
    return HairPlan([cap(SHORT, HAIRLINE, wide)], _swept(person, wide), (30, 62), curl=0.5, lock=5.0)


def tousled(person: Person, wide: float) -> HairPlan:
    """Short, fuller and wavy."""
    outer = SHORT * [1.05, 1.0] - np.stack([0 * SHORT[:, 0], np.where(SHORT[:, 0] < 114, 10.0, 0.0)], axis=1)
    return HairPlan([cap(outer, HAIRLINE, wide)], _swept(person, wide), (36, 80), curl=2.0, waves=2.5, lock=7.0)


def side(person: Person, wide: float) -> HairPlan:
    """Parted on one side and combed flat over the head."""
    away, root = -_side_of(person), 62.0
    guides = temples(wide)
    for curve in (
        [(-root, 4), (0, -10), (70, 12), (122, 66), (146, 130)],
        [(-root, 24), (6, 12), (70, 34), (116, 84), (138, 150)],
        [(-root, 52), (0, 38), (58, 54), (100, 96), (124, 150)],
        [(-root, 92), (-20, 70), (40, 78), (84, 104), (112, 150)],
        [(-root - 4, 92), (-90, 96), (-112, 130), (-126, 190)],
        [(-root - 4, 30), (-104, 54), (-132, 100), (-146, 170)],
    ):
        guides.append(across(curve, wide, away))
    outer = SHORT - np.stack([0 * SHORT[:, 0], np.where(SHORT[:, 0] < 110, 8.0, 3.0)], axis=1)
    parting = across([(-root, 93), (-root + 3, 60), (-root + 8, 26)], wide, away)
    return HairPlan([cap(outer, HAIRLINE, wide)], guides, (46, 110), curl=0.25, lock=6.0, parting=parting)


def buzz(_person: Person, wide: float) -> HairPlan:
    """Clipped to a few millimetres."""
    outer = half((0, 56, 104, 128, 139, 141, 139, 136, 131), (17, 24, 50, 90, 136, 180, 214, 236, 254))
    guides = temples(wide)
    guides += [across([(x, 100), (x * 1.04, 70), (x * 1.1, 30)], 1.0) for x in (-100, -50, 0, 50, 100)]
    region = cap(outer, HAIRLINE, wide)
    return HairPlan([region], guides, (5, 12), curl=1.0, lock=2.5, density=1.1, dark=0.75)


def receding(person: Person, wide: float) -> HairPlan:
    """A high forehead, thin hair combed over the crown, full hair at the sides."""
    high = 16.0 * person.wrinkles
    inner = half(
        (0, 26, 52, 78, 96, 108, 117, 122, 125),
        (70 - high, 66 - high, 62 - high, 74 - high, 104, 140, 180, 222, 252),
    )
    outer = half((0, 52, 100, 130, 146, 151, 148, 142, 133), (14, 20, 42, 78, 124, 168, 208, 240, 262))
    guides = temples(wide)
    for low in (0.0, 22.0, 44.0):
        over = [(-98, 70 + low), (-50, 32 + low), (10, 18 + low), (66, 34 + low), (112, 78 + low)]
        guides.append(across(over, wide, _side_of(person)))
    region = cap(outer, inner, wide)
    return HairPlan([region], guides, (20, 50), curl=0.5, lock=3.5, density=0.55, dark=0.85)


def curly(person: Person, wide: float) -> HairPlan:
    """Ringlets all round; the longer, the less male the proportions."""
    big = 1.0 - person.male
    xs = np.array([0, 60, 112, 150, 168, 172, 164, 148, 130]) + big * np.array([0, 0, 0, 8, 14, 18, 24, 30, 14])
    ys = np.array([-14, -8, 18, 66, 124, 184, 236, 262, 268]) + big * np.array([-14, -12, -8, 0, 0, 0, 20, 60, 70])
    guides = temples(wide)
    guides += [across([(x, 96), (x * 1.15, 40), (x * 1.4, -10)], 1.0) for x in (-110, -60, 0, 60, 110)]
    return HairPlan([cap(half(xs, ys), HAIRLINE - [0.0, 4.0], wide)], guides, (26, 52), curl=11.0, lock=6.0)


def bun(_person: Person, wide: float) -> HairPlan:
    """Drawn tight to the crown and knotted there."""
    outer = half((0, 54, 102, 130, 143, 146, 144, 139, 130), (6, 12, 38, 80, 126, 170, 204, 226, 240))
    guides = []
    for x in (-122, -112, -84, -44, 0, 44, 84, 112, 122):
        base = 92 + 0.0095 * x * x
        guides.append(across([(x, base), (x * 0.92, base * 0.55), (x * 0.35, 2)], 1.0))
    knot = _ellipse(1.0, np.linspace(0, 2 * np.pi, 40, endpoint=False))
    guides += [_ellipse(radius, np.linspace(np.pi * 0.95, np.pi * 2.1, 24)) for radius in (0.5, 0.9)]
    region = cap(outer, HAIRLINE, wide)
    return HairPlan([region, knot], guides, (40, 90), curl=0.2, lock=4.0, density=1.2)


def _ellipse(radius: float, turn: Points) -> Points:
    """Points of the bun; ``turn`` (n,) in radians."""
    return np.stack([MIDDLE + 52 * radius * np.cos(turn), -22 + 40 * radius * np.sin(turn)], axis=1)


def fringe_of(wide: float, low: float) -> tuple[Points, list[Points], Points]:
    """Hair over the forehead down to ``low``: outline, guides and the line it springs from."""
    xs = (0, 60, 104, 122, 124, 116, 84, 40, 0, -40, -84, -116, -124, -122, -104, -60)
    lower = (170, low + 8, low + 4, low, low - 2, low, low + 4, low + 8, 170)
    ys = (30, 34, 66, 120, *lower, 120, 66, 34)
    outline = smooth(half(xs, ys) * [wide, 1.0] + [MIDDLE, 0.0], 160, closed=True)
    fan = (-104, -60, -20, 20, 60, 104)
    guides = [across([(x * 0.7, 40), (x * 0.92, 110), (x, low + 4)], 1.0) for x in fan]
    return outline, guides, across([(-44, 48), (-12, 20), (12, 20), (44, 48)], 1.0)
