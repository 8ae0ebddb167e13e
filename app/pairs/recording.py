"""That pairs were exported: in the chain of every sketch or case that gave one, and in the agency's."""

import uuid
from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import custody
from app.custody import Actor
from app.database import transaction
from app.errors import Refused
from app.pairs.collecting import Pair
from imaging.words import N_
from models import Account, RealPhoto, Sketch

NONE = N_("There is no pair that may be exported: no real photo has the consent of the person in it.")


def record_export(db: Session, by: Account | Actor, chosen: list[Pair]) -> list[Pair]:
    """Record it before anything is handed out; the pairs that are still agreed to. Raises Refused for none."""
    with transaction(db):
        # Sketches before photos, as everybody does who holds both: two of them must not wait for each other.
        sketches = {one.id: one for one in _held(db, {one.sketch.id for one in chosen})}
        kept = [one for one in chosen if one.sketch.id in sketches and _still_agreed(db, one)]
        if not kept:
            raise Refused(NONE)
        counts = Counter(custody.of_sketch(sketches[one.sketch.id]) for one in kept)
        for chain, count in counts.items():
            custody.record(db, chain, by, "pairs.exported", custody.Thing(chain.kind, chain.subject_id), count=count)
        agency = custody.Thing("pairs")
        custody.record(db, custody.AGENCY_CHAIN, by, "pairs.exported", agency, count=len(kept))
    return kept


def _held(db: Session, ids: Collection[uuid.UUID]) -> Sequence[Sketch]:
    """Those that there still are, which are neither filed elsewhere nor deleted before the transaction ends."""
    query = select(Sketch).where(Sketch.id.in_(ids)).order_by(Sketch.id).with_for_update(read=True)
    return db.scalars(query.execution_options(populate_existing=True)).all()


def _still_agreed(db: Session, one: Pair) -> bool:
    """Asked anew and held: who withdraws consent at this moment comes first or second, and never in between."""
    row = db.get(RealPhoto, one.photo.id, populate_existing=True, with_for_update={"read": True})
    return row is not None and row.consent and row.replaced_at is None
