"""Taking note of what came in: which case it belongs to, an entry in custody, and telling the people of that case.

The forms' role can do none of it, so the worker does, every few seconds.
"""

import hashlib
import uuid

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import custody
from app.custody.acting import WORKER
from app.database import clock, transaction
from app.notifications.telling import supervisors_of, tell
from app.tips.receipts import grouped
from models import AccountRole, Case, CaseAssignment, Notice, Role, Tip, TipAuthor, TipKind, TipMessage

log = structlog.get_logger(__name__)

AT_ONCE = 100
"""Messages in one transaction: in a flood, people are told as it goes on."""


def take_note(db: Session) -> int:
    """Of every message that nobody has taken note of yet; how many there were."""
    unnoted = TipMessage.noted_at.is_(None), TipMessage.author == TipAuthor.SENDER
    waiting = select(TipMessage.id).where(*unnoted).order_by(TipMessage.written_at, TipMessage.id).limit(AT_ONCE)
    noted = 0
    while ids := list(db.scalars(waiting)):
        with transaction(db):
            # Those that another worker holds are its own.
            held = select(TipMessage).where(TipMessage.id.in_(ids), *unnoted).with_for_update(skip_locked=True)
            messages = list(db.scalars(held.order_by(TipMessage.written_at, TipMessage.position)))
            for message in messages:
                _note(db, message)
        noted += len(messages)
        if not messages:
            break
    return noted


def _note(db: Session, message: TipMessage) -> None:
    message.noted_at = clock(db)
    tip = db.scalars(select(Tip).where(Tip.id == message.tip_id).with_for_update()).one()
    _note_late(db, tip, message)
    new = tip.noted_at is None
    if new:
        tip.noted_at, tip.case_id = message.noted_at, _case_of(db, tip)
    case = db.get(Case, tip.case_id) if tip.case_id else None
    chain = custody.of_case(case.id) if case else custody.AGENCY_CHAIN
    receipt, thing = grouped(tip.receipt), custody.Thing("tip", tip.id)
    sealed = hashlib.sha256(message.sealed).hexdigest()
    custody.record(db, chain, WORKER, "tip.received", thing, after=sealed, receipt=receipt, message=message.position)
    kind = ("tip" if case else "loose_tip") if new else "tip_again"
    facts = {"case": case.number if case else "", "receipt": receipt}
    tell(db, _people(db, tip, case), kind, f"/inbox/{tip.id}", facts)
    log.info("tip_noted", tip=str(tip.id), kind=str(tip.kind), new=new)


def _note_late(db: Session, tip: Tip, message: TipMessage) -> None:
    """One that was written while the storage was away may have the place of an answer that is read by now."""
    same = select(TipMessage.id).where(TipMessage.tip_id == tip.id, TipMessage.position == message.position)
    if tip.seen >= message.position and db.scalar(same.where(TipMessage.id != message.id).limit(1)) is not None:
        tip.seen = message.position - 1


def _case_of(db: Session, tip: Tip) -> uuid.UUID | None:
    """By the notice that it was sent from; what the sender's address named may be none."""
    if tip.notice_slug is None:
        return None
    return db.scalar(select(Notice.case_id).where(Notice.slug == tip.notice_slug))


def _people(db: Session, tip: Tip, case: Case | None) -> set[uuid.UUID]:
    """Whoever works on the case and its unit's supervisors; these alone for what somebody says of a notice, and all
    supervisors for what belongs to no case."""
    if case is None:
        query = select(AccountRole.account_id).where(AccountRole.role == Role.SUPERVISOR)
        return set(db.scalars(query))
    heads = set(supervisors_of(db, case.unit_id))
    if tip.kind != TipKind.TIP:
        return heads
    return heads | set(db.scalars(select(CaseAssignment.account_id).where(CaseAssignment.case_id == case.id)))
