"""Verifying chains: every entry's hash, its number, the one before it, and the head. It reads, and changes nothing.

Entries come one after another from the database, so that it takes as little memory for a million as for ten.
"""

import contextlib
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, select

from app.custody.appending import Chain
from app.custody.canonical import HASHED, canonical_row, digest
from app.database import Database
from models import NOTHING, CustodyChain, CustodyEntry

BATCH = 1000
Row = Mapping[Any, Any]


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
    with database.engine.connect().execution_options(**options) as connection:
        yield connection


def verify(connection: Connection, report: Report, only: Collection[uuid.UUID] | None = None) -> None:
    """Verify these chains, or all of them, and what names the head of another."""
    result = connection.execute(_entries(only), execution_options={"yield_per": BATCH})
    for _, rows in groupby(result.mappings(), key=lambda row: row["chain"]):
        fault = _check(rows, report)
        if fault is not None:
            report.faults.append(fault)
    report.faults += _wrongly_filed(connection, only)
    if only is None:
        report.faults += _strays(connection)


def _entries(only: Collection[uuid.UUID] | None) -> Select[*tuple[Any, ...]]:
    """Every chain with its entries in order; a chain without one has a row of nulls."""
    about = [CustodyChain.id.label("chain"), CustodyChain.kind, CustodyChain.subject_id]
    end = [CustodyChain.length, CustodyChain.head]
    columns = [getattr(CustodyEntry, name) for name in HASHED] + [CustodyEntry.hash]
    query = select(*about, *end, *columns).outerjoin(CustodyEntry, CustodyEntry.chain_id == CustodyChain.id)
    if only is not None:
        query = query.where(CustodyChain.id.in_(only))
    return query.order_by(CustodyChain.id, CustodyEntry.number, CustodyEntry.id)


def _check(rows: Iterator[Row], report: Report) -> Fault | None:
    """The first thing that is wrong with one chain. All of its rows are read."""
    report.chains += 1
    fault: Fault | None = None
    number, previous = 0, NOTHING
    row: Row = {}
    for row in rows:
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
    if digest(canonical_row(row)) != row["hash"]:
        return "altered"
    if row["number"] <= number:
        return "double"
    return "" if row["previous"] == previous else "unbound"


def _wrong_end(row: Row, number: int, previous: str) -> Fault | None:
    chain = _chain(row)
    if chain.id != row["chain"]:
        return Fault("renamed", chain, 1)
    if number < row["length"]:
        return Fault("cut", chain, number + 1)
    if number > row["length"]:
        return Fault("beyond", chain, row["length"] + 1)
    return Fault("head", chain, number) if row["head"] != previous else None


def _chain(row: Row) -> Chain:
    return Chain(row["kind"], row["subject_id"])


def _wrongly_filed(connection: Connection, only: Collection[uuid.UUID] | None) -> list[Fault]:
    """Entries that name where a sketch's own chain ended, and it did not end so."""
    query = select(CustodyChain, CustodyEntry.number, CustodyEntry.details).join(
        CustodyEntry, CustodyEntry.chain_id == CustodyChain.id
    )
    query = query.where(CustodyEntry.action == "sketch.filed")
    if only is not None:
        query = query.where(CustodyChain.id.in_(only))
    faults = []
    for row in connection.execute(query, execution_options={"yield_per": BATCH}).mappings():
        named = row["details"]
        if "chain" in named and entry_hash(connection, uuid.UUID(named["chain"]), named["length"]) != named["head"]:
            faults.append(Fault("filed", _chain(row), row["number"]))
    return faults


def entry_hash(connection: Connection, chain_id: uuid.UUID, number: int) -> str | None:
    query = select(CustodyEntry.hash).where(CustodyEntry.chain_id == chain_id, CustodyEntry.number == number)
    return connection.scalar(query)


def _strays(connection: Connection) -> list[Fault]:
    """Entries of chains that are not there: an owner of the database can take the chain away alone."""
    known = select(CustodyChain.id).where(CustodyChain.id == CustodyEntry.chain_id)
    query = select(CustodyEntry.chain_id).where(~known.exists()).distinct()
    return [Fault("stray", note=str(one)) for one in connection.scalars(query)]
