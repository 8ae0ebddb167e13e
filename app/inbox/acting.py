"""What is done with a tip: its state, its case, an answer, and putting two of the same together."""

import uuid

import structlog
from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app import custody
from app.cases.forms import long_text
from app.cases.sight import worked_on_by
from app.database import transaction
from app.errors import Conflict, NotFound, Refused
from app.inbox.reading import Letter, letters
from app.inbox.sight import held_tip
from app.settings import Settings
from app.tips import opening
from app.tips.receipts import grouped, read_number
from models import Account, Case, Tip, TipMessage, TipState

log = structlog.get_logger(__name__)

MAX_REPLY = 10_000


def set_state(db: Session, account: Account, tip_id: uuid.UUID, after: TipState, before: TipState) -> None:
    """Move it from the state that the person saw. Raises NotFound, Conflict when somebody else was faster."""
    with transaction(db):
        tip = held_tip(db, account, tip_id)
        _note_read(db, tip)
        if tip.state == after:
            return
        if tip.state != before:
            raise Conflict(_("Somebody else has moved this tip meanwhile. Nothing was changed."))
        tip.state = after
        _record(db, account, tip, "tip.state", was=str(before), now=str(after))
    log.info("tip_state", tip=str(tip_id), by=str(account.id), state=str(after))


def link(db: Session, account: Account, tip_id: uuid.UUID, number: str) -> None:
    """Put it, and what was put together with it, into a case that the account works on. Raises NotFound, Refused."""
    with transaction(db):
        tip = held_tip(db, account, tip_id)
        case = db.scalar(select(Case).where(Case.number == number.strip(), worked_on_by(account)))
        if case is None:
            raise Refused(_("There is no case of yours with this number. Look it up in the list of cases."))
        if tip.case_id == case.id:
            return
        _record(db, account, tip, "tip.linked", case=case.number)  # the chain that it leaves says where it went
        family = (Tip.id == tip.id) | (Tip.merged_into == tip.id)
        db.execute(update(Tip).where(family).values(case_id=case.id))
        tip.case_id = case.id
        _record(db, account, tip, "tip.linked", case=case.number)
    log.info("tip_linked", tip=str(tip_id), case=str(case.id), by=str(account.id))


def reply(db: Session, account: Account, tip_id: uuid.UUID, text: str) -> None:
    """Write to the sender, who alone can read it with the receipt. Raises NotFound, Refused, NoKey."""
    said = long_text(text, MAX_REPLY)
    if not said:
        raise Refused(_("Write what the sender should read."))
    with transaction(db):
        tip = held_tip(db, account, tip_id)
        message = opening.write_reply(db, tip, account.id, said)
        if tip.state == TipState.NEW:
            tip.state = TipState.IN_REVIEW
        tip.seen = message.position
        _record(db, account, tip, "tip.replied", after=custody.digest(said))
    log.info("tip_replied", tip=str(tip_id), by=str(account.id))


def merge(db: Session, account: Account, tip_id: uuid.UUID, into_receipt: str) -> uuid.UUID:
    """Put a tip that says the same under another one, which then shows both; the other one's identity. Its sender's
    receipt goes on working. Raises NotFound, Refused."""
    number = read_number(into_receipt)
    with transaction(db):
        tip = held_tip(db, account, tip_id)
        other = db.scalar(select(Tip.id).where(Tip.receipt == number)) if number else None
        if other is None or other == tip_id:
            raise Refused(_("Give the number of the other tip, twelve digits."))
        main = held_tip(db, account, other)
        if main.merged_into is not None or tip.merged_into is not None:
            raise Refused(_("One of them is together with another tip already. Use the number of that one."))
        if main.case_id != tip.case_id:
            raise Refused(_("They belong to different cases. Put them into the same case first."))
        db.execute(update(Tip).where((Tip.id == tip_id) | (Tip.merged_into == tip_id)).values(merged_into=main.id))
        _record(db, account, tip, "tip.merged", into=grouped(main.receipt))
    log.info("tip_merged", tip=str(tip_id), into=str(other), by=str(account.id))
    return other


def part(db: Session, account: Account, tip_id: uuid.UUID) -> None:
    """Take a tip out from under another one. Raises NotFound."""
    with transaction(db):
        tip = held_tip(db, account, tip_id)
        if tip.merged_into is None:
            raise NotFound(_("This tip is not together with another one."))
        tip.merged_into = None
        _record(db, account, tip, "tip.merged", into="")


def _note_read(db: Session, tip: Tip) -> None:
    tip.seen = db.scalar(select(func.max(TipMessage.position)).where(TipMessage.tip_id == tip.id)) or 0


def _record(db: Session, account: Account, tip: Tip, action: str, *, after: str | None = None, **details: str) -> None:
    chain = custody.of_case(tip.case_id) if tip.case_id else custody.AGENCY_CHAIN
    thing, receipt = custody.Thing("tip", tip.id), grouped(tip.receipt)
    custody.record(db, chain, account, action, thing, after=after, receipt=receipt, **details)


def take_redacted(db: Session, settings: Settings, account: Account, tip_id: uuid.UUID) -> tuple[Tip, list[Letter]]:
    """The letters for a redacted copy, which is recorded. Raises NotFound."""
    with transaction(db):
        tip = held_tip(db, account, tip_id)
        read = letters(db, settings, tip)
        _record(db, account, tip, "tip.exported")
    return tip, read
