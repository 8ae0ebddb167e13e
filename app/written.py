"""What people write into fields, cleaned before it is kept."""

import datetime as dt

from flask_babel import gettext as _

from app.errors import Refused

EARLIEST = dt.date(1900, 1, 1)


def line(text: str) -> str:
    """One line: no sign that cannot be seen, and one space between words."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def short_line(text: str, most: int) -> str:
    """Raises Refused for more than ``most`` characters."""
    return _at_most(line(text), most)


def lines(text: str, most: int) -> str:
    """Lines and tabs stay; other control characters do not. Raises Refused for more than ``most`` characters."""
    ended = text.replace("\r\n", "\n").replace("\r", "\n")
    return _at_most("".join(sign for sign in ended if sign in "\n\t" or sign.isprintable()).strip(), most)


def past_day(text: str, today: dt.date, otherwise: str) -> dt.date | None:
    """None for an empty text. Raises Refused for no date, and with ``otherwise`` for one that cannot have been."""
    if not text.strip():
        return None
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(_("Give the date as year, month and day, such as 2026-03-31.")) from None
    # A day of leeway: where the agency is, it may be tomorrow already.
    if not EARLIEST <= day <= today + dt.timedelta(days=1):
        raise Refused(otherwise)
    return day


def _at_most(text: str, most: int) -> str:
    if len(text) > most:
        raise Refused(_("“%(start)s…” is too long: at most %(most)s characters.", start=text[:30], most=most))
    return text
