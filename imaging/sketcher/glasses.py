"""Spectacles."""

import numpy as np

from imaging.sketcher.anatomy import LEFT_EYE, RIGHT_EYE, Head
from imaging.sketcher.curves import MIDDLE, smooth
from imaging.sketcher.hand import Hand
from imaging.sketcher.person import Person

_RIM = ((-40, -20), (0, -25), (40, -21), (46, 2), (36, 25), (2, 31), (-32, 24), (-42, 2))
_BRIDGE = ((233, 238), (245, 231), (267, 231), (279, 238))


def draw_glasses(hand: Hand, person: Person, head: Head) -> None:
    """A thin frame with two rims, a bridge and the beginnings of the arms; nothing for who wears none."""
    if not person.glasses:
        return
    for centre, side in ((LEFT_EYE, -1.0), (RIGHT_EYE, 1.0)):
        rim = smooth(np.array(_RIM) * [side, 1.0] + centre + [side * 2.0, 4.0], 80, closed=True)
        hand.line(np.vstack([rim, rim[:3]]), 3.0, 0.82, wobble=0.3, ends=(0.0, 0.0))
        arm = [(MIDDLE + side * 110, 236), (MIDDLE + side * (head.half_width + 4), 232)]
        hand.line(arm, 3.0, 0.75, wobble=0.2)
    hand.line(smooth(_BRIDGE, 24), 2.8, 0.82, wobble=0.2, ends=(0.0, 0.0))
