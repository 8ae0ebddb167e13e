"""Days, times and numbers as a reader of the language writes them. Thai counts years in the Buddhist era."""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from typing import Any

from babel import Locale, dates, lists, numbers
from flask_babel import get_locale

from app.languages.names import SOURCE

BUDDHIST = 543
"""Years from the common era to the Buddhist one, as Thailand has counted them since its year began on 1 January."""
PATTERNS = {
    "en": {"date": "d MMM y", "long": "d MMMM y", "datetime": "d MMM y, HH:mm 'UTC'", "time": "HH:mm 'UTC'"},
    "th": {
        "date": "d MMM y",
        "long": "d MMMM 'พ.ศ.' y",
        "datetime": "d MMM y HH:mm 'น.' '(UTC)'",
        "time": "HH:mm 'น.' '(UTC)'",
    },
}
"""Of CLDR. A page's times are in UTC until static/js/local-time.js shows them in the reader's zone."""


def _language() -> Locale:
    return get_locale() or Locale.parse(SOURCE)


def _written(moment: dt.date, style: str) -> str:
    locale = _language()
    pattern = PATTERNS[locale.language][style]
    if locale.language == "th":
        pattern = re.sub("y+", f"'{moment.year + BUDDHIST}'", pattern)
    if isinstance(moment, dt.datetime):
        return dates.format_datetime(moment, pattern, tzinfo=dt.UTC, locale=locale)
    return dates.format_date(moment, pattern, locale=locale)


def date(day: dt.date) -> str:
    """26 Nov 2026; 26 พ.ย. 2569. A moment's day is that of UTC."""
    return _written(_utc(day), "date")


def long_date(day: dt.date) -> str:
    """26 November 2026; 26 พฤศจิกายน พ.ศ. 2569."""
    return _written(_utc(day), "long")


def date_time(moment: dt.datetime) -> str:
    """26 Nov 2026, 14:38 UTC; 26 พ.ย. 2569 14:38 น. (UTC)."""
    return _written(_utc(moment), "datetime")


def time(moment: dt.datetime) -> str:
    """14:38 UTC; 14:38 น. (UTC)."""
    return _written(_utc(moment), "time")


def _utc(day: dt.date) -> dt.date:
    """Told in UTC before its year is looked at: around New Year the zone decides which year it is."""
    return day.astimezone(dt.UTC) if isinstance(day, dt.datetime) and day.tzinfo else day


def number(value: float, digits: int | None = None) -> str:
    """1,234; with ``digits`` just so many after the point."""
    if digits is None:
        return numbers.format_decimal(value, locale=_language())
    return numbers.format_decimal(value, "#,##0" + ("." + "0" * digits if digits else ""), locale=_language())


def percent(share: float, digits: int = 0) -> str:
    """0.25 as 25%."""
    return numbers.format_percent(share, "#,##0" + ("." + "0" * digits if digits else "") + "%", locale=_language())


def size(count: int) -> str:
    """Bytes as people say them: 640 B, 1.5 MB."""
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1024, larger
    return f"{number(value, 1 if 0 < value < 10 and unit != 'B' else 0)} {unit}"


def listed(words: Iterable[object], style: str = "standard") -> str:
    """One, two and three; ``style="or"``: one, two or three."""
    told = [str(one) for one in words]
    joined = lists.format_list(told, "or" if style == "or" else "standard", locale=_language())
    if len(told) == 2 and joined == f"{told[0]}และ{told[1]}" and (told[0][-1:].isascii() or told[1][:1].isascii()):
        return f"{told[0]} และ {told[1]}"  # letters of another script would run into the Thai
    return joined


FILTERS: dict[str, Callable[..., Any]] = {
    "date": date,
    "long_date": long_date,
    "date_time": date_time,
    "time": time,
    "number": number,
    "percent": percent,
    "listed": listed,
    "size": size,
}
