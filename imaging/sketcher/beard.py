"""Beards, from stubble to full."""

import cv2
import numpy as np

from imaging.sketcher.anatomy import Head
from imaging.sketcher.curves import MIDDLE, Points, mirrored, on_side
from imaging.sketcher.hair import at_cells, field_of, random_roots, region_map, softened, trace
from imaging.sketcher.hairplan import HairPlan
from imaging.sketcher.hand import Hand
from imaging.sketcher.person import Person
from imaging.sketcher.relief import ORIGIN, STEP, Map

_LENGTH = {"stubble": 5.0, "moustache": 13.0, "goatee": 14.0, "full": 17.0}
_UNDER_NOSE = ((18, 357), (0, 360))
_GROWTH = (
    ((3, 344), (24, 352), (50, 372)),
    ((4, 402), (5, 420), (3, 446)),
    ((40, 390), (42, 420), (30, 444)),
    ((118, 270), (112, 330), (92, 400)),
    ((80, 350), (80, 390), (64, 425)),
)


def draw_beard(hand: Hand, person: Person, head: Head) -> None:
    """Short hairs that run outwards over the lip and down along the jaw; nothing for who has none."""
    if person.beard == "none":
        return
    stubble = person.beard == "stubble"
    region = beard_region(person, head)
    guides = [on_side(curve, side, 20) for side in (-1, 1) for curve in _GROWTH]
    length = _LENGTH[person.beard]
    plan = HairPlan([], guides, (length * 0.6, length * 1.2), curl=1.5)
    many = int(float(region.sum()) * STEP * STEP / (8.0 if stubble else 5.5))
    roots = random_roots(hand, region, many)
    strokes = trace(hand, roots, field_of(guides), hand.dice.uniform(*plan.length, len(roots)), plan, 6)
    dark = (0.2 if stubble else 0.30 + 0.38 * person.hair_dark) * hand.dice.uniform(0.6, 1.1, len(roots))
    dark *= 0.35 + 0.65 * at_cells(softened(region, 4.0), roots)
    ground = hand.canvas.blurred(hand.canvas.from_face(region, ORIGIN, STEP), 5.0)
    hand.canvas.lay(ground, (0.1 if stubble else 0.3 * person.hair_dark + 0.1) * max(hand.medium.tone, 0.2))
    hand.strands(strokes, 1.1, dark, layers=3, ends=(0.05, 0.4))


def beard_region(person: Person, head: Head) -> Map:
    """Where the beard grows: its outline, but no further than the face (a full one a little further)."""
    reach = 7 if person.beard == "full" else 1
    room = cv2.dilate(region_map([head.face]), np.ones((reach, reach), np.uint8))
    outline = np.array(_half(person, head), np.float64) + [MIDDLE, 0.0]
    return np.asarray(region_map([mirrored(outline, side) for side in (-1, 1)]) * room, np.float32)


def _half(person: Person, head: Head) -> Points:
    """Right half of the outline as (distance from the middle line, y); mouth and nose stay free."""
    if person.beard == "moustache":
        lip = [(0, 345), (20, 342), (42, 350), (58, 366), (62, 376), (50, 371), (36, 364), *_UNDER_NOSE]
        return np.array(lip, np.float64)
    if person.beard == "goatee":
        low = head.chin + 2.0
        above = [(0, 344), (22, 342), (44, 351), (57, 370), (55, 396), (44, low - 12), (22, low + 2)]
        below = [(0, low + 4), (0, 406), (22, 403), (44, 384), (50, 374), (38, 365), *_UNDER_NOSE]
        return np.array(above + below, np.float64)
    low = head.chin + (10.0 if person.beard == "full" else 2.0)
    edge = head.half_width
    cheek = [(0, 343), (26, 343), (50, 354), (70, 366), (96, 338), (edge - 16, 290), (edge - 9, 258)]
    jaw = [(edge - 2, 262), (edge - 8, 310), (edge - 20, 360), (edge - 42, low - 36), (edge - 80, low - 6)]
    chin = [(26, low + 4), (0, low + 5), (0, 402), (24, 399), (46, 381), (42, 366), *_UNDER_NOSE]
    return np.array(cheek + jaw + chin, np.float64)
