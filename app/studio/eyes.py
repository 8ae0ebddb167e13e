"""Where a sketch's eyes are: what a person says wins over what the program found."""

import structlog
from sqlalchemy.orm import Session

from app import custody
from app.database import transaction
from app.studio.asking import Eyes, eyes_on
from app.studio.shelf import held_sketch
from models import Account, Sketch

log = structlog.get_logger(__name__)


def put(db: Session, account: Account, sketch: Sketch, eyes: Eyes | None) -> None:
    """Keep where a person puts them; None leaves finding them to the program again.

    Raises Refused unless they lie on the sketch and apart, NotFound for one that the account does not see any more.
    """
    sketch_id = sketch.id
    with transaction(db):
        held = held_sketch(db, account, sketch_id)
        before, held.eyes = held.eyes, None if eyes is None else eyes_on(held, eyes)
        if held.eyes != before:
            thing = custody.Thing("sketch", sketch_id)
            was, now = (custody.digest(pair) if pair else None for pair in (before, held.eyes))
            custody.record(db, custody.of_sketch(held), account, "sketch.eyes", thing, before=was, after=now)
    log.info("eyes_put", sketch=str(sketch_id), by=str(account.id))
