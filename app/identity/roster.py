"""A list of people from a CSV file: reading it, and naming every line that is wrong.

Columns: email, name, roles, units; several roles or units in one cell are separated by semicolons.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.errors import Refused
from app.identity.accounts import clean_email, clean_name
from app.identity.units import clean_unit_name
from models import Role, fold

MAX_BYTES = 2**20
MAX_ROWS = 2000
COLUMNS = ("email", "name", "roles", "units")
NEEDED = COLUMNS[:3]
ROLE_WORDS = {**{role.value: role for role in Role}, "administrator": Role.ADMIN}


@dataclass(frozen=True)
class Row:
    """A person to be invited. ``line`` is where it starts in the file, counted from 1."""

    line: int
    email: str
    name: str
    roles: frozenset[Role]
    units: tuple[str, ...]


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong in a line."""

    line: int
    reason: str


@dataclass
class Roster:
    """``text`` is the file, decoded. Without problems every row can be used.

    ``named`` is what each line names, also a wrong one, so that one look finds everything: address and units.
    """

    text: str
    rows: list[Row] = field(default_factory=list)
    named: list[tuple[int, str, tuple[str, ...]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def decode(data: bytes) -> str:
    """The file's text. Raises Refused for one that is too large, or not UTF-8."""
    if len(data) > MAX_BYTES:
        raise Refused(_("The file has more than 1 MB. Split it into several."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(_("The file is not in UTF-8. Save it again as “CSV UTF-8”, then choose it once more.")) from None


def read(text: str) -> Roster:
    """Raises Refused for a file that is no such list at all, or too long."""
    if not text.strip():
        raise Refused(_("The file is empty."))
    roster = Roster(text)
    records = _records(text)
    columns = _columns(next(records)[1])
    seen: dict[str, int] = {}
    for count, (line, cells) in enumerate(records, start=1):
        if count > MAX_ROWS:
            raise Refused(_("The file has more than %(most)s people. Split it into several.", most=MAX_ROWS))
        row = _row(roster, line, cells, columns)
        if row is not None and row.email in seen:
            roster.problems.append(
                Problem(line, _("%(email)s is in line %(line)s already.", email=row.email, line=seen[row.email]))
            )
        elif row is not None:
            seen[row.email] = line
            roster.rows.append(row)
    if not roster.rows and not roster.problems:
        raise Refused(_("The file names nobody: below the line of columns it is empty."))
    return roster


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with the line it starts in."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, [cell.strip() for cell in cells]
            line = reader.line_num + 1
    except csv.Error:
        raise Refused(_("Line %(line)s is not CSV: check its quotation marks.", line=line)) from None


def _delimiter(text: str) -> str:
    """What the first line separates its columns with."""
    first = next(line for line in text.splitlines() if line.strip())
    return ";" if first.count(";") > first.count(",") else ","


def _columns(cells: list[str]) -> dict[str, int]:
    names = [cell.casefold() for cell in cells]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise Refused(
            _(
                "The first line must name the columns email, name, roles and units; %(name)s is missing.",
                name=missing[0],
            )
        )
    unknown = [cell for cell, name in zip(cells, names, strict=True) if name and name not in COLUMNS]
    if unknown or len(set(names)) < len(names):
        raise Refused(_("The first line must name the columns email, name, roles and units, each once and no others."))
    return {name: place for place, name in enumerate(names)}


def _row(roster: Roster, line: int, cells: list[str], columns: dict[str, int]) -> Row | None:
    """The row, or None with what is wrong noted in the roster."""
    found = (
        [
            Problem(
                line, _("There are %(cells)s cells, but %(columns)s columns.", cells=len(cells), columns=len(columns))
            )
        ]
        if len(cells) > len(columns)
        else []
    )
    values = {name: cells[place] if place < len(cells) else "" for name, place in columns.items()}
    email, name, units = values["email"], values["name"], _split(values.get("units", ""))
    usable = ""
    try:
        usable = email = clean_email(email)
    except Refused:
        found.append(
            Problem(
                line,
                _("“%(email)s” is not an e-mail address.", email=email)
                if email
                else _("The e-mail address is missing."),
            )
        )
    try:
        name = clean_name(name)
    except Refused as error:
        found.append(Problem(line, str(error)))
    roles = _roles(line, values["roles"], found)
    for unit in units:
        try:
            clean_unit_name(unit)
        except Refused:
            found.append(Problem(line, _("A unit's name is longer than 100 characters.")))
    roster.named.append((line, usable, units))
    roster.problems += found
    return None if found else Row(line, email, name, frozenset(roles), units)


def _roles(line: int, cell: str, found: list[Problem]) -> set[Role]:
    words = _split(cell)
    unknown = [word for word in words if word.casefold() not in ROLE_WORDS]
    if not words:
        found.append(Problem(line, _("It names no role.")))
    found += [
        Problem(line, _("“%(word)s” is no role; there are investigator, supervisor and admin.", word=word))
        for word in unknown
    ]
    return {ROLE_WORDS[word.casefold()] for word in words if word not in unknown}


def _split(cell: str) -> tuple[str, ...]:
    """What a cell lists, each once."""
    listed = (" ".join(part.split()) for part in cell.split(";"))
    return tuple({fold(part): part for part in listed if part}.values())
