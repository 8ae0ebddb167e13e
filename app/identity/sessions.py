"""Signed-in sessions: kept in the records, known to the browser by a random token alone."""

import datetime as dt
import uuid
from dataclasses import dataclass

import structlog
from flask_babel import gettext as _
from sqlalchemy import delete, inspect, select
from sqlalchemy.orm import Session, contains_eager

from app.agency import settings
from app.database import transaction
from app.errors import NotFound
from app.identity.accounts import SignInRefused, locked
from app.identity.entries import record
from app.identity.tokens import new_token, token_hash
from models import Account, SignInSession, utc_now

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class NewSession:
    """A session that was just started, and the token that only its browser will know."""

    token: str
    row: SignInSession


def start(
    db: Session, account: Account, replacing: SignInSession | None = None, *, confirmed: bool = True
) -> NewSession:
    """Start a session with a token of its own; the one it replaces ends, and so do expired ones.

    ``confirmed``: its owner has just shown all that signing in asks for. Raises SignInRefused when the account was
    suspended or its password changed since it was read.
    """
    token, now, password_of = new_token(), utc_now(), account.password_changed_at
    # Not its attributes: changing the password has just deleted the row that is to be replaced.
    replaced = inspect(replacing).identity if replacing is not None else None
    row = SignInSession(
        token_hash=token_hash(token),
        account_id=account.id,
        created_at=now,
        last_seen_at=now,
        expires_at=now + dt.timedelta(hours=settings.current(db).session_hours),
        csrf_token=new_token(),
        confirmed_at=now if confirmed else None,
    )
    with transaction(db):
        account = locked(db, account.id)
        if account.suspended_at is not None or account.password_changed_at != password_of:
            raise SignInRefused
        if replaced:
            db.execute(delete(SignInSession).where(SignInSession.id == replaced[0]))
        db.execute(delete(SignInSession).where(SignInSession.expires_at <= now))
        db.add(row)
    log.info("signed_in", account=str(account.id))
    return NewSession(token, row)


def find(db: Session, token: str) -> SignInSession | None:
    """The session of this token; None when it is unknown or over, or its account is suspended."""
    # Every request asks this: one query for the session, its account, and the account's roles and units.
    account = contains_eager(SignInSession.account)
    query = select(SignInSession).join(SignInSession.account)
    query = query.options(account.joinedload(Account.role_rows), account.joinedload(Account.units))
    return (
        db.scalars(
            query.where(
                SignInSession.token_hash == token_hash(token),
                SignInSession.expires_at > utc_now(),
                Account.suspended_at.is_(None),
            )
        )
        .unique()
        .one_or_none()
    )


def of_bearer(account: Account | None) -> SignInSession | None:
    """A session for one request alone, which is never kept."""
    if account is None:
        return None
    now = utc_now()
    return SignInSession(account=account, account_id=account.id, last_seen_at=now, expires_at=now, csrf_token="")


def of_account(db: Session, account: Account) -> list[SignInSession]:
    """The account's open sessions, newest first."""
    query = select(SignInSession).where(SignInSession.account_id == account.id, SignInSession.expires_at > utc_now())
    return list(db.scalars(query.order_by(SignInSession.created_at.desc(), SignInSession.id)))


def touch(db: Session, row: SignInSession) -> None:
    """Note that the session is in use, at most once a minute."""
    now = utc_now()
    if now - row.last_seen_at >= dt.timedelta(minutes=1):
        with transaction(db):
            row.last_seen_at = now


def confirmed_for(db: Session) -> dt.timedelta:
    """How long grave actions take somebody's word after they proved who they are."""
    return dt.timedelta(minutes=settings.current(db).confirm_minutes)


def is_confirmed(db: Session, row: SignInSession) -> bool:
    """Whether the session's owner proved a short while ago who they are."""
    return row.confirmed_at is not None and utc_now() - row.confirmed_at < confirmed_for(db)


def confirm(db: Session, row: SignInSession) -> None:
    """Note that the session's owner has just proved who they are."""
    with transaction(db):
        row.confirmed_at = utc_now()
    log.info("confirmed", account=str(row.account_id))


def end(db: Session, row: SignInSession) -> None:
    with transaction(db):
        db.execute(delete(SignInSession).where(SignInSession.id == row.id))
    log.info("signed_out", account=str(row.account_id))


def end_one(db: Session, account: Account, session_id: uuid.UUID) -> None:
    """End one of the account's sessions. Raises NotFound for any other's."""
    with transaction(db):
        ended = db.execute(
            delete(SignInSession)
            .where(SignInSession.id == session_id, SignInSession.account_id == account.id)
            .returning(SignInSession.id)
        ).scalar()
        if ended is None:
            raise NotFound(_("That session has already ended."))


def end_all(db: Session, account: Account) -> int:
    """End every session of the account. How many there were."""
    with transaction(db):
        query = delete(SignInSession).where(SignInSession.account_id == account.id)
        ended = len(db.execute(query.returning(SignInSession.id)).all())
        record(db, "account.signed_out", account, count=ended)
    log.info("sessions_ended", account=str(account.id), count=ended)
    return ended


def end_others(db: Session, keep: SignInSession) -> int:
    """End every other session of the same account. How many there were."""
    with transaction(db):
        ended = db.execute(
            delete(SignInSession)
            .where(SignInSession.account_id == keep.account_id, SignInSession.id != keep.id)
            .returning(SignInSession.id)
        ).all()
    return len(ended)
