"""The agency's pattern of case numbers, such as ``{year}-{number:05}``.

A pattern may have ``{year}``, ``{be}``, the year of the Buddhist era, ``{month}``, ``{unit}``, the unit's code, and
must have ``{number}``, which counts from 1 for whatever the others say: each year anew where the pattern has the year.
``{number:05}`` is at least five digits long.
"""

import datetime as dt
import re
import unicodedata

from flask_babel import gettext as _

from app.errors import Refused

DEFAULT = "{year}-{number:05}"
FIELD = re.compile(r"\{(year|be|month|unit|number)(?::0([1-9]))?\}")
SIGNS = re.compile(r"[^{}<>&\"'\\:*?|%#]*")
"""What a pattern may have beside its fields: numbers become part of file names."""
MAX_LENGTH = 40
MAX_CODE = 8
BUDDHIST_ERA = 543
"""What Thai dates count the years from: 2026 is 2569."""
LONGEST = {"year": 4, "be": 4, "month": 2, "unit": MAX_CODE, "number": 9}


def check_pattern(text: str) -> str:
    """Raises Refused for a pattern that cannot be used, saying why."""
    text = " ".join(text.split())
    names = [name for name, _width in FIELD.findall(text)]
    if names.count("number") != 1:
        raise Refused(_("A pattern needs {number}, the running number, once."))
    rest = FIELD.sub("", text)
    if not (SIGNS.fullmatch(rest) and rest.isprintable()):
        raise Refused(
            _("Beside {year} {be} {month} {unit} {number:05}, a pattern has letters, digits, spaces and - . / _ only.")
        )
    if len(rest) + sum(LONGEST[name] for name in names) > MAX_LENGTH:
        raise Refused(
            _("Numbers by this pattern could have more than %(most)s characters; make it shorter.", most=MAX_LENGTH)
        )
    return text


def filled(pattern: str, unit_name: str, now: dt.datetime) -> str:
    """The pattern with everything but the running number."""
    known = {
        "year": f"{now:%Y}",
        "be": str(now.year + BUDDHIST_ERA),
        "month": f"{now:%m}",
        "unit": unit_code(unit_name),
    }
    return FIELD.sub(lambda field: known.get(field[1], field[0]), pattern)


def with_number(pattern: str, number: int) -> str:
    """The pattern with its running number, the one field that is left."""
    return FIELD.sub(lambda field: f"{number:0{field[2] or 1}d}", pattern)


def unit_code(name: str) -> str:
    """The first letters of a unit's words, or the first three of a single word; in capitals."""
    words = [word for word in unicodedata.normalize("NFKC", name).split() if word[0].isalnum()]
    code = words[0][:3] if len(words) == 1 else "".join(word[0] for word in words)
    return code[:MAX_CODE].upper() or "U"
