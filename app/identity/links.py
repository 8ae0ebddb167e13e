"""One-time links: the first administrator's, and those that let somebody set a password."""

import datetime as dt

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.database import transaction
from app.errors import Conflict, Gone
from app.identity.accounts import any_account, clean_email, clean_name, locked, put_password
from app.identity.passwords import refuse_weak
from app.identity.tokens import new_token, token_hash
from models import Account, LinkPurpose, OneTimeLink, Role, utc_now

log = structlog.get_logger(__name__)

FIRST_ADMIN_FOR = dt.timedelta(hours=24)
SET_PASSWORD_FOR = dt.timedelta(hours=72)


def issue_first_admin(db: Session) -> str | None:
    """The token of a new link for the first administrator; any former one stops working.

    None when there is an account already: from then on an administrator adds people.
    """
    with transaction(db):
        if any_account(db):
            return None
        db.execute(delete(OneTimeLink).where(OneTimeLink.purpose == LinkPurpose.FIRST_ADMIN))
        return _issue(db, LinkPurpose.FIRST_ADMIN, None, FIRST_ADMIN_FOR)


def issue_set_password(db: Session, account: Account) -> str:
    """The token of a new link with which the account's owner sets a password; former ones stop working."""
    with transaction(db):
        account = locked(db, account.id)
        if account.disabled_at is not None:
            raise Conflict("This account is disabled; enable it first.")
        db.execute(delete(OneTimeLink).where(OneTimeLink.account_id == account.id, OneTimeLink.used_at.is_(None)))
        token = _issue(db, LinkPurpose.SET_PASSWORD, account, SET_PASSWORD_FOR)
    log.info("password_link_issued", account=str(account.id))
    return token


def _issue(db: Session, purpose: LinkPurpose, account: Account | None, valid: dt.timedelta) -> str:
    token, now = new_token(), utc_now()
    link = OneTimeLink(
        token_hash=token_hash(token),
        purpose=purpose,
        account_id=account.id if account else None,
        created_at=now,
        expires_at=now + valid,
    )
    db.add(link)
    return token


def find(db: Session, token: str, purpose: LinkPurpose) -> OneTimeLink:
    """The link, if it still works. Raises Gone, with the same words for used, old and unknown."""
    query = select(OneTimeLink).where(
        OneTimeLink.token_hash == token_hash(token),
        OneTimeLink.purpose == purpose,
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > utc_now(),
    )
    link = db.scalar(query.with_for_update() if db.info.get("writing") else query)
    if link is None or (link.account is not None and link.account.disabled_at is not None):
        raise Gone(_gone(purpose))
    if purpose == LinkPurpose.FIRST_ADMIN and any_account(db):
        raise Gone(_gone(purpose))
    return link


def _gone(purpose: LinkPurpose) -> str:
    if purpose == LinkPurpose.FIRST_ADMIN:
        return (
            "This link has been used or has run out. If there is no account yet, start the product "
            "again: it prints a new link."
        )
    return "This link has been used or has run out. Ask an administrator for a new one."


def create_first_account(db: Session, token: str, email: str, name: str, password: str) -> Account:
    """The first account, holding every role. Raises Gone and Refused."""
    email, name = clean_email(email), clean_name(name)
    refuse_weak(password, email)
    with transaction(db):
        link = find(db, token, LinkPurpose.FIRST_ADMIN)
        link.used_at = utc_now()
        account = Account(email=email, name=name)
        account.set_roles(Role)
        db.add(account)
        put_password(db, account, password)
    log.info("first_account_created", account=str(account.id))
    return account


def set_password(db: Session, token: str, password: str) -> Account:
    """Set the password of the link's account and end its sessions. Raises Gone and Refused."""
    with transaction(db):
        link = find(db, token, LinkPurpose.SET_PASSWORD)
        assert link.account_id is not None
        account = locked(db, link.account_id)
        link.used_at = utc_now()
        put_password(db, account, password)
    log.info("password_set", account=str(account.id))
    return account
