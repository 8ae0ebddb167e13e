"""Verifying and exporting a chain for somebody who asks for it on a page; both are entries of that chain."""

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.custody.acting import acting
from app.custody.appending import Chain, Thing
from app.custody.canonical import HASHED, canonical_row
from app.custody.comparing import compare, find
from app.custody.reading import BATCH
from app.custody.recording import record
from app.custody.verifying import Report, snapshot, verify
from app.database import Database, transaction
from app.storage import ObjectStore
from models import CustodyEntry

ANCHORS_READ = 400
"""A year and more of them, the newest: a page must not wait for ever. The command reads all."""


def verified(
    db: Session, database: Database, stores: Sequence[ObjectStore], chain: Chain, beside: Collection[Chain] = ()
) -> Report:
    """Verify the chain, and those beside it, against the newest anchors; an entry of it says that it was done. Raises
    StorageUnavailable."""
    only, report = {one.id for one in (chain, *beside)}, Report()
    db.commit()  # lets its connection go: the snapshot takes one
    found = find(stores, newest=ANCHORS_READ)
    with snapshot(database) as connection:
        verify(connection, report, only)
        compare(connection, found, report, only)
    with transaction(db):
        counts = {"entries": report.entries, "anchors": report.anchors, "faults": len(report.faults)}
        record(db, chain, acting(db), "chain.verified", Thing("chain", chain.id), before=None, after=None, **counts)
    return report


def exported(db: Session, database: Database, chain: Chain) -> Iterator[bytes]:
    """The chain as JSON lines, an entry each, the last of which says that it was exported; behind them a line with
    their number, the head and the sha256 of all lines before."""
    with transaction(db):
        record(db, chain, acting(db), "chain.exported", Thing("chain", chain.id))
    return _lines(database, chain)


def _lines(database: Database, chain: Chain) -> Iterator[bytes]:
    digest, count, head = hashlib.sha256(), 0, ""
    columns = [getattr(CustodyEntry, name) for name in (*HASHED, "hash")]
    query = select(*columns).where(CustodyEntry.chain_id == chain.id).order_by(CustodyEntry.number)
    with snapshot(database) as connection:
        for row in connection.execute(query, execution_options={"yield_per": BATCH}).mappings():
            line = _json({**canonical_row(row), "hash": row["hash"]})
            digest.update(line)
            count, head = count + 1, row["hash"]
            yield line
    yield _json({"entries": count, "head": head, "kind": chain.kind, "sha256": digest.hexdigest()})


def _json(facts: dict[str, object]) -> bytes:
    return (json.dumps(facts, sort_keys=True, separators=(",", ":")) + "\n").encode()
