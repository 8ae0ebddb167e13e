"""Who is drawn: the proportions of one imagined person, varied by a seed."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

HairStyle = Literal["short", "side", "buzz", "receding", "curly", "bob", "long", "wavy", "fringe", "bun"]
Beard = Literal["none", "stubble", "moustache", "goatee", "full"]
Collar = Literal["crew", "shirt", "v", "hood"]

_MEN: tuple[HairStyle, ...] = ("short", "side", "buzz", "receding", "curly", "short", "side", "wavy")
_WOMEN: tuple[HairStyle, ...] = ("bob", "long", "wavy", "fringe", "bun", "curly", "long")


@dataclass(frozen=True)
class Person:
    """Proportions; where no unit is given, 0 is the mean face and +-1 its plain extremes."""

    male: float
    """0 (female) to 1 (male) proportions."""
    age: float
    """Years, 18 to 78."""
    face_width: float
    jaw: float
    chin: float
    cheeks: float
    """Hollow to full."""
    eye_size: float
    eye_tilt: float
    """Outer corners down (-1) to up (+1)."""
    lid: float
    """0: no crease above the eye, 1: a deep one."""
    brow_weight: float
    brow_height: float
    brow_arch: float
    nose_width: float
    nose_length: float
    mouth_width: float
    lips: float
    smile: float
    ears: float
    skin: float
    """0 (paper-white) to 1: how much tone the skin is given."""
    hair: HairStyle
    hair_dark: float
    """0 (white or fair) to 1 (black)."""
    parting: float
    """Side of the parting: -1 viewer's left to +1."""
    beard: Beard
    glasses: bool
    collar: Collar

    @property
    def wrinkles(self) -> float:
        """0 (smooth) to 1."""
        return float(np.clip((self.age - 32.0) / 40.0, 0.0, 1.0))


def imagine(seed: int) -> Person:
    """The person of a seed; the same seed is always the same person."""
    dice = np.random.default_rng([seed, 0x5E3B])
    is_man = bool(dice.random() < 0.56)
    age = float(np.clip(dice.gamma(4.0, 6.0) + 16.0, 18.0, 78.0))

    def vary(mean: float = 0.0, spread: float = 0.5) -> float:
        return float(np.clip(dice.normal(mean, spread), -1.0, 1.0))

    lean = 1.0 if is_man else -1.0
    return Person(
        male=float(np.clip(dice.normal(0.85 if is_man else 0.12, 0.12), 0.0, 1.0)),
        age=age,
        face_width=vary(0.1 * lean),
        jaw=vary(0.35 * lean),
        chin=vary(0.2 * lean),
        cheeks=vary(-0.005 * (age - 30.0)),
        eye_size=vary(-0.25 * lean),
        eye_tilt=vary(0.1 - 0.1 * lean, 0.45),
        lid=float(np.clip(dice.normal(0.65, 0.35), 0.0, 1.0)),
        brow_weight=vary(0.4 * lean),
        brow_height=vary(-0.3 * lean),
        brow_arch=vary(-0.3 * lean),
        nose_width=vary(0.2 * lean),
        nose_length=vary(),
        mouth_width=vary(0.1 * lean),
        lips=vary(-0.25 * lean),
        smile=vary(0.35, 0.35),
        ears=vary(0.2 * lean),
        skin=float(np.clip(dice.beta(1.4, 2.6), 0.0, 1.0)),
        hair=_hair(dice, is_man, age),
        hair_dark=_hair_dark(dice, age),
        parting=float(dice.choice([-1.0, 1.0]) * dice.uniform(0.35, 0.9)),
        beard=_beard(dice, is_man, age),
        glasses=bool(dice.random() < 0.16),
        collar=("crew", "shirt", "v", "hood")[int(dice.integers(4))],
    )


def _hair(dice: np.random.Generator, is_man: bool, age: float) -> HairStyle:
    styles = _MEN if is_man else _WOMEN
    choice = styles[int(dice.integers(len(styles)))]
    if is_man and age > 45 and dice.random() < 0.4:
        return "receding"
    return "short" if choice == "receding" and age < 28 else choice


def _hair_dark(dice: np.random.Generator, age: float) -> float:
    dark = float(dice.choice([0.95, 0.85, 0.65, 0.4], p=[0.4, 0.3, 0.2, 0.1]))
    grey = float(np.clip((age - 45.0) / 30.0, 0.0, 1.0)) * float(dice.uniform(0.5, 1.0))
    return dark * (1.0 - 0.75 * grey)


def _beard(dice: np.random.Generator, is_man: bool, age: float) -> Beard:
    if not is_man or dice.random() < 0.5:
        return "none"
    kinds: tuple[Beard, ...] = ("stubble", "moustache", "goatee", "full")
    weights = (0.4, 0.2, 0.2, 0.2) if age > 24 else (0.7, 0.1, 0.15, 0.05)
    return kinds[int(dice.choice(4, p=weights))]
