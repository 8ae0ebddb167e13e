"""That pairs were exported: in the chain of every sketch or case that gave one, and in the agency's."""

from collections import Counter

from sqlalchemy.orm import Session

from app import custody
from app.custody import Actor
from app.database import transaction
from app.errors import Refused
from app.pairs.collecting import Pair
from app.studio.sight import held_for_reading
from imaging.words import N_
from models import Account, RealPhoto

NONE = N_("There is no pair that may be exported: no real photo has the consent of the person in it.")


def record_export(db: Session, by: Account | Actor, chosen: list[Pair]) -> list[Pair]:
    """Record it before anything is handed out; the pairs that are still agreed to. Raises Refused for none."""
    with transaction(db):
        kept = [one for one in chosen if _still_agreed(db, one)]
        if not kept:
            raise Refused(NONE)
        counts: Counter[custody.Chain] = Counter()
        for one in kept:
            counts[custody.of_sketch(held_for_reading(db, one.sketch.id))] += 1
        for chain, count in counts.items():
            custody.record(db, chain, by, "pairs.exported", custody.Thing(chain.kind, chain.subject_id), count=count)
        agency = custody.Thing("pairs")
        custody.record(db, custody.AGENCY_CHAIN, by, "pairs.exported", agency, count=len(kept))
    return kept


def _still_agreed(db: Session, one: Pair) -> bool:
    """Asked anew and held: who withdraws consent at this moment comes first or second, and never in between."""
    row = db.get(RealPhoto, one.photo.id, populate_existing=True, with_for_update={"read": True})
    return row is not None and row.consent and row.replaced_at is None
