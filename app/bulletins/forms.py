"""What a form asks a bulletin to be."""

import uuid

from flask import request
from flask_babel import gettext as _

from app import context
from app.bulletins.asking import Wish
from app.errors import Refused
from app.exchange.pdf import PAPERS
from models import BulletinFormat

DOTS = (150, 300)
"""To an inch of a PNG: enough for a screen, and for a press."""
BOTH = "both"


def wish() -> Wish:
    """Raises Refused for what cannot be."""
    return Wish(_format(), _paper(), _languages(), _dots(), context.settings().notices_address)


def publications() -> list[uuid.UUID]:
    """Those that were ticked. Raises Refused."""
    try:
        return [uuid.UUID(text) for text in request.form.getlist("publication")]
    except ValueError:
        raise Refused(_("Choose the notices from the list.")) from None


def _format() -> BulletinFormat:
    text = request.form.get("format", "")
    if text not in set(BulletinFormat):
        raise Refused(_("Choose PDF or PNG."))
    return BulletinFormat(text)


def _paper() -> str:
    text = request.form.get("paper", "")
    if text not in PAPERS:
        raise Refused(_("Choose A4 or Letter."))
    return text


def _languages() -> tuple[str, ...]:
    text, known = request.form.get("language", ""), context.settings().languages
    if text == BOTH:
        return known
    if text not in known:
        raise Refused(_("Choose one of the languages."))
    return (text,)


def _dots() -> int:
    text = request.form.get("dots", str(DOTS[0]))
    if text not in {str(one) for one in DOTS}:
        raise Refused(_("Choose one of the resolutions."))
    return int(text)
