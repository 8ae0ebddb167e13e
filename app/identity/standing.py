"""What an account may do: its roles, its units, and whether it is suspended.

Every change is noted in ``claims_due_at`` within its own transaction, so that whoever mirrors it elsewhere
finds it. A session sees the change at its next request, since each request reads its account anew.
"""

import uuid
from collections.abc import Collection

import structlog
from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import custody
from app.database import transaction
from app.errors import Forbidden, NotFound, Refused
from app.identity import units
from app.identity.accounts import close_doors
from app.identity.entries import record, standing
from models import Account, AccountRole, Role, utc_now

log = structlog.get_logger(__name__)


def set_standing(
    db: Session, by: Account, account: Account, roles: Collection[Role], unit_ids: Collection[uuid.UUID]
) -> None:
    """Give an account these roles and units and no others.

    Raises Refused without a role, for one's own roles, for a unit that is gone and for the last administrator;
    Forbidden when ``by`` is no administrator any more.
    """
    if not roles:
        raise Refused(_("Choose at least one role. To keep somebody out, suspend the account."))
    wanted, by_id, account_id = {Role(role) for role in roles}, by.id, account.id
    with transaction(db):
        account = _held(db, by_id, account_id)
        before, units_before = account.roles, {unit.name for unit in account.units}
        digest = standing(account)
        if by_id == account_id and wanted != before:
            raise Refused(_("You cannot change your own roles; another administrator can."))
        account.set_roles(wanted)
        account.units = units.kept(db, unit_ids)
        account.claims_due_at = utc_now()
        _keep_an_admin(db)
        now = {unit.name for unit in account.units}
        record(
            db,
            "account.standing",
            account,
            by,
            before=digest,
            after=standing(account),
            gained=sorted(wanted - before),
            lost=sorted(before - wanted),
            units_gained=sorted(now - units_before),
            units_lost=sorted(units_before - now),
        )
    log.info(
        "standing_changed",
        account=str(account_id),
        by=str(by_id),
        gained=sorted(wanted - before),
        lost=sorted(before - wanted),
        units=len(account.units),
    )


def suspend(db: Session, by: Account, account: Account) -> None:
    """Keep an account out from its very next request on: its sessions, open links and tokens end.

    Raises Refused for oneself and for the last administrator, Forbidden when ``by`` is none any more.
    """
    by_id, account_id = by.id, account.id
    if by_id == account_id:
        raise Refused(_("You cannot suspend your own account; another administrator can."))
    with transaction(db):
        account = _held(db, by_id, account_id)
        account.suspended_at = account.claims_due_at = utc_now()
        close_doors(db, account_id)
        _keep_an_admin(db)
        record(db, "account.suspended", account, by)
    log.info("account_suspended", account=str(account_id), by=str(by_id))


def restore(db: Session, account: Account, by: Account | None = None) -> None:
    """Let an account in again and end its rest after wrong passwords. ``by`` None: the operator, who asks nobody.

    Raises Forbidden when ``by`` is no administrator any more.
    """
    by_id, account_id = by.id if by else None, account.id
    with transaction(db):
        account = _held(db, by_id, account_id)
        account.suspended_at = account.locked_until = None
        account.failed_attempts = 0
        account.claims_due_at = utc_now()
        record(db, "account.restored", account, by or custody.OPERATOR)
    log.info("account_restored", account=str(account_id), by=str(by_id or "operator"))


def can_enter(account: Account) -> bool:
    """Whether the account has what it takes to sign in."""
    return account.suspended_at is None and account.accepted


def _held(db: Session, by_id: uuid.UUID | None, account_id: uuid.UUID) -> Account:
    """The account as it is now, held together with every administrator until the transaction ends.

    Holding all of them, always in one order, keeps two administrators from demoting each other at once.
    """
    admins = select(AccountRole.account_id).where(AccountRole.role == Role.ADMIN)
    held = select(Account.id).where(or_(Account.id == account_id, Account.id.in_(admins)))
    db.execute(held.order_by(Account.id).with_for_update(of=Account)).all()
    found = _fresh(db, account_id)
    if found is None:
        raise NotFound(_("There is no such account."))
    by = _fresh(db, by_id) if by_id is not None else None
    if by_id is not None and not (by is not None and by.suspended_at is None and by.has_role(Role.ADMIN)):
        raise Forbidden(_("You are no longer an administrator; nothing was changed."))
    return found


def _fresh(db: Session, account_id: uuid.UUID) -> Account | None:
    """Read after the locks were given: what was read before may be what others have just changed."""
    query = select(Account).where(Account.id == account_id)
    return db.scalar(query.execution_options(populate_existing=True))


def _keep_an_admin(db: Session) -> None:
    db.flush()
    admins = select(AccountRole.account_id).where(AccountRole.role == Role.ADMIN)
    if not any(can_enter(one) for one in db.scalars(select(Account).where(Account.id.in_(admins)))):
        raise Refused(_("This is the last administrator who can sign in; make somebody else one first."))
