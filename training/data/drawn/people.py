"""Who is painted, and how one picture of them differs from the next."""

from dataclasses import dataclass, replace

import numpy as np

from imaging.sketcher import Person, imagine

Colour = tuple[float, float, float]
"""RGB, 0 to 255."""

_SKINS: tuple[Colour, ...] = (
    (244, 214, 196), (235, 197, 172), (222, 178, 146), (204, 156, 120), (176, 124, 88), (139, 92, 64), (98, 64, 46),
)  # fmt: skip
_HAIRS: tuple[Colour, ...] = (
    (222, 186, 120), (196, 148, 82), (160, 88, 48), (122, 80, 50), (84, 56, 40), (52, 38, 32), (30, 26, 26),
)  # fmt: skip
_GREY: Colour = (178, 176, 174)
_IRISES: tuple[Colour, ...] = ((92, 128, 160), (104, 132, 92), (128, 98, 56), (92, 62, 38), (58, 40, 28))


@dataclass(frozen=True)
class Look:
    """The colours that a drawing does not tell."""

    skin: Colour
    hair: Colour
    iris: Colour
    lips: Colour


@dataclass(frozen=True)
class Pose:
    """One picture: the wall, the cloth, the light from the left (-1) to the right (+1) and how hard it is."""

    wall: Colour
    cloth: Colour
    side: float
    contrast: float
    exposure: float
    smile: float


@dataclass(frozen=True)
class Sitter:
    person: Person
    look: Look


def imagine_sitter(seed: int) -> Sitter:
    """The sitter of a seed. How dark skin and hair are follows the person's tones, so that a drawing says a little."""
    person = imagine(seed)
    dice = np.random.default_rng([seed, 0xC0])
    skin = _vary(_between(_SKINS, person.skin + dice.normal(0, 0.06)), dice, 5)
    grey = person.age > 50 and person.hair_dark < 0.6
    hair = _GREY if grey else _between(_HAIRS, (person.hair_dark - 0.3) / 0.65 + dice.normal(0, 0.08))
    darkest = 3 if person.skin > 0.45 or person.hair_dark > 0.9 else 0  # fair eyes in dark faces are rare
    iris = _IRISES[int(dice.integers(darkest, len(_IRISES)))]
    lips = tuple(0.72 * part + 0.28 * red for part, red in zip(skin, (190, 60, 70), strict=True))
    return Sitter(person, Look(skin, _vary(hair, dice, 6), _vary(iris, dice, 6), _vary(lips, dice, 4)))


def pose(sitter: Sitter, number: int, seed: int) -> tuple[Person, Pose]:
    """The person as in picture `number`: another expression, another light, another wall."""
    dice = np.random.default_rng([seed, number, 0x905E])
    smile = float(np.clip(sitter.person.smile + dice.normal(0, 0.4), -1, 1))
    person = replace(sitter.person, smile=smile, eye_size=sitter.person.eye_size - 0.12 * max(smile, 0.0))
    wall, cloth = dice.uniform(90, 235) + dice.normal(0, 18, 3), dice.uniform(30, 220, 3)
    return person, Pose(
        _colour(wall),
        _colour(cloth),
        float(dice.choice([-1.0, 1.0])),
        float(dice.uniform(0.55, 1.0)),
        float(np.exp(dice.normal(0, 0.07))),
        smile,
    )


def _between(scale: tuple[Colour, ...], at: float) -> Colour:
    """`at` from 0, the first colour, to 1, the last."""
    place = float(np.clip(at, 0, 1)) * (len(scale) - 1)
    knots = np.arange(len(scale))
    return _colour(np.array([np.interp(place, knots, part) for part in np.array(scale).T]))


def _vary(colour: Colour | tuple[float, ...], dice: np.random.Generator, spread: float) -> Colour:
    return _colour(np.array(colour) + dice.normal(0, spread, 3))


def _colour(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Colour:
    red, green, blue = np.clip(values, 0, 255).tolist()
    return red, green, blue
