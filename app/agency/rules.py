"""What a setting may be: reading it from a form's words, and refusing what it cannot be."""

import re
import zoneinfo
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.errors import Refused
from app.identity.accounts import clean_email
from app.texts import one_line

Value = str | int | bool | tuple[str, ...]
Words = Callable[[], str]
"""Made when they are shown, in the language of whoever looks."""
HEX = re.compile("#[0-9a-f]{6}")
LEAST_CONTRAST = 4.5
"""For text, by WCAG 2.2 AA."""


@dataclass(frozen=True)
class Line:
    """One line of at most ``most`` characters; it may be empty."""

    most: int = 200
    widget = "line"

    def read(self, given: Sequence[str]) -> Value:
        text = one_line(_one(given))
        if len(text) > self.most:
            raise Refused(_("This can have at most %(most)s characters.", most=self.most))
        return text


@dataclass(frozen=True)
class Text(Line):
    """Several lines."""

    widget = "text"

    def read(self, given: Sequence[str]) -> Value:
        lines = [str(Line(self.most).read([one])) for one in _one(given).splitlines()]
        text = "\n".join(lines).strip()
        if len(text) > self.most:
            raise Refused(_("This can have at most %(most)s characters.", most=self.most))
        return text


@dataclass(frozen=True)
class Email(Line):
    widget = "email"

    def read(self, given: Sequence[str]) -> Value:
        return clean_email(text) if (text := _one(given).strip()) else ""


@dataclass(frozen=True)
class Number:
    """A whole number from ``least`` to ``most``."""

    least: int
    most: int
    widget = "number"

    def read(self, given: Sequence[str]) -> Value:
        text = _one(given).strip()
        if not (text.isascii() and text.isdigit() and len(text) < 10 and self.least <= int(text) <= self.most):
            raise Refused(_("Give a whole number from %(least)s to %(most)s.", least=self.least, most=self.most))
        return int(text)


@dataclass(frozen=True)
class Switch:
    widget = "switch"

    def read(self, given: Sequence[str]) -> Value:
        return _one(given) == "yes"


@dataclass(frozen=True)
class Zone:
    """The name of a time zone, such as Asia/Bangkok."""

    widget = "zone"

    def read(self, given: Sequence[str]) -> Value:
        name = _one(given).strip()
        if name not in zones():
            raise Refused(_("There is no time zone of that name. Write it like Asia/Bangkok or Europe/Berlin."))
        return name


@dataclass(frozen=True)
class Some:
    """At least one of ``offered``, in their order."""

    offered: Callable[[], Sequence[str]]
    widget = "some"

    def read(self, given: Sequence[str]) -> Value:
        chosen = tuple(one for one in self.offered() if one in given)
        if not chosen:
            raise Refused(_("Choose at least one."))
        return chosen


@dataclass(frozen=True)
class One:
    """One of ``offered``."""

    offered: Callable[[], Sequence[str]]
    widget = "one"

    def read(self, given: Sequence[str]) -> Value:
        if (name := _one(given)) not in self.offered():
            raise Refused(_("Choose one from the list."))
        return name


@dataclass(frozen=True)
class Pattern:
    """Text that ``check`` has to accept; it raises Refused."""

    check: Callable[[str], str]
    widget = "pattern"

    def read(self, given: Sequence[str]) -> Value:
        return self.check(_one(given))


@dataclass(frozen=True)
class Colour:
    """A colour that white text can be read on, as #rrggbb."""

    widget = "colour"

    def read(self, given: Sequence[str]) -> Value:
        text = _one(given).strip().lower()
        if not HEX.fullmatch(text):
            raise Refused(_("Write the colour like #1f3a5f."))
        if (found := contrast_with_white(text)) < LEAST_CONTRAST:
            raise Refused(
                _(
                    "White text on this colour cannot be read well: its contrast is %(found)s and must be %(least)s at "
                    "least. Choose a darker one.",
                    found=round(found, 1),
                    least=LEAST_CONTRAST,
                )
            )
        return text


Rule = Line | Text | Email | Number | Switch | Zone | Some | One | Pattern | Colour


def contrast_with_white(colour: str) -> float:
    """From 1 to 21, of a colour as #rrggbb: the contrast ratio of WCAG 2.2."""
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(share: float) -> float:
    """Of light, for a share of a colour's channel in sRGB."""
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def zones() -> set[str]:
    return {name for name in zoneinfo.available_timezones() if "/" in name or name == "UTC"}


def _one(given: Sequence[str]) -> str:
    return given[0] if given else ""
