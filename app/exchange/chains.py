"""Custody in a file: one entry a line, in canonical form, so that anybody can compute its hashes anew."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.custody.canonical import HASHED, canonical, digest
from app.errors import Refused
from imaging.words import N_
from models import NOTHING, ChainKind, CustodyChain, CustodyEntry

Line = dict[str, Any]
BESIDE = ("chain", "subject_id", "hash")
"""What a line says besides what its hash covers."""


class BadChain(Refused):
    """The custody in a file does not hold together."""

    def __init__(self, file: str, line: int) -> None:
        super().__init__(
            N_(
                "%(file)s, line %(line)s: this entry of custody was changed, or one before it is missing. "
                "Nothing was imported."
            ),
            file=file,
            line=line,
        )


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


def from_text(text: bytes, file: str) -> list[ChainText]:
    """The chains in a file, each checked from its first entry to its last. Raises BadChain."""
    grouped: dict[tuple[str, str], list[Line]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        entry = _entry(line)
        if entry is None:
            raise BadChain(file, number)
        before = grouped.setdefault((str(entry["chain"]), str(entry["subject_id"])), [])
        if not _follows(entry, before):
            raise BadChain(file, number)
        before.append(entry)
    return [ChainText(*of, lines[-1]["hash"], tuple(lines)) for of, lines in grouped.items()]


def _entry(line: bytes) -> Line | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) and set(entry) == {*HASHED, *BESIDE} else None


def _follows(entry: Line, before: list[Line]) -> bool:
    """Whether its hash is that of what it says, and it is the next one."""
    last = before[-1] if before else None
    place = (last["number"] + 1, last["hash"], last["chain_id"]) if last else (1, NOTHING, entry["chain_id"])
    said = (entry["number"], entry["previous"], entry["chain_id"])
    return said == place and digest({name: entry[name] for name in HASHED}) == entry["hash"]
