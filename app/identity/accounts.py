"""Accounts: adding and finding them, signing in with a password, changing name and password.

Every function that changes something commits it before it returns.
"""

import datetime as dt
import re
import uuid
from collections.abc import Collection

import structlog
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from app.database import transaction
from app.errors import Conflict, Forbidden, NotFound, Refused
from app.identity import units
from app.identity.entries import record, record_made
from app.identity.passwords import hash_password, refuse_weak, verify_password
from models import AccessToken, Account, OneTimeLink, Role, SignInSession, utc_now

log = structlog.get_logger(__name__)

MAX_FAILURES = 5
LOCKED_FOR = dt.timedelta(minutes=15)
EMAIL_TAKEN = lazy_gettext("There is already an account with that e-mail address.")
EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,189}")


class SignInRefused(Forbidden):
    """One sentence for every reason, so that an answer tells nobody which accounts exist."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "That e-mail and password do not match an account that can sign in. After five wrong tries "
                "an account rests for 15 minutes; an administrator can send you a link for a new password."
            )
        )


def clean_email(text: str) -> str:
    """Raises Refused when the text is not an e-mail address."""
    email = text.strip().lower()
    if not email:
        raise Refused(_("Give an e-mail address."))
    if not EMAIL.fullmatch(email):
        raise Refused(_("That is not an e-mail address; check it for a typing mistake."))
    return email


def clean_name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise Refused(_("Give a name."))
    if len(name) > 200:
        raise Refused(_("A name can have at most 200 characters."))
    return name


def any_account(db: Session) -> bool:
    return db.scalar(select(Account.id).limit(1)) is not None


def get_account(db: Session, account_id: uuid.UUID) -> Account:
    """Raises NotFound."""
    account = db.get(Account, account_id, options=[joinedload(Account.role_rows), joinedload(Account.units)])
    if account is None:
        raise NotFound(_("There is no such account."))
    return account


def by_email(db: Session, email: str) -> Account | None:
    return db.scalar(select(Account).where(Account.email == email.strip().lower()))


def add_account(
    db: Session, email: str, name: str, roles: Collection[Role], unit_ids: Collection[uuid.UUID] = ()
) -> Account:
    """An account that cannot sign in yet; an invitation lets its owner set a password.

    Raises Refused for an unusable e-mail or name, no role or a unit that is gone, Conflict when the e-mail
    has an account.
    """
    email, name = clean_email(email), clean_name(name)
    if not roles:
        raise Refused(_("Choose at least one role."))
    try:
        with transaction(db):
            if by_email(db, email) is not None:
                raise Conflict(EMAIL_TAKEN)
            account = Account(email=email, name=name, claims_due_at=utc_now())
            account.set_roles(Role(role) for role in roles)
            account.units = units.kept(db, unit_ids)
            db.add(account)
            db.flush()
            record_made(db, "account.created", account)
    except IntegrityError:  # somebody else added it in the same moment
        raise Conflict(EMAIL_TAKEN) from None
    log.info("account_added", account=str(account.id), roles=sorted(account.roles), units=len(account.units))
    return account


def locked(db: Session, account_id: uuid.UUID) -> Account:
    """The account as it is now, held until the transaction ends. Raises NotFound."""
    query = select(Account).where(Account.id == account_id).with_for_update(of=Account)
    account = db.scalar(query.execution_options(populate_existing=True))
    if account is None:
        raise NotFound(_("There is no such account."))
    return account


def authenticate(db: Session, email: str, password: str, *, device_of: uuid.UUID | None = None) -> Account:
    """Raises SignInRefused, after the same work and with the same words whatever the reason.

    ``device_of`` is the account whose browser this is: its owner need not wait for a rest that strangers caused.
    """
    found = by_email(db, email)
    # The slow hash is done outside the transaction: nobody else has to wait for it.
    right = verify_password(found.password_hash if found else None, password)
    if found is None:
        log.info("sign_in_refused", reason="unknown")
        raise SignInRefused
    checked_hash = found.password_hash
    with transaction(db):
        account = locked(db, found.id)
        resting = account.locked_until is not None and account.locked_until > utc_now() and device_of != account.id
        right = right and account.password_hash == checked_hash
        if not resting:
            count_try(account, right, more_to_come=account.totp_confirmed_at is not None)
        refused = resting or not right or account.suspended_at is not None
    if refused:
        log.info("sign_in_refused", account=str(account.id), resting=resting)
        raise SignInRefused
    return account


def count_try(account: Account, right: bool, *, more_to_come: bool = False) -> None:
    """Count a wrong try, or forget them after a right one. Belongs inside a transaction.

    A right password before a code forgets nothing: between two of them a code could be guessed for ever.
    """
    if right and more_to_come:
        return
    if right:
        account.failed_attempts, account.locked_until = 0, None
        return
    account.failed_attempts += 1
    if account.failed_attempts >= MAX_FAILURES:
        account.failed_attempts, account.locked_until = 0, utc_now() + LOCKED_FOR


def put_password(db: Session, account: Account, password: str) -> None:
    """Set the password and end every session, open link and access token of the account.

    Belongs inside a transaction. Raises Refused for a password that would be guessed.
    """
    refuse_weak(password, account.email)
    account.password_hash = hash_password(password)
    account.password_changed_at = utc_now()
    account.failed_attempts, account.locked_until = 0, None
    close_doors(db, account.id)


def close_doors(db: Session, account_id: uuid.UUID) -> None:
    """End whatever lets somebody in as this account: sessions, open links, access tokens. Inside a transaction."""
    db.execute(delete(SignInSession).where(SignInSession.account_id == account_id))
    db.execute(delete(OneTimeLink).where(OneTimeLink.account_id == account_id, OneTimeLink.used_at.is_(None)))
    open_tokens = update(AccessToken).where(AccessToken.account_id == account_id, AccessToken.revoked_at.is_(None))
    db.execute(open_tokens.values(revoked_at=utc_now()))


def change_password(db: Session, account: Account, current: str, new: str) -> None:
    """Raises Refused. Ends every session, this one too: start a new one for who is here.

    Wrong tries count as those at the door do: a stolen session must not serve for guessing.
    """
    try:
        account = authenticate(db, account.email, current)
    except SignInRefused:
        raise Refused(_("The current password is not right. After five wrong tries it rests for 15 minutes.")) from None
    checked_hash = account.password_hash
    with transaction(db):
        account = locked(db, account.id)
        if account.password_hash != checked_hash:
            raise Conflict(_("The password was changed meanwhile; sign in again."))
        put_password(db, account, new)
        record(db, "account.password", account, by=account, way="changed")
    log.info("password_changed", account=str(account.id))


def rename_account(db: Session, account: Account, name: str) -> None:
    name = clean_name(name)
    with transaction(db):
        account = locked(db, account.id)
        was, account.name = account.name, name
        record(db, "account.renamed", account, was=was)
