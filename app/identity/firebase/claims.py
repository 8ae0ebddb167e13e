"""Roles and units as custom claims at Firebase: a mirror for other programs, never read here."""

import contextlib
import datetime as dt
import json
import threading
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.database import Database, transaction
from app.identity.firebase.client import Firebase, FirebaseUnreachable
from models import Account, utc_now

log = structlog.get_logger(__name__)

MAX_BYTES = 1000
"""Firebase's own limit."""
EVERY = 30.0
"""Seconds between two looks for what waits."""


def claims_of(account: Account) -> dict[str, Any]:
    """What Firebase is told. Units by identity; an account with too many for Firebase's limit has none named."""
    if account.suspended_at is not None:
        return {"roles": [], "units": []}
    roles = sorted(account.roles)
    claims: dict[str, Any] = {"roles": roles, "units": sorted(str(unit.id) for unit in account.units)}
    if len(json.dumps(claims)) > MAX_BYTES:
        return {"roles": roles, "units": [], "too_many_units": True}
    return claims


def mirror_due(db: Session, firebase: Firebase) -> int:
    """Tell Firebase the roles and units of every account that waits for it. How many were told.

    Raises FirebaseUnreachable; whoever was not told goes on waiting.
    """
    query = select(Account).where(Account.claims_due_at.is_not(None), Account.firebase_uid.is_not(None))
    told = 0
    for account in db.scalars(query.order_by(Account.claims_due_at)).all():
        due, uid = account.claims_due_at, account.firebase_uid
        if due is None or uid is None:
            continue  # read anew, after what came before it: another web process has told it meanwhile
        if not firebase.set_claims(uid, claims_of(account)):
            log.warning("claims_without_user", account=str(account.id))
        _settle(db, account, due)
        told += 1
    return told


def _settle(db: Session, account: Account, due: dt.datetime) -> None:
    """Nothing waits any more, unless the account has changed since it was read: then this may have told Firebase
    something old after somebody else told it the new, and it is told again."""
    account_id = account.id
    with transaction(db):
        mine = update(Account).where(Account.id == account_id)
        settled = mine.where(Account.claims_due_at == due).values(claims_due_at=None).returning(Account.id)
        if db.execute(settled).scalar() is None:
            db.execute(mine.where(Account.claims_due_at.is_(None)).values(claims_due_at=utc_now()))


class Mirror:
    """A thread of the web process, so that the workers need no credentials for Firebase."""

    def __init__(self, database: Database, firebase: Firebase, every: float = EVERY) -> None:
        self._database, self._firebase, self._every = database, firebase, every
        self._kicked = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True, name="claims").start()

    def kick(self) -> None:
        """Look at once: something may have changed."""
        self._kicked.set()

    def _run(self) -> None:
        while True:
            self._kicked.wait(self._every)
            self._kicked.clear()
            try:
                # Silence of either is no news here: what waits goes on waiting.
                with contextlib.suppress(FirebaseUnreachable, SQLAlchemyError), self._database.session() as db:
                    mirror_due(db, self._firebase)
            except Exception:
                log.exception("mirror_broke")
