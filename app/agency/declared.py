"""Every setting that administrators change while the product runs: its type, default, bounds and what it is for.

What a machine needs to start (addresses, secrets) is not among them: that stays in the environment, see `app/settings`.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext

from app.agency.rules import Colour, Email, Line, Number, One, Pattern, Rule, Some, Switch, Text, Value, Zone
from app.cases.pattern import DEFAULT as CASE_NUMBERS
from app.cases.pattern import check_pattern
from app.languages.names import NAMES
from models import Role

Lazy = Any
"""A sentence that is told in the language of whoever looks; Flask-Babel has no types."""


@dataclass(frozen=True)
class Section:
    """Settings that are changed together, in one form. ``by``: the role that may."""

    name: str
    title: Lazy
    help: Lazy
    by: Role = Role.ADMIN


@dataclass(frozen=True)
class Declared:
    """``weak`` is the value that takes a safeguard away, and ``warning`` what every administrator's page then says."""

    section: str
    title: Lazy
    rule: Rule
    help: Lazy = ""
    weak: Value | None = None
    warning: Lazy = ""


SECTIONS = (
    Section(
        "agency",
        lazy_gettext("The agency"),
        lazy_gettext("Shown on every page, on what is exported and on what is published."),
    ),
    Section(
        "colours",
        lazy_gettext("Colours"),
        lazy_gettext("Of bulletins and of what else is published. White text stands on both."),
    ),
    Section("cases", lazy_gettext("Cases"), lazy_gettext("How cases are numbered, and who decides about them.")),
    Section(
        "languages",
        lazy_gettext("Languages"),
        lazy_gettext("Of those that the installation has. People choose among them; their own choice goes first."),
    ),
    Section("entry", lazy_gettext("Signing in"), lazy_gettext("For sessions that begin after the change.")),
)


def _setting(default: Value, section: str, title: Lazy, rule: Rule, **more: Any) -> Any:
    return field(default=default, metadata={"declared": Declared(section, title, rule, **more)})


@dataclass(frozen=True, kw_only=True)
class AgencySettings:
    """The settings as they are; a field that nobody has changed has its default."""

    name: str = _setting("", "agency", lazy_gettext("Name"), Line(120))
    address: str = _setting("", "agency", lazy_gettext("Postal address"), Text(500))
    email: str = _setting("", "agency", lazy_gettext("E-mail address"), Email())
    phone: str = _setting("", "agency", lazy_gettext("Telephone"), Line(60))
    time_zone: str = _setting(
        "UTC",
        "agency",
        lazy_gettext("Time zone"),
        Zone(),
        help=lazy_gettext("A day of quotas and of usage begins at midnight here."),
    )
    main_colour: str = _setting("#1f3a5f", "colours", lazy_gettext("Bands and titles"), Colour())
    alarm_colour: str = _setting("#9b1c1c", "colours", lazy_gettext("Caution"), Colour())
    case_numbers: str = _setting(
        CASE_NUMBERS,
        "cases",
        lazy_gettext("Pattern of case numbers"),
        Pattern(check_pattern),
        help=lazy_gettext("For cases that are opened from now on. Numbers that were given out stay."),
    )
    two_people: bool = _setting(
        True,
        "cases",
        lazy_gettext("Publishing and deleting take two people"),
        Switch(),
        help=lazy_gettext("Whoever asks cannot approve. Only an agency of one person has a reason to switch this off."),
        weak=False,
        warning=lazy_gettext("One person alone can publish and delete here."),
    )
    glass_minutes: int = _setting(
        60,
        "cases",
        lazy_gettext("Minutes that a case stays open after breaking the glass"),
        Number(5, 480),
        help=lazy_gettext("From 5 to 480. It can be looked at, not changed, and every look is in its custody."),
    )
    languages: tuple[str, ...] = _setting(
        tuple(NAMES), "languages", lazy_gettext("Languages that are offered"), Some(lambda: tuple(NAMES))
    )
    language: str = _setting(
        "",
        "languages",
        lazy_gettext("Language for whoever has chosen none"),
        One(lambda: ("", *NAMES)),
        help=lazy_gettext("Unless their browser asks for another one that is offered."),
    )
    session_hours: int = _setting(
        8,
        "entry",
        lazy_gettext("Hours until somebody has to sign in again"),
        Number(1, 24),
        help=lazy_gettext("From 1 to 24, counted from signing in. A working day is usual."),
    )
    confirm_minutes: int = _setting(
        10,
        "entry",
        lazy_gettext("Minutes that a confirmation holds"),
        Number(1, 30),
        help=lazy_gettext("From 1 to 30. After that, grave changes ask again who it is."),
    )

    @classmethod
    def of(cls, kept: Mapping[str, Mapping[str, Any]]) -> "AgencySettings":
        """From what is kept of each section, as JSON. What no longer is a setting is left out."""
        known: dict[str, Any] = {
            name: _from_json(kept[one.section][name]) for name, one in declared() if name in kept.get(one.section, {})
        }
        return cls(**known)

    def of_section(self, section: str) -> dict[str, Value]:
        return {name: getattr(self, name) for name, one in declared() if one.section == section}

    @property
    def weaknesses(self) -> list[Declared]:
        """The settings that take a safeguard away."""
        return [one for name, one in declared() if one.weak is not None and getattr(self, name) == one.weak]


def declared() -> Iterator[tuple[str, Declared]]:
    """Every setting by its name, in the order of the pages."""
    for one in dataclasses.fields(AgencySettings):
        yield one.name, one.metadata["declared"]


def to_json(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value


def _from_json(value: Any) -> Value:
    kept: Value = tuple(value) if isinstance(value, list) else value
    return kept
