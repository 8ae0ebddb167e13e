"""What happened in a case, newest first: the entries of its custody, with its notes where they were written."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, CaseNote, ChainKind, CustodyChain, CustodyEntry

PER_PAGE = 50
WRITTEN = "note.added"


@dataclass(frozen=True)
class Event:
    """``note`` is the note that the entry tells of, where it still is and this is where it began."""

    entry: CustodyEntry
    note: CaseNote | None


@dataclass(frozen=True)
class Timeline:
    """``before`` is the number that older events are below; None at the beginning."""

    events: Sequence[Event]
    before: int | None


def timeline(db: Session, case: Case, before: int | None = None, size: int = PER_PAGE) -> Timeline:
    """By two queries. Whoever asks must see the case."""
    query = select(CustodyEntry).join(CustodyChain, CustodyEntry.chain_id == CustodyChain.id)
    query = query.where(CustodyChain.kind == ChainKind.CASE, CustodyChain.subject_id == case.id)
    if before is not None:
        query = query.where(CustodyEntry.number < before)
    found = db.scalars(query.order_by(CustodyEntry.number.desc()).limit(size + 1)).all()
    entries = found[:size]
    notes = _notes(db, [entry.object_id for entry in entries if entry.action == WRITTEN and entry.object_id])
    events = [Event(one, notes.get(one.object_id) if one.action == WRITTEN else None) for one in entries]
    return Timeline(events, entries[-1].number if len(found) > size else None)


def _notes(db: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID | None, CaseNote]:
    if not ids:
        return {}
    return {note.id: note for note in db.scalars(select(CaseNote).where(CaseNote.id.in_(ids)))}
