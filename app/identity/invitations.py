"""Inviting people: an account that waits for its person, and a one-time link to hand over.

Every function that changes something commits it before it returns.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

import structlog
from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.database import transaction
from app.errors import Conflict
from app.identity import links
from app.identity.accounts import add_account, locked
from app.identity.entries import record
from models import Account, LinkPurpose, OneTimeLink, Role, utc_now

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Invitation:
    """An account that nobody has accepted yet. ``expires_at`` None: it has no link that still works."""

    account: Account
    expires_at: dt.datetime | None


def invite(
    db: Session, email: str, name: str, roles: Collection[Role], unit_ids: Collection[uuid.UUID] = ()
) -> tuple[Account, str]:
    """A new account and the token of its invitation. Raises Refused and Conflict, as ``add_account`` does."""
    with transaction(db):
        account = add_account(db, email, name, roles, unit_ids)
        return account, links.issue_invitation(db, account)


def open_invitations(db: Session) -> list[Invitation]:
    """Whoever has not accepted yet, the newest first."""
    expiry = (
        select(OneTimeLink.account_id, func.max(OneTimeLink.expires_at).label("at"))
        .where(OneTimeLink.purpose == LinkPurpose.INVITATION, OneTimeLink.used_at.is_(None))
        .where(OneTimeLink.expires_at > utc_now())
        .group_by(OneTimeLink.account_id)
        .subquery()
    )
    query = (
        select(Account, expiry.c.at)
        .outerjoin(expiry, expiry.c.account_id == Account.id)
        .where(Account.password_hash.is_(None), Account.firebase_uid.is_(None), Account.suspended_at.is_(None))
        .order_by(Account.created_at.desc(), Account.id)
    )
    return [Invitation(account, at) for account, at in db.execute(query)]


def revoke(db: Session, account: Account) -> None:
    """Take an invitation back: its link stops working and its account is removed, so that it can be given anew.

    Raises Conflict once it was accepted: such an account can be suspended.
    """
    with transaction(db):
        account = locked(db, account.id)
        if account.password_hash or account.firebase_uid:
            raise Conflict(_("This person has accepted meanwhile. Suspend the account to keep them out."))
        account_id = account.id
        record(db, "account.removed", account)
        db.expunge(account)
        db.execute(delete(Account).where(Account.id == account_id))
    log.info("invitation_revoked", account=str(account_id))
