"""From a sitter to a picture: the order of painting, what lies behind first."""

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from imaging.sketcher import Person, hairstyles
from imaging.sketcher.anatomy import Head, head_of
from imaging.sketcher.beard import beard_region
from imaging.sketcher.curves import MIDDLE
from imaging.sketcher.hairplan import HairPlan
from imaging.sketcher.relief import bump, tones
from inference.template import FIVE_POINTS, Points
from training.data.drawn.canvas import SIDE, ColourCanvas, Map, from_relief, times
from training.data.drawn.features import paint_brows, paint_eyes, paint_glasses, paint_mouth, paint_nostrils
from training.data.drawn.people import Look, Pose, Sitter, pose
from training.sketches.base import line_kernel


@dataclass(frozen=True)
class Painted:
    """`photo` (S, S, 3) RGB; `mask` (S, S) CelebAMask-HQ's class indices; `landmarks` (5, 2) in shares of the side."""

    photo: npt.NDArray[np.uint8]
    mask: npt.NDArray[np.uint8]
    landmarks: Points


def paint(sitter: Sitter, number: int = 0, seed: int = 0, size: int = 256) -> Painted:
    """Picture `number` of a sitter, on the template; the same arguments give the same pixels."""
    person, setting = pose(sitter, number, seed)
    dice = np.random.default_rng([seed, number, 0xA1])
    head = head_of(person)
    plan = hairstyles.plan(person, head)
    canvas = ColourCanvas(setting.wall)
    light = _light(person, setting)
    _wall(canvas, dice)
    _hair(canvas, plan, sitter.look, dice, behind=True)
    _body(canvas, person, head, sitter.look, setting)
    _face(canvas, person, head, sitter.look, light)
    paint_mouth(canvas, person, sitter.look, light)
    paint_nostrils(canvas, person, sitter.look)
    paint_eyes(canvas, person, sitter.look)
    paint_brows(canvas, person, sitter.look)
    _beard(canvas, person, head, sitter.look, dice)
    _hair(canvas, plan, sitter.look, dice, behind=False)
    if person.glasses:
        paint_glasses(canvas)
    return _finished(canvas, setting, dice, size)


@lru_cache(maxsize=2)
def _relief(person: Person) -> Map:
    return from_relief(tones(person, head_of(person)))


def _light(person: Person, setting: Pose) -> Map:
    """How bright skin is: the relief's tones, mirrored when the light comes from the other side."""
    dark = _relief(replace(person, smile=0.0, eye_size=0.0))  # neither is in the relief
    if setting.side > 0:
        dark = np.ascontiguousarray(dark[:, ::-1])
    return np.asarray(1.06 - 0.75 * setting.contrast * cv2.GaussianBlur(dark, (0, 0), 3.0), np.float32)


def _wall(canvas: ColourCanvas, dice: np.random.Generator) -> None:
    """Unevenly lit."""
    blobs = cv2.resize(dice.normal(0, 1, (4, 4)).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    canvas.picture *= 1 + 0.07 * blobs[..., None]


def _hair(canvas: ColourCanvas, plan: HairPlan, look: Look, dice: np.random.Generator, *, behind: bool) -> None:
    """Streaks in the hair's colour, with a shine over the crown; darker behind the head."""
    outlines = plan.back if behind else plan.front
    if not outlines:
        return
    grain = dice.standard_normal((SIDE, SIDE)).astype(np.float32)
    streaks = cv2.filter2D(grain, -1, line_kernel(31, dice.uniform(75, 105)))
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    crown = np.hypot((x - MIDDLE) * 0.95, (y - 215) * 0.88)
    shine = np.exp(-0.5 * ((crown - 146) / 16) ** 2) * np.clip((215 - y) / 60, 0, 1)
    shade = (0.72 if behind else 1.0) * (1 + 0.16 * streaks / streaks.std() + (0 if behind else 0.45) * shine)
    where = cv2.GaussianBlur(canvas.shape(*outlines), (0, 0), 1.5)
    canvas.lay(np.asarray(where, np.float32), times(look.hair, np.asarray(shade, np.float32)), "hair")


def _body(canvas: ColourCanvas, person: Person, head: Head, look: Look, setting: Pose) -> None:
    """Neck in the head's shadow, and cloth over the shoulders."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    edge = np.interp(np.arange(SIDE), head.contour[:, 0], head.contour[:, 1], left=300.0, right=300.0)
    shadow = 0.45 * np.exp(-np.clip(y - edge, 0, None) / 30)
    body = canvas.shape(head.neck, soft=0.7)
    canvas.lay(body, times(look.skin, np.asarray(0.95 - shadow, np.float32)), "neck")
    deep = {"crew": 500.0, "hood": 492.0, "shirt": 512.0, "v": 530.0}[person.collar]
    opening = deep - 0.0042 * (x - MIDDLE) ** 2
    cloth = np.clip((y - opening) / 2, 0, 1) * body
    folds = 0.9 + 0.12 * np.sin(x / 37 + person.age) * np.clip((y - 440) / 70, 0, 1)
    canvas.lay(np.asarray(cloth, np.float32), times(setting.cloth, np.asarray(folds, np.float32)), "cloth")


def _face(canvas: ColourCanvas, person: Person, head: Head, look: Look, light: Map) -> None:
    """Ears and face under the light, with blood in the cheeks and the years' folds."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    for ear, part in zip(head.ears, ("l_ear", "r_ear"), strict=True):
        canvas.lay(canvas.shape(ear, soft=0.7), times(look.skin, np.full_like(light, 0.82)), part)
    skin = times(look.skin, light)
    for side in (-1, 1):
        skin[..., 1:] *= 1 - 0.10 * bump(x, y, (MIDDLE + side * 88, 305), (34, 26))[..., None]
    canvas.lay(canvas.shape(head.face, soft=0.7), skin, "skin")
    dark = tuple(0.6 * part for part in look.skin)
    for side in (-1, 1):
        fold = np.array([(34, 303), (48, 314), (60, 334), (66, 372)], np.float64) * (side, 1) + (MIDDLE, 0)
        canvas.line(fold, 3, (dark[0], dark[1], dark[2]), 0.1 + 0.5 * person.wrinkles)


def _beard(canvas: ColourCanvas, person: Person, head: Head, look: Look, dice: np.random.Generator) -> None:
    if person.beard == "none":
        return
    grain = cv2.GaussianBlur(dice.standard_normal((SIDE, SIDE)).astype(np.float32), (0, 0), 1.2)
    thick = 0.35 if person.beard == "stubble" else 0.85
    where = cv2.GaussianBlur(from_relief(beard_region(person, head)), (0, 0), 4.0)
    alpha = np.clip(where * thick * (1 + 0.5 * grain / grain.std()), 0, 1)
    canvas.lay(np.asarray(alpha, np.float32), times(look.hair, np.full((SIDE, SIDE), 0.85, np.float32)))


def _finished(canvas: ColourCanvas, setting: Pose, dice: np.random.Generator, size: int) -> Painted:
    """A lens's blur, the exposure and a sensor's noise."""
    small = cv2.resize(cv2.GaussianBlur(canvas.picture, (0, 0), 1.0), (size, size), interpolation=cv2.INTER_AREA)
    photo = small * setting.exposure + dice.normal(0, 2.0, small.shape)
    mask = cv2.resize(canvas.mask, (size, size), interpolation=cv2.INTER_NEAREST)
    return Painted(np.clip(photo, 0, 255).astype(np.uint8), np.asarray(mask, np.uint8), FIVE_POINTS)
