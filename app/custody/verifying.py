"""Verifying chains: every entry's hash, its number, the one before it, and the head. It reads, and changes nothing.

Entries come one after another from the database, so that it takes as little memory for a million as for ten.
"""

import contextlib
import sqlite3
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, select

from app.custody.appending import Chain
from app.custody.canonical import HASHED, canonical_row, digest
from app.custody.reading import UNREADABLE, Columns, raw, rows
from app.database import Database
from models import NOTHING, CustodyChain, CustodyEntry

Row = Mapping[Any, Any]
OWN = (*HASHED, "hash")
"""What an entry itself says."""
ABOUT: Columns = {"chain": CustodyChain.id, "kind": CustodyChain.kind, "subject_id": CustodyChain.subject_id}
READ: Columns = {
    **ABOUT,
    "length": CustodyChain.length,
    "head": CustodyChain.head,
    **{name: getattr(CustodyEntry, name) for name in OWN},
}
FILED: Columns = {**ABOUT, "number": CustodyEntry.number, "details": CustodyEntry.details}
STRAY: Columns = {"chain": CustodyEntry.chain_id}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a chain, by a word of app.custody.words, and the first entry with which it is. ``chain`` is
    None where no chain can be named, ``note`` what else identifies it, such as the day of an anchor."""

    what: str
    chain: Chain | None = None
    number: int = 0
    note: str = ""


@dataclass
class Report:
    """What was looked at, and what is wrong with it: of each chain the first thing."""

    chains: int = 0
    entries: int = 0
    anchors: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.faults


@contextlib.contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """The records as they are at one moment, whatever is written meanwhile."""
    options = {} if database.engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with database.engine.connect().execution_options(**options) as connection, any_text(connection):
        yield connection


@contextlib.contextmanager
def any_text(connection: Connection) -> Iterator[None]:
    """Inside, text that SQLite's file has and that is no UTF-8 is read all the same, as another than was written."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    driver.text_factory = lambda data: data.decode(errors="replace")
    try:
        yield
    finally:
        driver.text_factory = str


def verify(connection: Connection, report: Report, only: Collection[uuid.UUID] | None = None) -> None:
    """Verify these chains, or all of them, and what names the head of another."""
    for _, some in groupby(rows(connection, _entries(only), READ), key=lambda row: row["chain"]):
        fault = _check(some, report)
        if fault is not None:
            report.faults.append(fault)
    report.faults += _wrongly_filed(connection, only)
    if only is None:
        report.faults += _strays(connection)


def _entries(only: Collection[uuid.UUID] | None) -> Select[*tuple[Any, ...]]:
    """Every chain with its entries in order; a chain without one has a row of nulls."""
    query = select(*raw(READ)).select_from(CustodyChain)
    query = query.outerjoin(CustodyEntry, CustodyEntry.chain_id == CustodyChain.id)
    if only is not None:
        query = query.where(CustodyChain.id.in_(only))
    return query.order_by(CustodyChain.id, CustodyEntry.number, CustodyEntry.id)


def _check(some: Iterator[Row], report: Report) -> Fault | None:
    """The first thing that is wrong with one chain. All of its rows are read."""
    report.chains += 1
    fault: Fault | None = None
    number, previous = 0, NOTHING
    row: Row = {}
    for row in some:
        if row["number"] is None:
            break
        report.entries += 1
        if fault is None and (what := _wrong(row, number, previous)):
            # Of a gap the first entry that is not there, and not the one behind it.
            fault = Fault(what, _chain(row), number + 1 if what == "missing" else row["number"])
        number, previous = row["number"], row["hash"]
    return fault or _wrong_end(row, number, previous)


def _wrong(row: Row, number: int, previous: str) -> str:
    """What is wrong with an entry behind the one with this number and hash; empty when nothing is."""
    if row["number"] > number + 1:
        return "missing"
    if any(row[name] is UNREADABLE for name in OWN) or digest(canonical_row(row)) != row["hash"]:
        return "altered"
    if row["number"] <= number:
        return "double"
    return "" if row["previous"] == previous else "unbound"


def _wrong_end(row: Row, number: int, previous: str) -> Fault | None:
    chain = _chain(row)
    if chain is None or chain.id != row["chain"]:
        return Fault("renamed", chain, 1)
    if number < row["length"]:
        return Fault("cut", chain, number + 1)
    if number > row["length"]:
        return Fault("beyond", chain, row["length"] + 1)
    return Fault("head", chain, number) if row["head"] != previous else None


def _chain(row: Row) -> Chain | None:
    """None where the records do not say any more which it is."""
    kind, subject_id = row["kind"], row["subject_id"]
    return None if UNREADABLE in (kind, subject_id, row["chain"]) else Chain(kind, subject_id)


def _wrongly_filed(connection: Connection, only: Collection[uuid.UUID] | None) -> list[Fault]:
    """Entries that name where a sketch's own chain ended, and it did not end so."""
    query = select(*raw(FILED)).join(CustodyEntry, CustodyEntry.chain_id == CustodyChain.id)
    query = query.where(CustodyEntry.action == "sketch.filed")
    if only is not None:
        query = query.where(CustodyChain.id.in_(only))
    return [
        Fault("filed", _chain(row), row["number"])
        for row in rows(connection, query, FILED)
        if not _names_an_end(connection, row["details"])
    ]


def _names_an_end(connection: Connection, details: Any) -> bool:
    """Whether the end of a chain that an entry names is there; true for one that names none."""
    if not isinstance(details, dict) or "chain" not in details:
        return True  # nothing of it can be read, and that is told already; or it is the sketch's own
    try:
        chain_id, number, head = uuid.UUID(details["chain"]), int(details["length"]), details["head"]
    except (KeyError, TypeError, ValueError, AttributeError):
        return False
    query = select(CustodyEntry.hash).where(CustodyEntry.chain_id == chain_id, CustodyEntry.number == number)
    return bool(connection.scalar(query) == head)


def _strays(connection: Connection) -> list[Fault]:
    """Entries of chains that are not there: an owner of the database can take the chain away alone."""
    known = select(CustodyChain.id).where(CustodyChain.id == CustodyEntry.chain_id)
    query = select(*raw(STRAY)).where(~known.exists()).distinct()
    found = (row["chain"] for row in rows(connection, query, STRAY))
    return [Fault("stray", note="?" if one is UNREADABLE else str(one)) for one in found]
