"""What a witness said about the person: appearance facts, and which of them an engine can be told.

Skin, hair and eyes begin with a colour; an engine that knows it is told it. What follows a comma is for people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.errors import Refused
from app.texts import one_line
from models import fold

COLOURED = ("skin", "hair", "eyes")
"""What engines can be told, by the names of their controls."""
NUMBERS = {"age_from": (0, 120), "age_to": (0, 120), "height_cm": (50, 250)}
TEXTS = {"build": 100, "skin": 100, "hair": 100, "eyes": 100, "marks": 1000, "clothing": 1000}
WORDS = {
    "age_from": lazy_gettext("Age from"),
    "age_to": lazy_gettext("Age to"),
    "height_cm": lazy_gettext("Height"),
    "build": lazy_gettext("Build"),
    "skin": lazy_gettext("Skin"),
    "hair": lazy_gettext("Hair"),
    "eyes": lazy_gettext("Eyes"),
    "marks": lazy_gettext("Marks"),
    "clothing": lazy_gettext("Clothing"),
}

Facts = dict[str, Any]
"""By name of WORDS; what was not said is not in it."""


def read_facts(form: Mapping[str, str]) -> Facts:
    """Raises Refused with what to change."""
    found: Facts = {}
    for name, (least, most) in NUMBERS.items():
        text = form.get(name, "").strip()
        if text:
            found[name] = _number(name, text, least, most)
    for name, most in TEXTS.items():
        text = one_line(form.get(name, ""))
        if len(text) > most:
            raise Refused(_("%(field)s can have at most %(most)s characters.", field=WORDS[name], most=most))
        if text:
            found[name] = text
    if found.get("age_from", 0) > found.get("age_to", 120):
        raise Refused(_("The age must go from the lower to the higher number."))
    return found


def _number(name: str, text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4 and least <= int(text) <= most):
        raise Refused(
            _("%(field)s must be a whole number from %(least)s to %(most)s.", field=WORDS[name], least=least, most=most)
        )
    return int(text)


def colour(text: str) -> str:
    """The colour that a fact begins with, as it is compared."""
    return fold(text.replace(";", ",").partition(",")[0].strip())


def presets(facts: Mapping[str, Any], choices: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What an engine with these colours by region can be told of the facts."""
    found = {}
    for region in COLOURED:
        said = colour(str(facts.get(region, "")))
        known = next((name for name in choices.get(region, ()) if fold(name) == said), None)
        if known is not None:
            found[region] = known
    return found


@dataclass(frozen=True)
class Fact:
    """For a person to read."""

    name: str
    words: str


def told_facts(facts: Mapping[str, Any]) -> list[Fact]:
    """In the order in which a person is described."""
    found = []
    ages = [facts.get(name) for name in ("age_from", "age_to")]
    if ages[0] is not None and ages[1] is not None:
        found.append(Fact(_("Age"), _("%(least)s to %(most)s", least=ages[0], most=ages[1])))
    elif ages[0] is not None:
        found.append(Fact(_("Age"), _("%(least)s or older", least=ages[0])))
    elif ages[1] is not None:
        found.append(Fact(_("Age"), _("%(most)s or younger", most=ages[1])))
    if "height_cm" in facts:
        found.append(Fact(_("Height"), _("%(number)s cm", number=facts["height_cm"])))
    found += [Fact(str(WORDS[name]), str(facts[name])) for name in TEXTS if name in facts]
    return found
