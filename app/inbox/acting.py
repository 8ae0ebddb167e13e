"""What is done with a tip: its state, its case, an answer, and putting two of the same together."""

import hashlib
import uuid

import structlog
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from app import custody
from app.cases.forms import long_text
from app.cases.sight import worked_on_by
from app.database import clock, transaction
from app.errors import Conflict, NotFound, Refused
from app.inbox.sight import NO_TIP, held_tip
from app.inbox.sight import worked_on_by as worked_on_by_tip
from app.retention import holds
from app.tips import opening
from app.tips.receipts import grouped, read_number
from models import Account, Case, Tip, TipMessage, TipState

log = structlog.get_logger(__name__)

MAX_REPLY = 10_000


def set_state(
    db: Session, account: Account, tip_id: uuid.UUID, after: TipState, before: TipState, shown: int = 0
) -> None:
    """Move it from the state that the person saw, with ``shown`` messages. Raises NotFound, Conflict when somebody else
    was faster."""
    with transaction(db):
        tip = held_tip(db, account, tip_id)
        _note_read(db, tip, shown)
        if tip.state == after:
            return
        if tip.state != before:
            raise Conflict(_("Somebody else has moved this tip meanwhile. Nothing was changed."))
        tip.state, tip.state_since = after, clock(db)
        _record(db, account, tip, "tip.state", was=str(before), now=str(after))
    log.info("tip_state", tip=str(tip_id), by=str(account.id), state=str(after))


def link(db: Session, account: Account, tip_id: uuid.UUID, number: str) -> None:
    """Put it, and what was put together with it, into a case that the account works on. Raises NotFound, Refused,
    Conflict."""
    with transaction(db):
        left = db.scalar(select(Tip.case_id).where(Tip.id == tip_id, worked_on_by_tip(account)))
        cases = _held_cases(db, left, number.strip())  # before the tip: whoever deletes a case does it in this order
        tip = held_tip(db, account, tip_id)
        if tip.case_id != left:
            raise Conflict(_("Somebody else has moved this tip meanwhile. Nothing was changed."))
        case = next((one for one in cases if one.number == number.strip() and _works_on(db, account, one)), None)
        if case is None:
            raise Refused(_("There is no case of yours with this number. Look it up in the list of cases."))
        if tip.case_id == case.id:
            return
        if tip.merged_into is not None:
            raise Refused(_("It is together with another tip. Take it out first, or move that one."))
        for one in cases:
            if one.id == left:
                holds.check_free(one)
        _record(db, account, tip, "tip.linked", case=case.number)  # the chain that it leaves says where it went
        db.execute(update(Tip).where(_family(tip.id)).values(case_id=case.id))
        tip.case_id = case.id
        _record(db, account, tip, "tip.linked", case=case.number)
    log.info("tip_linked", tip=str(tip_id), case=str(case.id), by=str(account.id))


def _held_cases(db: Session, left: uuid.UUID | None, number: str) -> list[Case]:
    """The one that a tip leaves and the one that it goes to, held until the transaction ends."""
    query = select(Case).where(or_(Case.id == left, Case.number == number)).order_by(Case.id)
    return list(db.scalars(query.with_for_update(key_share=True).execution_options(populate_existing=True)))


def _works_on(db: Session, account: Account, case: Case) -> bool:
    return db.scalar(select(Case.id).where(Case.id == case.id, worked_on_by(account))) is not None


def reply(db: Session, account: Account, tip_id: uuid.UUID, text: str, shown: int = 0) -> None:
    """Write to the sender, who alone can read it with the receipt; whoever answers saw ``shown`` messages. Raises
    NotFound, Refused, NoKey."""
    said = long_text(text, MAX_REPLY)
    if not said:
        raise Refused(_("Write what the sender should read."))
    with transaction(db):
        tip = held_tip(db, account, tip_id)
        _note_read(db, tip, shown)
        opening.write_reply(db, tip, account.id, said)
        if tip.state == TipState.NEW:
            tip.state, tip.state_since = TipState.IN_REVIEW, clock(db)
        _record(db, account, tip, "tip.replied", after=custody.digest(said))
    log.info("tip_replied", tip=str(tip_id), by=str(account.id))


def merge(db: Session, account: Account, tip_id: uuid.UUID, into_receipt: str) -> uuid.UUID:
    """Put a tip that says the same under another one, which then shows both; the other one's identity. Its sender's
    receipt goes on working. Raises NotFound, Refused."""
    number = read_number(into_receipt)
    with transaction(db):
        tip, main = _held_two(db, account, tip_id, number)
        if main is None or main.id == tip_id:
            raise Refused(_("There is no other tip of yours with this number. It has twelve digits."))
        if main.merged_into is not None or tip.merged_into is not None:
            raise Refused(_("One of them is together with another tip already. Use the number of that one."))
        if main.case_id != tip.case_id:
            raise Refused(_("They belong to different cases. Put them into the same case first."))
        if main.kind != tip.kind:
            # What supervisors alone read would be shown with what everybody on the case reads.
            raise Refused(_("They are of different kinds, which different people read. They stay apart."))
        db.execute(update(Tip).where(_family(tip_id)).values(merged_into=main.id))
        _record(db, account, tip, "tip.merged", into=grouped(main.receipt))
        found = main.id
    log.info("tip_merged", tip=str(tip_id), into=str(found), by=str(account.id))
    return found


def _held_two(db: Session, account: Account, tip_id: uuid.UUID, number: str | None) -> tuple[Tip, Tip | None]:
    """A tip, and the one with this number if the account works on it; held in one order, whoever asks. Raises
    NotFound for the first."""
    query = select(Tip).where(or_(Tip.id == tip_id, Tip.receipt == number), worked_on_by_tip(account)).order_by(Tip.id)
    query = query.with_for_update(of=Tip).execution_options(populate_existing=True)
    found = {one.id: one for one in db.scalars(query)}
    if tip_id not in found:
        raise NotFound(NO_TIP)
    return found[tip_id], next((one for one in found.values() if one.receipt == number), None)


def part(db: Session, account: Account, tip_id: uuid.UUID) -> None:
    """Take a tip out from under another one. Raises NotFound, Conflict."""
    with transaction(db):
        tip = held_tip(db, account, tip_id)
        if tip.merged_into is None:
            raise Conflict(_("This tip is not together with another one."))
        tip.merged_into = None
        _record(db, account, tip, "tip.parted")
    log.info("tip_parted", tip=str(tip_id), by=str(account.id))


def record_copy(db: Session, account: Account, tip_id: uuid.UUID, copy: bytes, pictures: int) -> None:
    """Somebody takes this redacted copy away. Raises NotFound."""
    with transaction(db):
        tip = held_tip(db, account, tip_id)
        digest = hashlib.sha256(copy).hexdigest()
        _record(db, account, tip, "tip.exported", after=digest, pictures=str(pictures))


def _family(tip_id: uuid.UUID) -> ColumnElement[bool]:
    """Holds for the tip and for what was put together with it."""
    return or_(Tip.id == tip_id, Tip.merged_into == tip_id)


def _note_read(db: Session, tip: Tip, shown: int) -> None:
    """Whoever acts has read what there is, unless something came while they did."""
    count = select(func.count()).select_from(TipMessage).join(Tip, TipMessage.tip_id == Tip.id)
    if db.scalar(count.where(_family(tip.id))) != shown:
        return
    newest = select(func.max(TipMessage.position)).where(TipMessage.tip_id == Tip.id).scalar_subquery()
    db.execute(update(Tip).where(_family(tip.id)).values(seen=func.coalesce(newest, 0)))


def _record(db: Session, account: Account, tip: Tip, action: str, *, after: str | None = None, **details: str) -> None:
    chain = custody.of_case(tip.case_id) if tip.case_id else custody.AGENCY_CHAIN
    thing, receipt = custody.Thing("tip", tip.id), grouped(tip.receipt)
    custody.record(db, chain, account, action, thing, after=after, receipt=receipt, **details)
