"""The face as a relief under light: heights made of soft bumps give the tones an artist would lay.

The relief lives on a grid of its own in face units, so the light stays with the face however the sheet
is turned.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.sketcher.anatomy import LEFT_EYE, RIGHT_EYE, Head
from imaging.sketcher.curves import MIDDLE
from imaging.sketcher.person import Person

ORIGIN, STEP, CELLS = -160.0, 1.6, 520
Map = NDArray[np.float32]
_LIGHT = np.array([-0.20, -0.24, 0.95])


def grid() -> tuple[Map, Map]:
    """Face coordinates x and y of the cells, each (CELLS, CELLS)."""
    axis = (ORIGIN + STEP * np.arange(CELLS)).astype(np.float32)
    x, y = np.meshgrid(axis, axis)
    return x, y


def bump(x: Map, y: Map, at: tuple[float, float], size: tuple[float, float], turn: float = 0.0) -> Map:
    """A Gaussian of height 1 at ``at`` with sigmas ``size``, turned by ``turn`` radians."""
    dx, dy = x - at[0], y - at[1]
    u, v = dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)
    result: Map = np.exp(-0.5 * ((u / size[0]) ** 2 + (v / size[1]) ** 2)).astype(np.float32)
    return result


def rise(value: Map, start: float, end: float) -> Map:
    """0 before ``start``, 1 after ``end``, smooth between."""
    t = np.clip((value - start) / (end - start), 0.0, 1.0)
    result: Map = (t * t * (3.0 - 2.0 * t)).astype(np.float32)
    return result


def tones(person: Person, head: Head) -> Map:
    """Darkness 0..1 of the lit face, (CELLS, CELLS); 0 outside the face's outline."""
    x, y = grid()
    mask = np.zeros((CELLS, CELLS), np.uint8)
    corners = np.round((head.face - ORIGIN) / STEP * 16).astype(np.int32)
    cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, 4)
    height = _skull(mask) + _features(person, head, x, y)
    height = np.asarray(cv2.GaussianBlur(height, (0, 0), 2.2), np.float32)
    lit = _lambert(height)
    shade = np.clip(1.02 - lit, 0.0, 1.0) ** 1.25 + _occlusion(person, x, y)
    inside = cv2.GaussianBlur(mask, (0, 0), 1.0).astype(np.float32) / 255.0
    result: Map = (np.clip(shade, 0.0, 1.0) * inside).astype(np.float32)
    return result


def _skull(mask: NDArray[np.uint8]) -> Map:
    """The outline blown up like a cushion: steep at the rim, flat towards the middle."""
    radius = 80.0
    depth = cv2.distanceTransform((mask > 127).astype(np.uint8), cv2.DIST_L2, 5) * STEP
    inner = np.clip(depth / radius, 0.0, 1.0)
    cushion = 60.0 * np.sqrt(np.maximum(1.0 - (1.0 - inner) ** 2, 0.0))
    return np.asarray(cv2.GaussianBlur(cushion.astype(np.float32), (0, 0), 9.0), np.float32)


def _features(person: Person, head: Head, x: Map, y: Map) -> Map:
    male, full, old = person.male, person.cheeks, person.wrinkles
    height = 5.0 * bump(x, y, (MIDDLE, 150), (70, 42))
    for eye in (LEFT_EYE, RIGHT_EYE):
        side = 1.0 if eye[0] > MIDDLE else -1.0
        height += (3.5 + 4.5 * male) * bump(x, y, (MIDDLE + side * 60, 205), (42, 10), side * 0.12)
        height -= 10.0 * bump(x, y, (MIDDLE + side * 29, 230), (15, 15))
        height -= 7.0 * bump(x, y, (MIDDLE + side * 66, 232), (40, 17))
        height += 7.0 * bump(x, y, (eye[0], eye[1]), (24, 15))
        height -= (1.5 + 3.0 * old) * bump(x, y, (eye[0] - side * 4, 266), (26, 6), side * -0.10)
        height += (9.0 + 4.0 * full) * bump(x, y, (MIDDLE + side * 92, 294), (32, 24), side * -0.3)
        height -= (5.0 - 4.0 * full) * bump(x, y, (MIDDLE + side * 92, 358), (26, 34))
        fold = 2.2 + 4.0 * old
        height -= fold * bump(x, y, (MIDDLE + side * 49, 345), (4.5, 22), side * -0.42)
        height += 0.6 * fold * bump(x, y, (MIDDLE + side * 60, 345), (9, 24), side * -0.42)
    height += _nose(person, x, y)
    height += 12.0 * bump(x, y, (MIDDLE, 366), (50, 34))
    height += 5.0 * bump(x, y, (MIDDLE, 361), (34, 6)) + 7.0 * bump(x, y, (MIDDLE, 384), (30, 8))
    height -= 3.0 * bump(x, y, (MIDDLE, 342), (5, 10))
    height -= 8.0 * bump(x, y, (MIDDLE, 404), (36, 8))
    height += (9.0 + 3.0 * male) * bump(x, y, (MIDDLE, head.chin - 16), (30, 17))
    return height


def _nose(person: Person, x: Map, y: Map) -> Map:
    wide = 1.0 + 0.22 * person.nose_width + 0.06 * person.male
    tip = 312.0 + 4.0 * person.nose_length
    down = np.clip((y - 208.0) / (tip - 208.0), 0.0, 1.0)
    sigma = (8.0 + 5.5 * down) * wide
    bridge = (6.0 + 24.0 * down**1.3) * np.exp(-0.5 * ((x - MIDDLE) / sigma) ** 2)
    bridge *= rise(y, 196.0, 226.0) * (1.0 - rise(y, tip + 2.0, tip + 20.0))
    nose = bridge + 9.0 * bump(x, y, (MIDDLE, tip - 2), (13 * wide, 11))
    for side in (-1.0, 1.0):
        nose += 11.0 * bump(x, y, (MIDDLE + side * 24 * wide, tip + 4), (9.5 * wide, 9))
        nose -= 5.0 * bump(x, y, (MIDDLE + side * 38 * wide, tip + 2), (6, 12))
    return np.asarray(nose, np.float32)


def _lambert(height: Map) -> Map:
    down, across = np.gradient(height, STEP)
    length = np.sqrt(across**2 + down**2 + 1.0)
    light = _LIGHT / np.linalg.norm(_LIGHT)
    lit: Map = ((-across * light[0] - down * light[1] + light[2]) / length / light[2]).astype(np.float32)
    return np.clip(lit, 0.0, 1.0)


def _occlusion(person: Person, x: Map, y: Map) -> Map:
    """Where little light gets in whatever its direction."""
    tip = 312.0 + 4.0 * person.nose_length
    dark = 0.24 * bump(x, y, (MIDDLE, tip + 14), (20, 6))
    dark += 0.10 * bump(x, y, (MIDDLE, 402), (26, 6))
    for side in (-1.0, 1.0):
        dark += 0.22 * bump(x, y, (MIDDLE + side * 31, 226), (11, 13))
        dark += 0.10 * bump(x, y, (MIDDLE + side * 63, 225), (30, 7))
        dark += 0.12 * bump(x, y, (MIDDLE + side * 60, 371), (7, 6))
    return np.asarray(dark, np.float32)
