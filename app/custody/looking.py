"""Looking at evidence and taking it away: one entry for each person, piece of evidence and quarter of an hour.

A request that only reads has a session that only reads. The entry is written by one of its own, before the first byte
is sent: what cannot be recorded is not shown.
"""

import hashlib
import uuid
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.custody.acting import Actor
from app.custody.appending import Thing
from app.custody.recording import AGENCY_CHAIN, of_case, of_sketch, record
from app.database import Database, add_unless_there, transaction
from app.errors import NotFound
from imaging.words import N_
from models import Case, Sighting, Sketch, utc_now

QUARTER = 15 * 60
"""Seconds."""
KEPT = 4
"""Quarters of an hour for which it is remembered who has looked."""


@dataclass(frozen=True)
class Evidence:
    """Something that belongs to a sketch, to a case as a whole, or to neither and so to the agency: which ``part`` of
    which thing, and the sha256 of its bytes."""

    sketch_id: uuid.UUID | None
    thing: Thing
    part: str
    sha256: str
    case_id: uuid.UUID | None = None

    def id_for(self, by: Actor) -> uuid.UUID:
        """Under what it is remembered that they looked: in each case apart, and a token's looks apart from its owner's
        own."""
        named = ":".join(str(one) for one in (self.thing.id, self.part, self.case_id, by.token_id) if one)
        return uuid.UUID(bytes=hashlib.sha256(named.encode()).digest()[:16])


def look(reading: Session, database: Database, by: Actor, evidence: Evidence, *, taken: bool = False) -> None:
    """Record that somebody who may see the evidence looks at it, or with ``taken`` takes it away. ``reading`` is the
    session of the request. Raises NotFound when it was removed meanwhile."""
    if by.account_id is None:
        raise ValueError("Only somebody with an account looks at evidence.")
    action, quarter, seen_as = "evidence.downloaded" if taken else "evidence.viewed", _quarter(), evidence.id_for(by)
    if reading.get(Sighting, (by.account_id, seen_as, action, quarter)) is not None:
        return
    # Whoever waits for a second connection while holding one could wait for somebody who does the same.
    reading.commit()
    with database.session() as db, transaction(db):
        seen = Sighting(account_id=by.account_id, object_id=seen_as, action=action, quarter=quarter)
        if add_unless_there(db, seen):
            _record(db, by, action, evidence)


def _record(db: Session, by: Actor, action: str, evidence: Evidence) -> None:
    # Looking changes nothing: the same digest before and after.
    same = {"before": evidence.sha256, "after": evidence.sha256}
    if evidence.case_id is not None:
        if db.get(Case, evidence.case_id, with_for_update={"read": True}) is None:
            raise NotFound(N_("This was removed a moment ago."))
        record(db, of_case(evidence.case_id), by, action, evidence.thing, **same, part=evidence.part)
        return
    if evidence.sketch_id is None:
        record(db, AGENCY_CHAIN, by, action, evidence.thing, **same, part=evidence.part)
        return
    # Held, so that it is not filed in a case between choosing the chain and writing to it.
    sketch = db.scalar(select(Sketch).where(Sketch.id == evidence.sketch_id).with_for_update(read=True))
    if sketch is None:
        raise NotFound(N_("This was removed a moment ago."))
    record(db, of_sketch(sketch), by, action, evidence.thing, **same, part=evidence.part, sketch=str(sketch.id))


def forget_old(db: Session) -> int:
    """Forget who has looked in quarters of an hour that are over; the entries stay. How many there were."""
    old = Sighting.quarter < _quarter() - KEPT
    if db.scalar(select(Sighting.quarter).where(old).limit(1)) is None:
        return 0  # nothing to write: do not make other writers wait
    with transaction(db):
        return len(db.execute(delete(Sighting).where(old).returning(Sighting.quarter)).all())


def _quarter() -> int:
    return int(utc_now().timestamp()) // QUARTER
