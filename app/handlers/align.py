"""Finding the eyes in a sketch."""

from sqlalchemy.orm import Session

from app import custody
from app.handlers.work import Record, Tools, held_sketch, sketch_of
from app.leases import Claim


def align(claim: Claim, tools: Tools) -> Record:
    sketch, image = sketch_of(claim, tools)
    found = tools.renderer.align(image)

    def record(db: Session) -> None:
        held = held_sketch(db, sketch.id)
        before, after = (custody.digest(eyes) if eyes else None for eyes in (held.found_eyes, found.eyes))
        held.found_eyes, held.found_method = found.eyes, found.method[:16]
        held.found_note = found.note[:500]
        chain, thing, method = custody.of_sketch(held), custody.Thing("sketch", held.id), held.found_method
        custody.record(db, chain, custody.WORKER, "sketch.eyes", thing, before=before, after=after, method=method)

    return record
