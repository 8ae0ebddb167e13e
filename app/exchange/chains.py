"""Custody in a file: one entry a line, in canonical form, so that anybody can compute its hashes anew."""

import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.custody.canonical import HASHED, canonical, digest
from app.errors import Refused
from models import NOTHING, ChainKind, CustodyChain, CustodyEntry

Line = dict[str, Any]
BESIDE = ("chain", "subject_id", "hash")
"""What a line says besides what its hash covers."""


class BadChain(Refused):
    """The custody in a file does not hold together."""


@dataclass(frozen=True)
class ChainText:
    """One chain with its entries; ``head`` is the hash of the last one."""

    kind: str
    subject_id: str
    head: str
    lines: tuple[Line, ...]


def chain_text(db: Session, kind: ChainKind, subject_id: uuid.UUID) -> ChainText | None:
    """None for a chain that was never begun."""
    query = select(CustodyChain).where(CustodyChain.kind == kind, CustodyChain.subject_id == subject_id)
    chain = db.scalar(query)
    if chain is None:
        return None
    # Up to the head that was read: entries of others may have been added since.
    entries = select(CustodyEntry).where(CustodyEntry.chain_id == chain.id, CustodyEntry.number <= chain.length)
    about = {"chain": str(kind), "subject_id": str(subject_id)}
    lines = tuple(
        {**about, **canonical(one), "hash": one.hash} for one in db.scalars(entries.order_by(CustodyEntry.number))
    )
    return ChainText(str(kind), str(subject_id), chain.head, lines)


def to_text(chains: Iterable[ChainText]) -> bytes:
    """The lines of all chains, as they stand in a file."""
    lines = (json.dumps(line, sort_keys=True, ensure_ascii=True) for chain in chains for line in chain.lines)
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def from_text(text: bytes) -> list[ChainText]:
    """The chains in a file, each checked from its first entry to its last. Raises BadChain, naming the entry."""
    grouped: dict[tuple[str, str], list[Line]] = {}
    for line in _lines(text):
        grouped.setdefault((str(line["chain"]), str(line["subject_id"])), []).append(line)
    return [
        ChainText(kind, subject, _check(kind, subject, lines), tuple(lines))
        for (kind, subject), lines in grouped.items()
    ]


def _lines(text: bytes) -> Iterator[Line]:
    for number, raw in enumerate(text.splitlines(), 1):
        try:
            line = json.loads(raw)
        except (ValueError, RecursionError):
            line = None
        if not isinstance(line, dict) or set(line) != {*HASHED, *BESIDE}:
            raise BadChain(f"line {number} is no entry of custody")
        yield line


def _check(kind: str, subject: str, lines: list[Line]) -> str:
    """The head of a chain that holds."""
    previous, of = NOTHING, f"of the chain of {kind} {subject}"
    for number, line in enumerate(lines, 1):
        facts = {name: line[name] for name in HASHED}
        if line["number"] != number or line["chain_id"] != lines[0]["chain_id"]:
            raise BadChain(f"entry {number} {of} is missing or out of place")
        if line["previous"] != previous:
            raise BadChain(f"entry {number} {of} does not follow from the one before")
        if digest(facts) != line["hash"]:
            raise BadChain(f"entry {number} {of} was changed")
        previous = line["hash"]
    return previous
