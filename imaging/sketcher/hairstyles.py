"""The hairstyles by name."""

from collections.abc import Callable

from imaging.sketcher import hair_long, hair_short
from imaging.sketcher.anatomy import Head
from imaging.sketcher.hairplan import HairPlan
from imaging.sketcher.person import HairStyle, Person

_DRAWN_FOR = 138.0
"""Half width of the head that the styles are stated for."""

_STYLES: dict[HairStyle, Callable[[Person, float], HairPlan]] = {
    "short": hair_short.short,
    "side": hair_short.side,
    "buzz": hair_short.buzz,
    "receding": hair_short.receding,
    "curly": hair_short.curly,
    "bun": hair_short.bun,
    "bob": hair_long.bob,
    "long": hair_long.long,
    "wavy": hair_long.wavy,
    "fringe": hair_long.fringe,
}


def plan(person: Person, head: Head) -> HairPlan:
    """The hair of a person, fitted to the head."""
    return _STYLES[person.hair](person, head.half_width / _DRAWN_FOR)
