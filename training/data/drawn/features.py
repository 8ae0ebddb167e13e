"""Eyes, brows, mouth, nostrils, spectacles."""

import numpy as np

from imaging.sketcher import Person
from imaging.sketcher.anatomy import LEFT_EYE, RIGHT_EYE
from imaging.sketcher.curves import MIDDLE, Points, smooth
from imaging.sketcher.eyes import lids
from imaging.sketcher.mouth import lips_of
from training.data.drawn.canvas import ColourCanvas, Map, times
from training.data.drawn.people import Colour, Look

_DARK: Colour = (34, 24, 22)
_EYES = ((LEFT_EYE, -1.0, "l_eye", "l_brow"), (RIGHT_EYE, 1.0, "r_eye", "r_brow"))


def paint_eyes(canvas: ColourCanvas, person: Person, look: Look) -> None:
    """The white, shaded under the lid; the iris with its dark rim; pupil and glint; lashes and the lid's crease."""
    for centre, side, part, _ in _EYES:
        upper, lower = lids(person, centre, side)
        opening = canvas.shape(np.vstack([upper, lower[::-1]]), soft=0.5)
        canvas.lay(opening, (226, 220, 214), part)
        gaze = (centre[0], centre[1] - 0.8)
        for radius, colour in ((11.8, _darker(look.iris, 0.5)), (10.2, look.iris), (4.6, _DARK)):
            canvas.lay(canvas.shape(circle(gaze, radius), soft=0.6) * opening, colour)
        lid_shadow = canvas.shape(np.vstack([upper, upper[::-1] + (0, 6)]), soft=1.5) * opening
        canvas.lay(0.45 * lid_shadow, _DARK)
        canvas.lay(canvas.shape(circle((gaze[0] - 4, gaze[1] - 4), 2.2), soft=0.4), (250, 250, 250))
        canvas.line(upper, 2.5 + 1.5 * (1 - person.male), _DARK, 0.9)
        canvas.line(lower, 1.5, _darker(look.skin, 0.5), 0.6)
        canvas.line(upper - (0, 7.0), 2, _darker(look.skin, 0.55), 0.25 + 0.4 * person.lid)


def paint_brows(canvas: ColourCanvas, person: Person, look: Look) -> None:
    thick = 6.6 + 2.6 * person.brow_weight + 1.2 * person.male
    arch = 4.0 + 4.0 * person.brow_arch - 2.0 * person.male
    for _, side, _, part in _EYES:
        ridge = smooth([(25, 5), (38, 0), (58, -4 - 0.45 * arch), (78, -3 - 0.75 * arch), (105, 10)], 40)
        body = np.interp(np.linspace(0, 1, 40), [0, 0.15, 0.5, 0.8, 1], [0.7, 1, 0.9, 0.55, 0.1])[:, None]
        rim = np.vstack([ridge - body * (0, 0.55 * thick), (ridge + body * (0, 0.55 * thick))[::-1]])
        placed = (rim + (0, 207 - 4 * person.brow_height)) * (side, 1) + (MIDDLE, 0)
        canvas.lay(0.85 * canvas.shape(placed, soft=1.6), _darker(look.hair, 0.75), part)


def paint_mouth(canvas: ColourCanvas, person: Person, look: Look, light: Map) -> None:
    """The upper lip in shadow, the lower one in the light."""
    lips = lips_of(person)
    lip = times(look.lips, light)
    canvas.lay(canvas.shape(np.vstack([lips.top, lips.line[::-1]]), soft=0.8), 0.82 * lip, "u_lip")
    canvas.lay(canvas.shape(np.vstack([lips.line, lips.bottom[::-1]]), soft=0.8), lip, "l_lip")
    canvas.line(lips.line, 3, _darker(look.lips, 0.35), 0.8)


def paint_nostrils(canvas: ColourCanvas, person: Person, look: Look) -> None:
    wide = 1.0 + 0.22 * person.nose_width + 0.06 * person.male
    y = 322.0 + 4.0 * person.nose_length
    for side in (-1, 1):
        hole = circle((MIDDLE + side * 15 * wide, y), 5.0) * (1.0, 0.55) + (0, 0.45 * y)
        canvas.lay(0.75 * canvas.shape(hole, soft=1.0), _darker(look.skin, 0.25), "nose")
        wing = [(28 * wide, y - 17), (36 * wide, y - 4), (28 * wide, y + 3)]
        canvas.line(smooth(np.array(wing) * (side, 1) + (MIDDLE, 0), 20), 2, _darker(look.skin, 0.5), 0.5)


def paint_glasses(canvas: ColourCanvas) -> None:
    rim = smooth([(-40, -20), (0, -25), (40, -21), (46, 2), (36, 25), (2, 31), (-32, 24), (-42, 2)], 80, closed=True)
    for centre, side, _, _ in _EYES:
        placed = rim * (side, 1) + centre + (side * 2, 4)
        canvas.line(np.vstack([placed, placed[:2]]), 4, (40, 36, 36), 0.9)
    canvas.line(smooth([(233, 238), (245, 231), (267, 231), (279, 238)], 24), 4, (40, 36, 36), 0.9)


def circle(centre: tuple[float, float], radius: float) -> Points:
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    return np.stack([centre[0] + radius * np.cos(turn), centre[1] + radius * np.sin(turn)], axis=1)


def _darker(colour: Colour, share: float) -> Colour:
    return colour[0] * share, colour[1] * share, colour[2] * share
