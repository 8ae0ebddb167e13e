"""Personal access tokens: made and shown once, looked up at every request, ended by their owner or an administrator.

A token does what its owner's roles and its own scopes both allow, and its owner's account is read anew each time.
"""

import datetime as dt
import re
import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass

import structlog
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import custody
from app.database import transaction
from app.errors import NotFound, Refused
from app.identity.accounts import locked
from app.identity.tokens import token_hash
from app.texts import one_line
from models import AccessToken, Account, Role, Scope, utc_now

log = structlog.get_logger(__name__)

PREFIX = "semb_"
"""By which scanners for secrets find a token that got where it should not be."""
TOKEN = re.compile(r"semb_[0-9a-f]{64}")
DEFAULT_DAYS, MAX_DAYS = 90, 365
MOST = 20
"""Tokens that work, of one account."""
ENDED_SHOWN = 10
NOTED_EVERY = dt.timedelta(hours=1)
WORKING = (Role.INVESTIGATOR, Role.SUPERVISOR)


@dataclass(frozen=True)
class NewToken:
    """A token that was just made; nobody can see it again."""

    token: str
    row: AccessToken


def may_have_tokens(account: Account) -> bool:
    """Whether the account's roles allow anything that a token could do."""
    return account.has_role(*WORKING)


def issue(db: Session, account: Account, name: str, scopes: Collection[str], days: int) -> NewToken:
    """A new token of the account. Raises Refused for a name, scopes or days that cannot be, and beyond MOST."""
    name, wanted = _name(name), _scopes(scopes)
    if not 1 <= days <= MAX_DAYS:
        raise Refused(_("A token can work for 1 to %(days)s days.", days=MAX_DAYS))
    token, now = PREFIX + secrets.token_hex(32), utc_now()
    row = AccessToken(
        token_hash=token_hash(token),
        account_id=account.id,
        name=name,
        scopes=wanted,
        created_at=now,
        expires_at=now + dt.timedelta(days=days),
    )
    with transaction(db):
        account = locked(db, account.id)
        if not may_have_tokens(account):
            raise Refused(
                _("Your roles allow nothing that a token could do. Investigators and supervisors can make tokens.")
            )
        if (db.scalar(select(func.count()).where(AccessToken.account_id == account.id, _works())) or 0) >= MOST:
            raise Refused(
                _("An account can have %(most)s tokens that work. Revoke one that is not needed any more.", most=MOST)
            )
        db.add(row)
        db.flush()
        thing, until = custody.Thing("token", row.id), row.expires_at.date().isoformat()
        chain = custody.AGENCY_CHAIN
        custody.record(db, chain, account, "token.created", thing, name=name, scopes=wanted, until=until)
    log.info("token_issued", token=str(row.id), account=str(account.id), scopes=wanted, days=days)
    return NewToken(token, row)


def find(db: Session, token: str) -> AccessToken | None:
    """None for a token that is unknown, over or revoked, or whose owner is suspended."""
    if not TOKEN.fullmatch(token):
        return None
    query = select(AccessToken).join(AccessToken.account).where(AccessToken.token_hash == token_hash(token))
    return db.scalar(query.where(Account.suspended_at.is_(None), _works()))


def of_account(db: Session, account: Account) -> list[AccessToken]:
    """Those that work, newest first, and after them the last ENDED_SHOWN that do not any more."""
    works, newest = _works(), AccessToken.created_at.desc()
    mine = AccessToken.account_id == account.id
    ended = select(AccessToken.id).where(mine, ~works).order_by(newest).limit(ENDED_SHOWN)
    query = select(AccessToken).where(mine, or_(works, AccessToken.id.in_(ended)))
    return list(db.scalars(query.order_by(works.desc(), newest)))


def revoke(db: Session, account: Account, token_id: uuid.UUID, by: Account) -> None:
    """From the next request on it does not work. Raises NotFound for another account's and for one that has ended."""
    account_id, by_id = account.id, by.id
    with transaction(db):
        mine = (AccessToken.id == token_id) & (AccessToken.account_id == account_id)
        query = update(AccessToken).where(mine, _works()).values(revoked_at=utc_now())
        if db.scalar(query.returning(AccessToken.id)) is None:
            raise NotFound(_("That token has already ended."))
        thing = custody.Thing("token", token_id)
        custody.record(db, custody.AGENCY_CHAIN, by, "token.revoked", thing, account=str(account_id))
    log.info("token_revoked", token=str(token_id), account=str(account_id), by=str(by_id))


def note_use(db: Session, token: AccessToken) -> None:
    """Keep that it was used, at most once in NOTED_EVERY; in a session beside the request's, which may only read."""
    now = utc_now()
    if token.last_used_at is not None and now - token.last_used_at < NOTED_EVERY:
        return
    stale = or_(AccessToken.last_used_at.is_(None), AccessToken.last_used_at < now - NOTED_EVERY)
    try:
        with Session(db.get_bind()) as own, transaction(own):
            own.execute(update(AccessToken).where(AccessToken.id == token.id, stale).values(last_used_at=now))
    except SQLAlchemyError as error:  # a request that only reads must not fail for this
        log.warning("use_not_noted", token=str(token.id), kind=type(error).__name__)


def state(token: AccessToken) -> tuple[str, str]:
    """The name of a shape, as for a job, and words."""
    if token.revoked_at is not None:
        return "parked", _("Revoked")
    return ("cancelled", _("Run out")) if token.expires_at <= utc_now() else ("done", _("Works"))


def _works() -> ColumnElement[bool]:
    return AccessToken.revoked_at.is_(None) & (AccessToken.expires_at > utc_now())


def _name(text: str) -> str:
    name = one_line(text)
    if not name:
        raise Refused(_("Give the token a name that says what uses it."))
    if len(name) > 100:
        raise Refused(_("A token's name can have at most 100 characters."))
    return name


def _scopes(wanted: Collection[str]) -> list[str]:
    if not wanted:
        raise Refused(_("Choose at least one thing that the token may do."))
    if unknown := set(wanted) - set(Scope):
        raise Refused(_("There is no such scope: %(names)s.", names=", ".join(sorted(unknown))[:100]))
    return [str(scope) for scope in Scope if scope in wanted]
