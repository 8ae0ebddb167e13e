"""Which account a Firebase user has here."""

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.identity.accounts import locked
from app.identity.entries import record
from app.identity.firebase.proof import NotLetIn, Proof
from models import Account, IdempotentRequest, utc_now

log = structlog.get_logger(__name__)

SPENT = "firebase token "
"""With a space, which no client's key can have: none can be taken for a token's note, nor keep one from being made."""


def linked(db: Session, uid: str) -> Account | None:
    return db.scalar(select(Account).where(Account.firebase_uid == uid))


def account_for(db: Session, proof: Proof) -> Account:
    """The account of a Firebase user, held until the transaction ends and linked if it was not yet.

    Belongs inside a transaction. Raises NotLetIn when there is none, or it is suspended or resting.
    """
    found = linked(db, proof.uid) or _link(db, proof) or linked(db, proof.uid)
    if found is None:
        log.info("sign_in_refused", reason="unknown")
        raise NotLetIn
    account = locked(db, found.id)
    resting = account.locked_until is not None and account.locked_until > utc_now()
    if resting or account.suspended_at is not None or account.firebase_uid != proof.uid:
        log.info("sign_in_refused", account=str(account.id), resting=resting)
        raise NotLetIn
    return account


def _link(db: Session, proof: Proof) -> Account | None:
    """Give the account of this e-mail address to the user, unless it has one. Of two that try at once, one does."""
    taken = (
        update(Account)
        .where(Account.email == proof.email, Account.firebase_uid.is_(None), Account.suspended_at.is_(None))
        .values(firebase_uid=proof.uid, claims_due_at=utc_now())
        .returning(Account.id)
    )
    try:
        with db.begin_nested():
            account_id = db.execute(taken).scalar()
    except IntegrityError:  # the user was given to an account meanwhile
        return None
    if account_id is None:
        return None
    account = locked(db, account_id)
    record(db, "account.linked", account, by=account, way="sign-in")
    log.info("firebase_linked", account=str(account_id))
    return account


def spend(db: Session, account: Account, proof: Proof) -> None:
    """Note that this token was taken. Belongs inside a transaction. Raises NotLetIn when it was before.

    A token lives for an hour and is taken for minutes: the note may be forgotten with those of repeated requests.
    """
    note = IdempotentRequest(account_id=account.id, key=SPENT + proof.fingerprint, fingerprint="", made=[])
    try:
        with db.begin_nested():
            db.add(note)
    except IntegrityError:
        log.warning("token_refused", kind="spent", account=str(account.id))
        raise NotLetIn from None
