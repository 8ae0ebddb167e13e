"""Text that people typed, as it is kept: without what cannot be seen. And days, as addresses have them."""

import datetime as dt

from flask_babel import gettext as _

from app.errors import Refused


def one_line(text: str) -> str:
    """On one line, with single spaces; a control character counts as a space."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def paragraphs(text: str) -> str:
    """Lines and tabs stay; other control characters do not, nor what is empty at both ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign in "\n\t" or sign.isprintable()).strip()


def day(text: str) -> dt.date | None:
    """A day as forms send it, None for nothing. Raises Refused."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(_("Give the date as year, month and day, such as 2026-03-31.")) from None
