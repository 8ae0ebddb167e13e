"""The agency's calendar: when a day, a week and a month begin in its time zone."""

import datetime as dt
import itertools
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass

STEPS = ("day", "week", "month")
SHOWN = {"day": 30, "week": 26, "month": 12}
"""How many of each a chart shows, the present one being the last."""


@dataclass(frozen=True)
class Span:
    """``first`` is its first day; it lasts from ``begins`` to before ``ends``."""

    first: dt.date
    begins: dt.datetime
    ends: dt.datetime


def spans(step: str, now: dt.datetime, zone: str, count: int | None = None) -> list[Span]:
    """The last days, weeks (from Monday on) or months, oldest first, up to the one that ``now`` is in."""
    place = zoneinfo.ZoneInfo(zone)
    first = _START[step](now.astimezone(place).date())
    firsts = [first]
    for _turn in range((count or SHOWN[step]) - 1):
        firsts.append(_START[step](firsts[-1] - dt.timedelta(days=1)))
    firsts.reverse()
    edges = [_midnight(day, place) for day in (*firsts, _after(step, first))]
    return [Span(day, *pair) for day, pair in zip(firsts, itertools.pairwise(edges), strict=True)]


def today(now: dt.datetime, zone: str) -> Span:
    return spans("day", now, zone, 1)[0]


def _midnight(day: dt.date, place: zoneinfo.ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), place).astimezone(dt.UTC)


def _after(step: str, first: dt.date) -> dt.date:
    """The first day of the next one: 32 days lead from the beginning of any month into the next."""
    return _START[step](first + dt.timedelta(days={"day": 1, "week": 7, "month": 32}[step]))


def _month(day: dt.date) -> dt.date:
    return day.replace(day=1)


def _week(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _day(day: dt.date) -> dt.date:
    return day


_START: dict[str, Callable[[dt.date], dt.date]] = {"day": _day, "week": _week, "month": _month}
