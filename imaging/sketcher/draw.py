"""The order of drawing: what lies behind first, what lies in front last."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image

from imaging.sketcher import (
    age,
    beard,
    brows,
    eyes,
    features,
    garment,
    glasses,
    hair,
    hairstyles,
    mouth,
    paper,
    shading,
)
from imaging.sketcher.anatomy import LEFT_EYE, RIGHT_EYE, Head, head_of
from imaging.sketcher.canvas import Canvas, Placement
from imaging.sketcher.hand import Hand, Medium
from imaging.sketcher.person import Person, imagine

Style = Literal["pencil", "pen", "charcoal"]
Eyes = tuple[tuple[float, float], tuple[float, float]]

MEDIA: dict[Style, Medium] = {
    "pencil": Medium((46, 46, 50), (251, 250, 248), 0.95, 1.0, 0.8, 0.5, 1.0, 0.22),
    "pen": Medium((18, 18, 26), (253, 253, 252), 1.15, 0.95, 0.0, 1.0, 0.0, 0.04),
    "charcoal": Medium((26, 25, 25), (246, 243, 237), 1.08, 1.7, 1.0, 0.5, 2.5, 0.55),
}


@dataclass(frozen=True)
class DrawnSketch:
    """A sketch and where its eyes truly are."""

    image: Image.Image
    """RGB, size x size."""
    eyes: Eyes
    """Pixels of ``image``; the viewer's left eye first."""


def draw_sketch(
    seed: int,
    size: int = 512,
    style: Style = "pencil",
    *,
    person: Person | None = None,
    placement: Placement | None = None,
) -> DrawnSketch:
    """Draw the person of a seed; the same arguments give the same pixels.

    Without a ``placement`` the face lies as in the 512 x 512 template, scaled to ``size``.
    """
    sitter = person or imagine(seed)
    medium = MEDIA[style]
    dice = np.random.default_rng([seed, 0xD7A3])
    canvas = Canvas(size, placement or Placement())
    _draw(Hand(canvas, medium, dice), sitter, head_of(sitter))
    left, right = canvas.to_sheet([LEFT_EYE, RIGHT_EYE])
    return DrawnSketch(
        paper.finished(canvas, medium, dice),
        ((float(left[0]), float(left[1])), (float(right[0]), float(right[1]))),
    )


def _draw(hand: Hand, person: Person, head: Head) -> None:
    plan = hairstyles.plan(person, head)
    canvas = hand.canvas
    hair.draw_hair(hand, person, head, plan, behind=True)
    canvas.erase(canvas.mask(head.neck, soft=0.5))
    shading.shade_neck(hand, person, head)
    garment.draw_neck(hand, person)
    garment.draw_garment(hand, person, head)
    canvas.erase(canvas.mask(*head.ears, head.face, soft=0.5))
    shading.shade_face(hand, person, head)
    features.draw_ears(hand, head)
    features.draw_contour(hand, head)
    features.draw_nose(hand, person)
    mouth.draw_mouth(hand, person)
    age.draw_age(hand, person)
    eyes.draw_eyes(hand, person)
    brows.draw_brows(hand, person)
    beard.draw_beard(hand, person, head)
    hair.draw_hair(hand, person, head, plan, behind=False)
    glasses.draw_glasses(hand, person, head)
    paper.fade_out(hand)
