"""What happened in a case, newest first: the entries of its custody, with its notes where they were written."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Case, CaseNote, ChainKind, CustodyChain, CustodyEntry

PER_PAGE = 50
WRITTEN = "note.added"
LOOKED = "evidence.viewed"


@dataclass(frozen=True)
class Event:
    """``note`` is the note that the entry tells of, where it still is and this is where it began; ``looks`` are all
    entries, this one first, where somebody looked at several things in a row."""

    entry: CustodyEntry
    note: CaseNote | None
    looks: Sequence[CustodyEntry] = ()


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
    told = [_event(list(run), notes) for _key, run in groupby(entries, _run)]
    return Timeline(told, entries[-1].number if len(found) > size else None)


def _run(entry: CustodyEntry) -> object:
    """The same for entries that are told together: whoever opens a page of pictures looks at ten things at once."""
    return (LOOKED, entry.actor_id) if entry.action == LOOKED else entry.number


def _event(run: Sequence[CustodyEntry], notes: Mapping[uuid.UUID | None, CaseNote]) -> Event:
    first = run[0]
    return Event(first, notes.get(first.object_id) if first.action == WRITTEN else None, run if len(run) > 1 else ())


def _notes(db: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID | None, CaseNote]:
    if not ids:
        return {}
    return {note.id: note for note in db.scalars(select(CaseNote).where(CaseNote.id.in_(ids)))}
