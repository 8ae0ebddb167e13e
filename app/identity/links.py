"""One-time links: the first administrator's, invitations, and those that let somebody set a new password."""

import datetime as dt
import uuid

import structlog
from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import custody
from app.database import transaction
from app.errors import Conflict, Gone, NotFound
from app.identity import second_factor
from app.identity.accounts import any_account, clean_email, clean_name, locked, put_password
from app.identity.entries import record, record_made
from app.identity.passwords import refuse_weak
from app.identity.tokens import new_token, token_hash
from app.identity.units import FIRST_UNIT, by_name, clean_unit_name
from models import Account, LinkPurpose, OneTimeLink, Role, Unit, fold, utc_now

log = structlog.get_logger(__name__)

FIRST_ADMIN_FOR = dt.timedelta(hours=24)
SET_PASSWORD_FOR = dt.timedelta(hours=72)
INVITATION_FOR = dt.timedelta(days=7)
PASSWORD_PURPOSES = (LinkPurpose.SET_PASSWORD, LinkPurpose.INVITATION)


def issue_first_admin(db: Session) -> str | None:
    """The token of a new link for the first administrator; any former one stops working.

    None when there is an account already: from then on an administrator adds people.
    """
    with transaction(db):
        if any_account(db):
            return None
        db.execute(delete(OneTimeLink).where(OneTimeLink.purpose == LinkPurpose.FIRST_ADMIN))
        thing, purpose = custody.Thing("account"), str(LinkPurpose.FIRST_ADMIN)
        custody.record(db, custody.AGENCY_CHAIN, custody.acting(db), "account.link_issued", thing, purpose=purpose)
        return _issue(db, LinkPurpose.FIRST_ADMIN, None, FIRST_ADMIN_FOR)


def issue_set_password(db: Session, account: Account, clear_second_factor: bool = False) -> str:
    """The token of a new link with which the account's owner sets a password; former ones stop working.

    ``clear_second_factor``: at once, for somebody who has lost it. Raises Conflict for a suspended account.
    """
    with transaction(db):
        account = _renewed(db, account)
        if clear_second_factor:
            second_factor.clear(account)
        token = _issue(db, LinkPurpose.SET_PASSWORD, account, SET_PASSWORD_FOR)
        purpose = str(LinkPurpose.SET_PASSWORD)
        record(db, "account.link_issued", account, purpose=purpose, factor_removed=clear_second_factor)
    log.info("password_link_issued", account=str(account.id), second_factor_cleared=clear_second_factor)
    return token


def issue_invitation(db: Session, account: Account) -> str:
    """The token of a new invitation for an account that has none of its own secrets yet; former ones stop working.

    Raises Conflict for an account that is suspended or has accepted one already.
    """
    with transaction(db):
        account = _renewed(db, account)
        if account.password_hash or account.firebase_uid:
            raise Conflict(_("This person has accepted already. For a lost password, make a link for a new one."))
        token = _issue(db, LinkPurpose.INVITATION, account, INVITATION_FOR)
        record(db, "account.invited", account)
    log.info("invitation_issued", account=str(account.id))
    return token


def first_invitation(db: Session, account: Account) -> str:
    """The token of the invitation of an account that the caller's transaction has just added."""
    return _issue(db, LinkPurpose.INVITATION, account, INVITATION_FOR)


def _renewed(db: Session, account: Account) -> Account:
    """The account, held, with its open links ended."""
    account = locked(db, account.id)
    if account.suspended_at is not None:
        raise Conflict(_("This account is suspended; restore it first."))
    db.execute(delete(OneTimeLink).where(OneTimeLink.account_id == account.id, OneTimeLink.used_at.is_(None)))
    return account


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


def find(db: Session, token: str, *purposes: LinkPurpose) -> OneTimeLink:
    """The link, if it still works and is for one of these. Raises Gone, with the same words for used, old, unknown."""
    query = select(OneTimeLink).where(
        OneTimeLink.token_hash == token_hash(token),
        OneTimeLink.purpose.in_(purposes),
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > utc_now(),
    )
    link = db.scalar(query.with_for_update() if db.info.get("writing") else query)
    if link is None or (link.account is not None and link.account.suspended_at is not None):
        raise Gone(_gone(purposes))
    if link.purpose == LinkPurpose.FIRST_ADMIN and any_account(db):
        raise Gone(_gone(purposes))
    return link


def _gone(purposes: tuple[LinkPurpose, ...]) -> str:
    if LinkPurpose.FIRST_ADMIN in purposes:
        return str(
            _(
                "This link has been used or has run out. If there is no account yet, start the product "
                "again: it prints a new link."
            )
        )
    return str(_("This link has been used or has run out. Ask an administrator for a new one."))


def create_first_account(
    db: Session, token: str, email: str, name: str, password: str, unit: str = FIRST_UNIT
) -> Account:
    """The first account, holding every role, in the first unit. Raises Gone and Refused."""
    email, name, unit = clean_email(email), clean_name(name), clean_unit_name(unit)
    refuse_weak(password, email)
    with transaction(db):
        link = find(db, token, LinkPurpose.FIRST_ADMIN)
        link.used_at = utc_now()
        account = Account(email=email, name=name)
        account.set_roles(Role)
        first_unit(db, account, unit)
        db.add(account)
        put_password(db, account, password)
        record_first(db, account)
    log.info("first_account_created", account=str(account.id))
    return account


def first_unit(db: Session, account: Account, name: str) -> None:
    """Put the first account into the unit of this name, which may be there already."""
    account.units = [by_name(db).get(fold(name)) or Unit(name=name)]


def record_first(db: Session, account: Account) -> None:
    """In the transaction that made the first account: by whoever had the link, who is that account from now on."""
    db.flush()
    record_made(db, "account.created", account, by=account, first=True)


def set_password(db: Session, token: str, password: str) -> Account:
    """Set the password of the link's account, invited or not, and end its sessions. Raises Gone and Refused."""
    link = find(db, token, *PASSWORD_PURPOSES)
    assert link.account_id is not None
    account_id = link.account_id
    with transaction(db):
        account = held_before_link(db, account_id)
        # Held after its account, as by whoever ends an account's links: two orders would lock each other out.
        link = find(db, token, *PASSWORD_PURPOSES)
        link.used_at = utc_now()
        put_password(db, account, password)
        record(db, "account.password", account, by=account, way=str(link.purpose))
    log.info("password_set", account=str(account.id))
    return account


def held_before_link(db: Session, account_id: uuid.UUID) -> Account:
    """The account whose link is about to be used up. Raises Gone."""
    try:
        return locked(db, account_id)
    except NotFound:  # an invitation that was just revoked
        raise Gone(_gone(PASSWORD_PURPOSES)) from None
