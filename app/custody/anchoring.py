"""Anchoring: once a day the heads of chains go to where the objects are, out of reach of whoever owns the records."""

import datetime as dt

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.custody.acting import WORKER
from app.custody.anchors import Anchor, Head, digests
from app.custody.appending import Chain, Thing
from app.custody.recording import AGENCY_CHAIN, record
from app.database import Database, add_unless_there, transaction
from app.storage import ObjectStore, object_key, split_key
from models import ANCHORS, CustodyAnchor, CustodyChain, CustodyEntry, utc_now

log = structlog.get_logger(__name__)

OVERLAP = dt.timedelta(hours=1)
"""An entry carries the time at which it was written and is seen when that committed."""


def take(database: Database, store: ObjectStore) -> CustodyAnchor | None:
    """Take the day's anchor; None when there is one. Several workers may try at once. Raises StorageUnavailable.

    The object is put first, so that no row names one that is not there. One that lost its race against another
    worker stays: what it says is as true.
    """
    now = utc_now()
    with database.session(read_only=True) as db:
        former = db.scalar(select(CustodyAnchor).order_by(CustodyAnchor.day.desc()).limit(1))
        if former is not None and former.day >= now.date():
            return None
        heads = _grown(db, former.taken_at - OVERLAP if former else None)
    data = Anchor(now.date(), split_key(former.object_key)[1] if former else None, heads).write()
    key = object_key(ANCHORS, data)
    store.put(key, data)
    row = CustodyAnchor(day=now.date(), object_key=key, heads=len(heads), taken_at=now)
    with database.session() as db, transaction(db):
        if not add_unless_there(db, row):
            return None
        digest = split_key(key)[1]
        record(db, AGENCY_CHAIN, WORKER, "chain.anchored", Thing("anchor"), after=digest, heads=len(heads))
    log.info("chains_anchored", heads=len(heads), sha256=digest)
    return row


def _grown(db: Session, since: dt.datetime | None) -> list[Head]:
    """The chains with an entry since then, or all of them."""
    query = select(CustodyChain).order_by(CustodyChain.kind, CustodyChain.subject_id)
    if since is not None:
        query = query.where(CustodyChain.id.in_(select(CustodyEntry.chain_id).where(CustodyEntry.at > since)))
    chains = db.scalars(query.execution_options(yield_per=1000))
    return [Head(Chain(one.kind, one.subject_id), one.length, one.head) for one in chains]


def mirror(store: ObjectStore, second: ObjectStore) -> int:
    """Copy the anchors that a second place lacks; how many. Raises StorageUnavailable."""
    there = set(digests(second))
    lacking = [digest for digest in digests(store) if digest not in there]
    for digest in lacking:
        key = f"{ANCHORS}/{digest}"
        second.put(key, store.get(key))
    return len(lacking)
