"""Eyes and brows."""

import numpy as np

from imaging.sketcher.anatomy import LEFT_EYE, RIGHT_EYE
from imaging.sketcher.canvas import Tone
from imaging.sketcher.curves import Points, part_of, smooth
from imaging.sketcher.hand import Hand
from imaging.sketcher.person import Person

_IRIS = 11.6


def draw_eyes(hand: Hand, person: Person) -> None:
    """Both eyes, at the template's places."""
    for centre, side in ((LEFT_EYE, -1.0), (RIGHT_EYE, 1.0)):
        upper, lower = lids(person, centre, side)
        opening = hand.canvas.mask(np.vstack([upper, lower[::-1]]), soft=0.3)
        hand.canvas.erase(opening, 0.9)
        _eyeball(hand, person, centre, opening, upper)
        _lid_lines(hand, person, centre, side, upper, lower)


def _place(centre: tuple[float, float], side: float, points: Points) -> Points:
    """Local points (outwards, down) about an eye's centre."""
    placed: Points = points * [side, 1.0] + centre
    return placed


def lids(person: Person, centre: tuple[float, float], side: float) -> tuple[Points, Points]:
    """Upper and lower rim, both from the inner to the outer corner."""
    wide = 1.06 + 0.09 * person.eye_size
    open_ = 1.07 + 0.21 * person.eye_size - 0.14 * person.wrinkles - 0.12 * (1.0 - person.lid)
    tilt = 3.0 * person.eye_tilt
    inner, outer = [-29.0, 5.0], [30.0, -0.5 - tilt]
    upper = [
        inner,
        [-23, -2.5],
        [-11, -9.8],
        [2, -12.0],
        [14, -10.0 - 0.4 * tilt],
        [24, -5.0 - 0.8 * tilt],
        outer,
    ]
    lower = [inner, [-20, 6.6], [-6, 9.4], [8, 9.6 - 0.2 * tilt], [20, 6.4 - 0.6 * tilt], outer]
    scale = np.array([wide, open_])
    return (
        _place(centre, side, smooth(np.array(upper) * scale, 48)),
        _place(centre, side, smooth(np.array(lower) * scale, 48)),
    )


def _circle(centre: tuple[float, float], radius: float) -> Points:
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    return np.stack([centre[0] + radius * np.cos(turn), centre[1] + radius * np.sin(turn)], axis=1)


def _eyeball(hand: Hand, person: Person, centre: tuple[float, float], opening: Tone, upper: Points) -> None:
    canvas, dice = hand.canvas, hand.dice
    dark = float(np.clip(0.35 + 0.5 * person.hair_dark + 0.2 * person.skin, 0.35, 0.88))
    gaze = (centre[0], centre[1] - 0.8)
    shade = canvas.blurred(1.0 - opening, 2.6) * opening
    canvas.lay(shade, 0.38)
    under_lid = canvas.mask(np.vstack([upper, upper[::-1] + [0.0, 5.5]]), soft=1.4) * opening
    iris = canvas.mask(_circle(gaze, _IRIS), soft=0.5) * opening
    canvas.erase(iris, 0.7)
    canvas.lay(iris, 0.42 * dark + 0.12)
    rim = (canvas.mask(_circle(gaze, _IRIS), soft=0.4) - canvas.mask(_circle(gaze, _IRIS - 2.2), soft=0.9)) * opening
    canvas.lay(np.clip(rim, 0, 1), 0.75)
    turn = dice.uniform(0, 2 * np.pi, 46)
    ray = np.stack([np.cos(turn), np.sin(turn)], axis=1)[:, None, :]
    reach = np.linspace(0.45, 0.98, 5)[None, :, None] * _IRIS
    hand.strands(ray * reach + gaze, 0.9, 0.25 + 0.45 * dark, layers=2, inside=iris, ends=(0.3, 0.0))
    canvas.lay(canvas.mask(_circle((gaze[0], gaze[1] - 5.5), _IRIS * 0.8), soft=2.5) * iris, 0.45)
    canvas.lay(canvas.mask(_circle(gaze, 4.9), soft=0.4) * opening, 0.94)
    canvas.lay(under_lid, 0.5)
    canvas.erase(canvas.mask(_circle((gaze[0] - 4.4, gaze[1] - 4.6), 2.3), soft=0.35), 0.97)
    canvas.erase(canvas.mask(_circle((gaze[0] + 4.8, gaze[1] + 4.8), 2.4), soft=1.2) * iris, 0.4)


def _lid_lines(
    hand: Hand, person: Person, centre: tuple[float, float], side: float, upper: Points, lower: Points
) -> None:
    feminine = 1.0 - person.male
    press = [0.35, 0.7, 0.95, 1.0, 1.0, 1.0, 0.8]
    hand.line(upper, 3.0 + 0.9 * feminine, 0.93, wobble=0.25, pressure=press, ends=(0.08, 0.05))
    hand.line(part_of(upper, 0.45, 1.0), 2.6, 0.7 + 0.2 * feminine, repeats=1, wobble=0.2)
    hand.line(lower, 1.2, 0.5, wobble=0.25, pressure=[0.6, 0.45, 0.4, 0.7, 1.0, 0.9])
    hand.line(part_of(lower, 0.0, 0.12) + [side * 1.0, 0.0], 1.6, 0.55, repeats=1, wobble=0.1)
    crease = upper + np.array([0.0, -1.0]) * (3.0 + 5.5 * np.sin(np.linspace(0.5, 2.9, len(upper))))[:, None]
    depth = 0.25 + 0.45 * person.lid
    hand.line(part_of(crease, 0.06, 1.0), 1.4, depth, wobble=0.4, pressure=[0.3, 0.8, 1, 0.9, 0.8, 0.6])
    _lashes(hand, person, side, upper, lower)
    bag = smooth(np.array([[-24, 15], [-10, 20.5], [6, 21], [20, 16]], dtype=np.float64), 32)
    hand.line(_place(centre, side, bag), 1.3, 0.14 + 0.36 * person.wrinkles, repeats=2, wobble=0.6)


def _lashes(hand: Hand, person: Person, side: float, upper: Points, lower: Points) -> None:
    dice, feminine = hand.dice, 1.0 - person.male
    for rim, share, length, lift in ((upper, 0.35, 3.5 + 4.5 * feminine, -1.0), (lower, 0.5, 2.4, 0.8)):
        many = int(16 + 16 * feminine)
        at = np.sort(dice.uniform(share, 0.98, many))
        roots = np.stack([np.interp(at * (len(rim) - 1), np.arange(len(rim)), rim[:, axis]) for axis in (0, 1)], 1)
        reach = length * (0.55 + 0.45 * at) * dice.uniform(0.7, 1.1, many)
        sideways = side * (at - 0.35) * 1.2
        t = np.linspace(0, 1, 5)[None, :]
        x = roots[:, :1] + (sideways * reach)[:, None] * t
        y = roots[:, 1:] + lift * reach[:, None] * t * (0.6 + 0.4 * t)
        darkness = (0.75 if lift < 0 else 0.3) * (0.5 + 0.5 * feminine)
        hand.strands(np.stack([x, y], axis=-1), 1.1, darkness, layers=1, ends=(0.0, 0.8))
