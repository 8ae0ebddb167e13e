"""Notes in a case. Their author changes and removes them, unless the case is on hold; custody keeps the digests of what
they were."""

import hashlib
import uuid
from dataclasses import dataclass

import structlog
from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import custody
from app.cases.forms import long_text
from app.cases.sight import held_case
from app.database import clock, transaction
from app.errors import Forbidden, NotFound, Refused
from app.exchange.names import imported_name, made_by
from app.keyset import Cursor, Slice, newest_first, past, sliced
from app.retention.holds import check_free
from models import Account, Case, CaseNote, ImportedAuthor

log = structlog.get_logger(__name__)

MAX_NOTE = 20_000
PER_PAGE = 20


@dataclass(frozen=True)
class Written:
    """A note and its author's name; an ``imported`` one is nobody's here to change."""

    note: CaseNote
    author: str
    imported: bool


def list_notes(db: Session, case: Case, after: Cursor | None = None, size: int = PER_PAGE) -> Slice[Written]:
    """Newest first, by one query. Whoever asks must see the case."""
    query = select(CaseNote, made_by(CaseNote.id, Account.name), imported_name(CaseNote.id).is_not(None))
    query = query.join(Account, CaseNote.author_id == Account.id)
    query = query.where(CaseNote.case_id == case.id, *past(CaseNote.created_at, CaseNote.id, after))
    rows = db.execute(query.order_by(*newest_first(CaseNote.created_at, CaseNote.id)).limit(size + 1)).all()
    part = sliced(rows, size, lambda row: Cursor(row[0].created_at, row[0].id))
    return Slice([Written(*row) for row in part.items], part.after)


def add(db: Session, account: Account, case_id: uuid.UUID, text: str) -> CaseNote:
    """Raises NotFound and Forbidden as `held_case` does, and Refused for an empty or too long note."""
    body = _body(text)
    with transaction(db):
        held = held_case(db, account, case_id)
        now = clock(db)
        note = CaseNote(id=uuid.uuid4(), case_id=case_id, author_id=account.id, body=body, created_at=now)
        db.add(note)
        held.changed_at = now
        thing = custody.Thing("note", note.id)
        custody.record(db, custody.of_case(case_id), account, "note.added", thing, after=_digest(body))
    log.info("note_added", case=str(case_id), note=str(note.id), by=str(account.id))
    return note


def change(db: Session, account: Account, case_id: uuid.UUID, note_id: uuid.UUID, text: str) -> None:
    """Raises what `add` does, NotFound for a note that is gone, Forbidden for somebody else's, and Refused while the
    case is on hold."""
    body = _body(text)
    with transaction(db):
        held, note = _mine(db, account, case_id, note_id)
        before = note.body
        if body == before:
            return
        note.body, note.changed_at = body, clock(db)
        held.changed_at = note.changed_at
        chain, thing = custody.of_case(case_id), custody.Thing("note", note_id)
        custody.record(db, chain, account, "note.changed", thing, before=_digest(before), after=_digest(body))
    log.info("note_changed", case=str(case_id), note=str(note_id), by=str(account.id))


def remove(db: Session, account: Account, case_id: uuid.UUID, note_id: uuid.UUID) -> None:
    """Raises what `change` does."""
    with transaction(db):
        held, note = _mine(db, account, case_id, note_id)
        held.changed_at = clock(db)
        before = _digest(note.body)
        db.execute(delete(CaseNote).where(CaseNote.id == note_id))
        thing = custody.Thing("note", note_id)
        custody.record(db, custody.of_case(case_id), account, "note.removed", thing, before=before)
    log.info("note_removed", case=str(case_id), note=str(note_id), by=str(account.id))


def _mine(db: Session, account: Account, case_id: uuid.UUID, note_id: uuid.UUID) -> tuple[Case, CaseNote]:
    held = held_case(db, account, case_id)
    check_free(held)
    query = select(CaseNote).where(CaseNote.id == note_id, CaseNote.case_id == case_id).with_for_update()
    note = db.scalar(query.execution_options(populate_existing=True))
    if note is None:
        raise NotFound(_("There is no such note; its author may have removed it."))
    if note.author_id != account.id or db.get(ImportedAuthor, note_id) is not None:
        raise Forbidden(_("Only who wrote a note can change or remove it."))
    return held, note


def _body(text: str) -> str:
    body = long_text(text, MAX_NOTE)
    if not body:
        raise Refused(_("Write something into the note."))
    return body


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
