"""Hair that falls past the ears."""

from dataclasses import replace

import numpy as np

from imaging.sketcher.curves import MIDDLE, Points, smooth
from imaging.sketcher.hair_short import fringe_of, tousled
from imaging.sketcher.hairplan import HairPlan, both, cap, half, on_both_sides
from imaging.sketcher.person import Person


def _parted(person: Person, wide: float, outer: Points, inner: Points, back: Points, low: float) -> HairPlan:
    """Hair that falls to both sides of a parting, down to ``low``; only its strokes are left to state."""
    shift = 34.0 * person.parting

    def lean(points: Points) -> Points:
        """The parting stands aside; what it moves fades towards the ears."""
        moved = points.copy()
        moved[:, 0] += shift * np.clip((170.0 - points[:, 1]) / 120.0, 0.0, 1.0)
        return moved

    region = np.vstack([smooth(both(outer, wide), 140), lean(smooth(both(inner, wide), 140))[::-1]])
    guides = on_both_sides(
        wide,
        [(2, 82), (34, 92), (78, 128), (108, 184), (122, 250), (120, 320), (122, low)],
        [(2, 60), (50, 66), (100, 112), (134, 190), (144, 270), (142, 340), (142, low)],
        [(2, 36), (60, 38), (118, 82), (152, 168), (162, 260), (162, 340), (162, low)],
        [(2, 8), (64, 12), (124, 52), (162, 140), (176, 240), (180, 330), (180, low)],
    )
    parting = lean(smooth([(MIDDLE, 86), (MIDDLE, 50), (MIDDLE, 6)], 20))
    return HairPlan(
        [region], [lean(guide) for guide in guides], (70, 160), back=[back], springs=parting, parting=parting
    )


def bob(person: Person, wide: float) -> HairPlan:
    """Straight, cut at the jaw."""
    outer = half((0, 60, 114, 150, 168, 176, 180, 178, 168, 150), (-4, 4, 34, 86, 150, 220, 300, 360, 398, 412))
    inner = half((0, 34, 72, 99, 113, 118, 117, 114, 118, 150), (82, 92, 118, 158, 206, 256, 310, 360, 396, 412))
    behind = half((0, 120, 165, 168, 140), (60, 80, 200, 380, 408))
    neck = half((0, 60, 90, 110, 140), (100, 300, 392, 404, 408))
    plan = _parted(person, wide, outer, inner, cap(behind, neck, wide), 400)
    return replace(plan, curl=0.2, lock=9.0)


def long(person: Person, wide: float) -> HairPlan:
    """Straight, over the shoulders."""
    outer = half((0, 58, 112, 146, 163, 172, 178, 186, 190, 188), (-2, 5, 36, 88, 150, 230, 320, 420, 520, 640))
    inner = half((0, 32, 70, 98, 113, 119, 116, 108, 106, 110), (84, 94, 120, 160, 210, 262, 320, 390, 480, 640))
    behind = half((0, 120, 160, 176, 180), (60, 80, 200, 400, 640))
    neck = half((0, 60, 76, 80, 84), (100, 300, 400, 500, 640))
    plan = _parted(person, wide, outer, inner, cap(behind, neck, wide), 660)
    return replace(plan, length=(90, 220), curl=0.2, lock=10.0)


def wavy(person: Person, wide: float) -> HairPlan:
    """Waves: long, or short where the proportions are male."""
    if person.male > 0.5:
        return tousled(person, wide)
    plan = long(person, wide)
    rim = plan.front[0].copy()
    swing = 7.0 * np.sin(rim[:, 1] / 27.0) * np.clip((rim[:, 1] - 120.0) / 120.0, 0.0, 1.0)
    rim[:, 0] += swing * np.sign(rim[:, 0] - MIDDLE)
    return replace(plan, front=[rim], length=(80, 170), curl=0.4, waves=8.0, lock=11.0)


def fringe(person: Person, wide: float) -> HairPlan:
    """Straight hair, long or cut at the jaw, with a fringe down to the brows."""
    plan = long(person, wide) if person.face_width > 0 else bob(person, wide)
    outline, guides, crown = fringe_of(wide, 188.0)
    return replace(
        plan,
        front=[*plan.front, outline],
        guides=[*plan.guides, *guides],
        length=(60, 130),
        lock=8.0,
        springs=crown,
        parting=None,
    )
