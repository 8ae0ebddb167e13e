"""An area of a notice is a district or a town, never a place that leads to somebody's door."""

import re

from flask_babel import gettext as _

from app.errors import Refused

NUMBERED = ("area", "arrondissement", "district", "moo", "precinct", "region", "sector", "ward", "zone",
            "เขต", "โซน", "ชุมชน", "หมู่", "หมู่ที่")  # fmt: skip
"""What is known by a number and is larger than a house."""
_WORDS = "|".join(sorted(NUMBERED, key=len, reverse=True))
AREA_NUMBER = re.compile(
    rf"(?:{_WORDS})\s*\d{{1,3}}(?![\d./\w])|\b\d{{1,3}}(?:st|nd|rd|th)\s+(?:{_WORDS})", re.IGNORECASE
)


def check(area: str) -> None:
    """Raises Refused for a number that is not that of a district or the like: house numbers, postcodes, coordinates."""
    if any(sign.isdigit() or sign == "°" for sign in AREA_NUMBER.sub("", area)):
        raise Refused(_("Name a district or a town only: leave out house numbers, postcodes and coordinates."))
