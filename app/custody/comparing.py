"""Comparing chains with their anchors: whoever rewrites a chain with all its hashes cannot rewrite what others hold.

One anchor is read at a time, and compared by asking for the entries that it names.
"""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import Connection, select, tuple_

from app.custody.anchors import Anchor, Head, NoAnchor, digests
from app.custody.reading import UNREADABLE, Columns, raw, rows
from app.custody.recording import AGENCY_CHAIN
from app.custody.verifying import Fault, Report
from app.storage import DamagedObject, MissingObject, ObjectStore, split_key
from models import ANCHORS, CustodyAnchor, CustodyEntry

PARALLEL = 8
BATCH = 400
NAMED: Columns = {"at": CustodyEntry.at, "after": CustodyEntry.after}


@dataclass(frozen=True)
class Found:
    """Anchors by their sha256: ``there`` are all that any of the stores has, ``places`` says of those to be read which
    one has it."""

    stores: Sequence[ObjectStore]
    places: Mapping[str, ObjectStore]
    there: Set[str]

    def has(self, digest: str) -> bool:
        """Also one that was put since."""
        return digest in self.there or any(store.exists(f"{ANCHORS}/{digest}") for store in self.stores)


def find(stores: Sequence[ObjectStore], newest: int | None = None) -> Found:
    """All of them, to be read whole or so many of the newest. To be called before the snapshot, which then is the newer
    one. Raises StorageUnavailable."""
    kept = [(store, digests(store)) for store in reversed(stores)]
    places = {digest: store for store, some in kept for digest in some[:newest]}
    return Found(stores, places, {digest for _store, some in kept for digest in some})


def compare(connection: Connection, found: Found, report: Report, only: Collection[uuid.UUID] | None = None) -> None:
    """Compare these chains, or all of them, with every anchor. A chain's fault is only told when it has no other."""
    known = {fault.chain for fault in report.faults}
    linked: dict[str, str] = {}
    for anchor in _read(found.places):
        if isinstance(anchor, Fault):
            report.faults.append(anchor)
            continue
        report.anchors += 1
        if anchor.previous is not None:
            linked[anchor.previous] = anchor.day.isoformat()
        heads = [head for head in anchor.heads if only is None or head.chain.id in only]
        for start in range(0, len(heads), BATCH):
            for fault in _differing(connection, heads[start : start + BATCH], anchor.day.isoformat()):
                if fault.chain not in known:
                    known.add(fault.chain)
                    report.faults.append(fault)
    report.faults += _gone(connection, found, linked)


def _read(places: Mapping[str, ObjectStore]) -> Iterator[Anchor | Fault]:
    """A few at a time: of a bucket each takes a moment."""
    todo = sorted(places)
    with ThreadPoolExecutor(PARALLEL) as pool:
        for start in range(0, len(todo), PARALLEL):
            some = todo[start : start + PARALLEL]
            yield from pool.map(lambda one: _one(places[one], one), some)


def _one(store: ObjectStore, digest: str) -> Anchor | Fault:
    try:
        return Anchor.read(store.get(f"{ANCHORS}/{digest}"))
    except (DamagedObject, MissingObject, NoAnchor):
        return Fault("anchor_damaged", note=digest[:12])


def _differing(connection: Connection, heads: Sequence[Head], day: str) -> Iterator[Fault]:
    places = [(head.chain.id, head.length) for head in heads]
    query = select(CustodyEntry.chain_id, CustodyEntry.number, CustodyEntry.hash)
    query = query.where(tuple_(CustodyEntry.chain_id, CustodyEntry.number).in_(places))
    found = {(row.chain_id, row.number): row.hash for row in connection.execute(query)}
    for head in heads:
        hash_ = found.get((head.chain.id, head.length))
        if hash_ != head.hash:
            yield Fault("unanchored" if hash_ else "anchored_gone", head.chain, head.length, day)


def _gone(connection: Connection, found: Found, linked: dict[str, str]) -> list[Fault]:
    """Anchors that are nowhere, though a later one, a row, or an entry of the agency's chain names them."""
    named = dict(linked)
    for day, key in connection.execute(select(CustodyAnchor.day, CustodyAnchor.object_key)):
        named[split_key(key)[1]] = day.isoformat()
    entries = select(*raw(NAMED)).where(
        CustodyEntry.chain_id == AGENCY_CHAIN.id, CustodyEntry.action == "chain.anchored"
    )
    for row in rows(connection, entries, NAMED):
        on = "?" if row["at"] is UNREADABLE else row["at"].date().isoformat()
        named.setdefault(str(row["after"]), on)
    return [Fault("anchor_gone", note=day) for digest, day in sorted(named.items()) if not found.has(digest)]
