"""Neck, and what the person wears, as far as a portrait shows it."""

import numpy as np

from imaging.sketcher.anatomy import Head, neck_width
from imaging.sketcher.curves import MIDDLE, Points, mirrored, on_side, part_of
from imaging.sketcher.hand import Hand
from imaging.sketcher.person import Person
from imaging.sketcher.relief import Map, bump, grid
from imaging.sketcher.shading import hatch

_SIDES = (-1, 1)


def draw_neck(hand: Hand, person: Person) -> None:
    """Sides of the neck, the two cords that meet in its pit, and the collarbones."""
    wide = neck_width(person)
    edge = ((wide + 2, 404), (wide, 424), (wide + 3, 448), (wide + 22, 474), (wide + 50, 488))
    cord = ((wide - 12, 424), (wide * 0.55, 470), (15, 512))
    bone = ((13, 518), (50, 514), (100, 506))
    for side in _SIDES:
        hand.line(on_side(edge, side), 2.0, 0.62, wobble=0.8, pressure=[0.3, 1, 0.9, 0.9, 0.4])
        hand.line(on_side(cord, side), 1.7, 0.22, repeats=3, wobble=1.8, ends=(0.5, 0.3))
        hand.line(on_side(bone, side), 1.7, 0.22, wobble=1.2, ends=(0.2, 0.6))


def draw_garment(hand: Hand, person: Person, head: Head) -> None:
    """Cloth over the shoulders with its collar; the neck must have been drawn before."""
    wide = neck_width(person)
    opening = _opening(person, wide)
    cloth = _cloth(head, opening)
    inside = hand.canvas.mask(cloth, soft=0.4)
    hand.canvas.erase(inside)
    dark = 0.04 + 0.5 * ((person.age * 7.3) % 1.0) ** 1.5  # as good as random, and the person's own
    hand.canvas.lay(inside, dark * hand.medium.tone)
    hatch(hand, _folds(hand, dark), amount=hand.medium.hatch * 1.1, inside_of=inside)
    shoulder = part_of(head.neck, 0.05, 0.46, 60)
    shoulder = shoulder[shoulder[:, 1] > opening[-1, 1] - 4]
    for side in _SIDES:
        hand.line(mirrored(shoulder, side), 2.2, 0.66, wobble=1.0, ends=(0.05, 0.2))
    _edge(hand, person, wide, opening)


def _opening(person: Person, wide: float) -> Points:
    """Right half of the neck opening, from the middle up to the side of the neck."""
    deep = {"crew": 508.0, "hood": 514.0, "shirt": 530.0, "v": 556.0}[person.collar]
    if person.collar in ("crew", "hood"):
        return on_side([[0, deep], [wide * 0.45, deep - 6], [wide * 0.85, deep - 24], [wide + 14, 466]], 1, 40)
    return on_side([[0, deep], [wide * 0.42, deep - 36], [wide * 0.8, 488], [wide + 8, 456]], 1, 40)


def _cloth(head: Head, opening: Points) -> Points:
    outer = part_of(head.neck, 0.0, 0.5, 120)
    outer = outer[outer[:, 1] > opening[-1, 1]]
    right = np.vstack([opening, outer])
    return np.vstack([right, mirrored(right[::-1], -1)])


def _folds(hand: Hand, dark: float) -> Map:
    """Tone of the cloth: darker to the side away from the light, with a few soft folds."""
    x, y = grid()
    tone = 0.10 + 0.25 * dark + 0.16 * bump(x, y, (420, 590), (90, 90))
    for side in (-1.0, 1.0):
        for _ in range(3):
            at = (MIDDLE + side * float(hand.dice.uniform(40, 190)), float(hand.dice.uniform(530, 620)))
            turn = side * float(hand.dice.uniform(0.4, 1.1))
            tone = tone + 0.30 * bump(x, y, at, (34, 5), turn)
    return np.asarray(np.clip(tone, 0.0, 0.9), np.float32)


def _edge(hand: Hand, person: Person, wide: float, opening: Points) -> None:
    if person.collar in ("crew", "hood"):
        band = 10.0 if person.collar == "crew" else 24.0
        for drop, dark in ((0.0, 0.7), (band, 0.5)):
            half = opening + np.array([0.12, 1.0]) * drop * np.linspace(1.0, 0.75, len(opening))[:, None]
            hand.line(np.vstack([mirrored(half[::-1], -1), half[1:]]), 2.0, dark, wobble=0.7)
        return
    for side in _SIDES:
        if person.collar == "shirt":
            _lapel(hand, wide, mirrored(opening, side), side)
        hand.line(mirrored(opening, side), 2.1, 0.7, wobble=0.6)
    if person.collar == "shirt":
        hand.line([(MIDDLE + 3, 531), (MIDDLE + 5, 580), (MIDDLE + 4, 680)], 1.7, 0.5, wobble=0.8)


def _lapel(hand: Hand, wide: float, opening: Points, side: int) -> None:
    """One wing of a shirt's collar: close points make the smooth curve turn a corner."""
    outer = [(wide + 8, 456), (wide + 24, 474), (wide + 33, 484), (wide + 12, 522), (wide - 12, 556)]
    tip = [(wide - 14, 558), (wide - 17, 557), (wide - 42, 544), (2, 530)]
    rim = on_side(outer + tip, side, 90)
    hand.canvas.erase(hand.canvas.mask(np.vstack([rim, opening]), soft=0.4), 0.85)
    hand.line(rim, 2.1, 0.68, wobble=0.6)
