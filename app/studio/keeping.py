"""Which of a sketch's likenesses is the current one: the one that was kept last.

The others stay on record and can be kept later. Until one is kept, the first of what was rendered last stands for
the sketch.
"""

from collections.abc import Sequence

import structlog
from sqlalchemy.orm import Session

from app import custody
from app.database import clock, transaction
from app.studio.shelf import likenesses
from app.studio.sight import held_sketch
from models import Account, Likeness

log = structlog.get_logger(__name__)


def keep(db: Session, account: Account, likeness: Likeness) -> None:
    """Make it the sketch's current one. Keeping the current one again changes nothing. Raises NotFound for a sketch
    that the account does not see any more, Forbidden for one that it may only look at."""
    likeness_id, sketch_id, account_id = likeness.id, likeness.sketch_id, account.id
    with transaction(db):
        # Of two people who keep different ones at once, one comes second, and the later time is theirs.
        sketch = held_sketch(db, account, sketch_id)
        before = kept(likenesses(db, sketch))
        if before is not None and before.id == likeness_id:
            return
        row = db.get_one(Likeness, likeness_id)
        row.kept_at, row.kept_by = clock(db), account_id
        custody.record(
            db,
            custody.of_sketch(sketch),
            account,
            "likeness.kept",
            custody.Thing("likeness", likeness_id),
            before=before.image_sha256 if before else None,
            after=row.image_sha256,
            number=row.number,
            sketch=str(sketch_id),
        )
    log.info("likeness_kept", likeness=str(likeness_id), sketch=str(sketch_id), by=str(account_id))


def kept(found: Sequence[Likeness]) -> Likeness | None:
    """The one that was kept last; None when none was."""
    times = [(one.kept_at, one.number, one) for one in found if one.kept_at is not None]
    return max(times, key=lambda entry: entry[:2])[2] if times else None


def current(found: Sequence[Likeness]) -> Likeness | None:
    """The one that stands for the sketch. ``found`` are all of its likenesses, oldest first."""
    if not found:
        return None
    return kept(found) or beginning(found, found[-1])


def beginning(found: Sequence[Likeness], likeness: Likeness) -> Likeness:
    """The first candidate of the likeness's set that there is."""
    return min(set_of(found, likeness), key=lambda one: one.candidate or 1)


def set_of(found: Sequence[Likeness], likeness: Likeness) -> list[Likeness]:
    """It and the other candidates of its request, in their order."""
    if likeness.set_id is None:
        return [likeness]
    return sorted((one for one in found if one.set_id == likeness.set_id), key=lambda one: one.candidate or 1)
