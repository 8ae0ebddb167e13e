"""The rows of s2f's table `record`, from its SQLite file, its PostgreSQL database, or a CSV file made of either."""

import csv
import datetime as dt
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from app.errors import Refused

COLUMNS = ("id", "createdate", "updatedate", "originalimg", "genimg", "realimg")
"""As PostgreSQL and CSV may have them, without regard to capitals. An older s2f has `genBwImg` besides: the generated
picture in grey, which says nothing that the picture does not."""


@dataclass(frozen=True)
class SeedRecord:
    """``original``, ``generated`` and ``real`` are names of objects in ori/, gen/ and real/."""

    id: int
    created: dt.datetime
    updated: dt.datetime
    original: str
    generated: str
    real: str | None


@dataclass(frozen=True)
class BadRow:
    """A row that is none: ``why`` in words."""

    id: str
    why: str


def read(place: str, zone: zoneinfo.ZoneInfo) -> Iterator[SeedRecord | BadRow]:
    """Every row, by id. s2f wrote times without a zone, in that of its machine. Raises Refused, in words."""
    rows = _from_csv(Path(place)) if place.lower().endswith(".csv") else _from_database(place)
    for row in rows:
        yield _record(row, zone)


def _record(row: Mapping[str, Any], zone: zoneinfo.ZoneInfo) -> SeedRecord | BadRow:
    try:
        return SeedRecord(
            int(row["id"]),
            _moment(row["createdate"], zone),
            _moment(row["updatedate"], zone),
            _name(row["originalimg"]),
            _name(row["genimg"]),
            _name(row["realimg"]) if row["realimg"] else None,
        )
    except (ValueError, TypeError, OverflowError) as error:
        return BadRow(str(row["id"]), f"the row cannot be read: {error}")


def _moment(value: Any, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)


def _name(value: Any) -> str:
    """The name of an object, which must not lead anywhere else."""
    name = str(value)
    if not name or len(name) > 200 or name.startswith(".") or any(sign in "/\\\x00" or sign < " " for sign in name):
        raise ValueError(f"{name[:80]!r} is no name of a picture")
    return name


def _from_csv(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            _check(reader.fieldnames or (), str(path))
            for row in reader:
                yield {str(name).lower(): value for name, value in row.items()}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refused("%(place)s cannot be read: %(why)s.", place=str(path), why=str(error)) from error


def _from_database(place: str) -> Iterator[Mapping[str, Any]]:
    address = place
    if "://" not in place:
        if not Path(place).is_file():
            raise Refused("There is no file %(place)s.", place=place)
        address = f"sqlite:///file:{Path(place).resolve()}?mode=ro&uri=true"
    try:
        url = make_url(address)
        if url.get_backend_name() == "postgresql":  # s2f spoke to it through another driver
            url = url.set(drivername="postgresql+psycopg")
        engine = create_engine(url)
        with engine.connect() as connection:
            columns = [column["name"] for column in inspect(connection).get_columns("record")]
            _check(columns, place)
            quote = connection.dialect.identifier_preparer.quote
            wanted = ", ".join(quote(name) for name in columns if name.lower() in COLUMNS)
            for row in connection.execute(text(f"SELECT {wanted} FROM record ORDER BY id")).mappings():  # noqa: S608
                yield {name.lower(): value for name, value in row.items()}
        engine.dispose()
    except SQLAlchemyError as error:
        why = type(getattr(error, "orig", None) or error).__name__
        raise Refused("The database cannot be read (%(why)s): is it s2f's, with a table record?", why=why) from error


def _check(names: Iterable[str], place: str) -> None:
    lacking = sorted(set(COLUMNS) - {name.lower() for name in names})
    if lacking:
        raise Refused("%(place)s lacks the columns %(columns)s.", place=place, columns=", ".join(lacking))
