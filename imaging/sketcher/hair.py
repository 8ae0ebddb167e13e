"""Hair as locks of strokes that follow a field of directions."""

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.sketcher.anatomy import Head
from imaging.sketcher.curves import Points, normals
from imaging.sketcher.hairplan import HairPlan
from imaging.sketcher.hand import Hand
from imaging.sketcher.person import Person
from imaging.sketcher.relief import CELLS, ORIGIN, STEP, Map, bump, grid, rise

_COARSE = 65
Field = NDArray[np.float64]
"""(CELLS, CELLS, 2): the unit direction of hair at every cell."""


def field_of(guides: list[Points]) -> Field:
    """At every cell the mean of the guides' directions, the nearest ones' most."""
    axis = ORIGIN + STEP * np.linspace(0, CELLS - 1, _COARSE)
    cells = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 1, 2)
    points = np.vstack(guides)
    ways = np.vstack([np.gradient(guide, axis=0) for guide in guides])
    ways /= np.maximum(np.hypot(ways[:, :1], ways[:, 1:]), 1e-9)
    distance = ((cells - points[None]) ** 2).sum(axis=-1)
    weight = 1.0 / (distance + 30.0) ** 2.2
    mean = weight @ ways / weight.sum(axis=1)[:, None]
    wide = cv2.resize(mean.reshape(_COARSE, _COARSE, 2), (CELLS, CELLS), interpolation=cv2.INTER_CUBIC)
    length = np.maximum(np.linalg.norm(wide, axis=-1, keepdims=True), 1e-6)
    result: Field = wide / length
    return result


def at_cells(field: NDArray[np.floating], points: Points) -> NDArray[np.float64]:
    """Values of a map at points (..., 2) in face units."""
    index = np.clip(np.round((points - ORIGIN) / STEP), 0, CELLS - 1).astype(np.intp)
    return np.asarray(field[index[..., 1], index[..., 0]], np.float64)


def region_map(outlines: list[Points]) -> Map:
    """1 inside any of the closed outlines, on the grid of the relief."""
    layer = np.zeros((CELLS, CELLS), np.uint8)
    for outline in outlines:
        cv2.fillPoly(layer, [np.round((outline - ORIGIN) / STEP * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return layer.astype(np.float32) / 255.0


def softened(region: Map, cells: float) -> Map:
    """A map blurred by ``cells`` of the grid."""
    return np.asarray(cv2.GaussianBlur(region, (0, 0), cells), np.float32)


def random_roots(hand: Hand, region: Map, many: int) -> Points:
    """Random places (m, 2) inside a region, in face units; none when it is empty."""
    rows, columns = np.nonzero(region > 0.5)
    if len(rows) == 0:
        return np.zeros((0, 2))
    chosen = hand.dice.integers(0, len(rows), many)
    jitter = hand.dice.uniform(-0.5, 0.5, (many, 2))
    result: Points = (np.stack([columns[chosen], rows[chosen]], axis=-1) + jitter) * STEP + ORIGIN
    return result


def trace(
    hand: Hand, roots: Points, field: Field, length: NDArray[np.float64], plan: HairPlan, count: int = 15
) -> Points:
    """Strokes (m, count, 2) from their roots along the field, curling and waving as the plan says."""
    many = len(roots)
    curl = hand.dice.normal(0.0, 1.0, many) * plan.curl / 100.0
    if plan.curl > 4.0:  # ringlets all turn about equally much, to either side
        curl = (
            hand.dice.choice([-1.0, 1.0], many) * (0.7 + 0.3 * np.abs(hand.dice.normal(0, 1, many))) * plan.curl / 100.0
        )
    lead = hand.dice.normal(0.0, 0.06 + 0.12 * min(plan.curl, 8.0), many)
    path = np.empty((many, count, 2))
    path[:, 0] = roots
    step = length / (count - 1)
    for i in range(1, count):
        here = path[:, i - 1]
        way = at_cells(field, here)
        turn = lead * (1 - 0.6 * i / count) + curl * step * i
        if plan.waves:
            reach = np.clip((here[:, 1] - 60.0) / 150.0, 0.12, 1.0)
            turn = turn + 0.085 * plan.waves * reach * np.sin(here[:, 1] / 13.0 + 0.035 * here[:, 0])
        cos, sin = np.cos(turn), np.sin(turn)
        moved = np.stack([way[:, 0] * cos - way[:, 1] * sin, way[:, 0] * sin + way[:, 1] * cos], axis=-1)
        path[:, i] = here + moved * step[:, None]
    return path


def draw_hair(hand: Hand, person: Person, head: Head, plan: HairPlan, *, behind: bool) -> None:
    """The hair behind the head, or the hair over it: a soft ground, locks over it, stray hairs last."""
    outlines = plan.back if behind else plan.front
    if not outlines:
        return
    region = region_map(outlines)
    field = field_of(plan.guides)
    light = _light(hand, region, behind)
    dark = person.hair_dark * plan.dark
    ground = softened(region, 1.6)
    on_sheet = hand.canvas.from_face(ground, ORIGIN, STEP)
    hand.canvas.erase(on_sheet, 0.95)
    shade = hand.canvas.from_face(ground * (1.0 - 0.85 * light), ORIGIN, STEP)
    hand.canvas.lay(shade, (0.07 + 0.50 * dark) * max(hand.medium.tone, 0.12) * (1.25 if behind else 1.0))
    seeds = _seeds(plan, region, head)
    for turn in range(3):
        _locks(hand, plan, region, seeds, field, light, dark, first=turn == 0)
    _strays(hand, plan, region, seeds, field, light, dark)
    if plan.parting is not None and not behind:
        hand.line(plan.parting, 1.6, 0.35 + 0.3 * dark, repeats=2, wobble=1.2)


def _seeds(plan: HairPlan, region: Map, head: Head) -> Map:
    """Where strokes begin: in the region and just outside its outer rim, so that the rim is no thinner.

    Never on the face: the hairline is made of roots.
    """
    reach = int(0.8 * plan.length[0] / STEP) | 1
    around = cv2.dilate(region, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    face = region_map([head.face])
    return np.asarray(np.maximum(region, around * (1.0 - face)), np.float32)


def _light(hand: Hand, region: Map, behind: bool) -> Map:
    """Where hair shines, 0..1: a broken band over the crown, streaks down the sides, none behind."""
    if behind:
        return np.zeros_like(region)
    x, y = grid()
    radius = np.hypot((x - 256.0) * 0.95, (y - 215.0) * 0.88)
    angle = np.arctan2(y - 215.0, x - 256.0)
    broken = 0.65 + 0.35 * np.sin(angle * 11.0 + hand.dice.uniform(0, 6.3)) * np.sin(
        angle * 4.0 + hand.dice.uniform(0, 6.3)
    )
    band = np.exp(-0.5 * ((radius - 146.0 + 5.0 * np.sin(angle * 17.0)) / 9.0) ** 2) * broken
    band *= np.clip((205.0 - y) / 60.0, 0.0, 1.0) * (0.75 + 0.45 * rise(-x, -330.0, -150.0))
    streak = 0.6 * bump(x, y, (114, 300), (9, 80)) + 0.4 * bump(x, y, (404, 310), (8, 70))
    return np.asarray(np.clip(band + streak, 0.0, 1.0) * region, np.float32)


def _locks(
    hand: Hand, plan: HairPlan, region: Map, seeds: Map, field: Field, light: Map, dark: float, *, first: bool
) -> None:
    """One layer of locks: each hides a little of what lies under it, and is darkest along its edges."""
    dice = hand.dice
    mean = sum(plan.length) / 2.0
    area = float(seeds.sum()) * STEP * STEP
    many = int(plan.density * area / (mean * plan.lock) * (1.3 if first else 0.8))
    roots = random_roots(hand, seeds, many)
    if plan.springs is not None:
        roots = np.vstack([roots, _along(hand, plan.springs)])
    many = len(roots)
    if many == 0:
        return
    spine = trace(hand, roots, field, dice.uniform(*plan.length, many), plan)
    count = spine.shape[1]
    t = np.linspace(0.0, 1.0, count)
    girth = plan.lock * dice.uniform(0.6, 1.25, many)[:, None] * (1.0 - 0.72 * t**1.6)
    side = normals(spine)
    if not first:
        hide = np.zeros((CELLS, CELLS), np.uint8)
        for one, wide, out in zip(spine, girth, side, strict=True):
            rim = np.vstack([one + out * wide[:, None] * 0.5, (one - out * wide[:, None] * 0.5)[::-1]])
            cv2.fillPoly(hide, [np.round((rim - ORIGIN) / STEP * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        cover = softened(hide.astype(np.float32) / 255.0 * region, 0.8)
        hand.canvas.erase(hand.canvas.from_face(cover, ORIGIN, STEP), 0.34)
    hairs = max(3, int(plan.lock * 0.95))
    where = np.clip(dice.normal(0.0, 0.33, (many, hairs)), -0.5, 0.5)
    where[:, 0], where[:, 1] = -0.5, 0.5
    strokes = spine[:, None] + side[:, None] * (where[..., None] * girth[:, None])[..., None]
    edge = np.abs(where) * 2.0
    own = dice.uniform(0.72, 1.12, (many, 1))
    level = (0.20 + 0.62 * dark) * own * (0.55 + 0.5 * edge**1.5) * dice.uniform(0.75, 1.2, (many, hairs))
    _lay(hand, strokes.reshape(-1, count, 2), level.reshape(-1), region, light, width=1.45)


def _along(hand: Hand, springs: Points) -> Points:
    """Roots on both sides of a line."""
    many = 36
    at = hand.dice.uniform(0.0, len(springs) - 1.0, many)
    x = np.interp(at, np.arange(len(springs)), springs[:, 0]) + hand.dice.choice([-1.0, 1.0], many) * 3.0
    y = np.interp(at, np.arange(len(springs)), springs[:, 1]) + hand.dice.uniform(-3.0, 3.0, many)
    return np.stack([x, y], axis=1)


def _strays(hand: Hand, plan: HairPlan, region: Map, seeds: Map, field: Field, light: Map, dark: float) -> None:
    area = float(seeds.sum()) * STEP * STEP
    many = int(0.16 * plan.density * area / (sum(plan.length) / 2.0))
    roots = random_roots(hand, seeds, many)
    strokes = trace(hand, roots, field, hand.dice.uniform(*plan.length, len(roots)) * 1.05, plan)
    level = (0.25 + 0.65 * dark) * hand.dice.uniform(0.6, 1.1, len(roots))
    _lay(hand, strokes, level, region, light, width=1.0)


def _lay(hand: Hand, strokes: Points, level: NDArray[np.float64], region: Map, light: Map, *, width: float) -> None:
    """Strokes (m, n, 2) of darkness (m,): paler where hair shines, fading where they leave the region."""
    keep = np.clip(at_cells(softened(region, 2.0), strokes) * 2.0, 0.0, 1.0)
    away = 0.9 + 0.2 * at_cells(rise(grid()[0], 230.0, 400.0), strokes)
    along = level[:, None] * (1.0 - 0.75 * at_cells(light, strokes)) * keep * away
    hand.strands(strokes, width, np.clip(along, 0.0, 0.95), layers=3, ends=(0.06, 0.45))
