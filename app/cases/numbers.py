"""Case numbers by the agency's pattern, such as ``{year}-{number:05}``. No number is given out twice.

A pattern may have ``{year}``, ``{month}``, ``{unit}``, the unit's code, and must have ``{number}``, which counts
from flask_babel import gettext as _
from 1 for whatever the others say: each year anew where the pattern has the year. ``{number:05}`` is at least five
digits long.
"""

import datetime as dt
import re
import unicodedata

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.errors import Refused
from models import Case, CaseCounter, Unit

DEFAULT = "{year}-{number:05}"
FIELD = re.compile(r"\{(year|month|unit|number)(?::0([1-9]))?\}")
SIGNS = re.compile(r"[^{}<>&\"'\\:*?|%#]*")
"""What a pattern may have beside its fields: numbers become part of file names."""
MAX_LENGTH = 40
MAX_CODE = 8
LONGEST = {"year": 4, "month": 2, "unit": MAX_CODE, "number": 9}


def pattern(db: Session) -> str:  # noqa: ARG001
    """The agency's pattern."""
    return DEFAULT


def check_pattern(text: str) -> str:
    """Raises Refused for a pattern that cannot be used, saying why."""
    text = " ".join(text.split())
    names = [name for name, _width in FIELD.findall(text)]
    if names.count("number") != 1:
        raise Refused(_("A pattern needs {number}, the running number, once."))
    rest = FIELD.sub("", text)
    if not (SIGNS.fullmatch(rest) and rest.isprintable()):
        raise Refused(
            _("Beside {year} {month} {unit} {number:05}, a pattern has letters, digits, spaces and - . / _ only.")
        )
    if len(rest) + sum(LONGEST[name] for name in names) > MAX_LENGTH:
        raise Refused(
            _("Numbers by this pattern could have more than %(most)s characters; make it shorter.", most=MAX_LENGTH)
        )
    return text


def next_number(db: Session, unit: Unit, now: dt.datetime) -> str:
    """The next free number; its counter is held until the caller's transaction ends, so nobody else gets it."""
    scope = _filled(pattern(db), unit, now)
    while True:
        number = _with_number(scope, _count(db, scope))
        # Taken only where it was brought in from elsewhere, or given under another pattern.
        if db.scalar(select(Case.id).where(Case.number == number)) is None:
            return number


def unit_code(unit: Unit) -> str:
    """The first letters of its name's words, or the first three of a single word; in capitals."""
    words = [word for word in unicodedata.normalize("NFKC", unit.name).split() if word[0].isalnum()]
    code = words[0][:3] if len(words) == 1 else "".join(word[0] for word in words)
    return code[:MAX_CODE].upper() or "U"


def _filled(form: str, unit: Unit, now: dt.datetime) -> str:
    known = {"year": f"{now:%Y}", "month": f"{now:%m}", "unit": unit_code(unit)}
    return FIELD.sub(lambda field: known.get(field[1], field[0]), form)


def _with_number(scope: str, number: int) -> str:
    return FIELD.sub(lambda field: f"{number:0{field[2] or 1}d}", scope)


def _count(db: Session, scope: str) -> int:
    """One statement, which waits for whoever holds the counter."""
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    first = insert(CaseCounter).values(scope=scope, last=1)
    counted = first.on_conflict_do_update(index_elements=["scope"], set_={"last": CaseCounter.last + 1})
    return db.execute(counted.returning(CaseCounter.last)).scalar_one()
