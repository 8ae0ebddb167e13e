"""Requests that may come twice: what the first one made is remembered, and the second one is answered with it.

A client names its request by a key of its own choosing. The key is written in the transaction that makes the
records, so there are either both or neither, and of two requests at the same moment one waits for the other.
"""

import datetime as dt
import hashlib
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus

import structlog
from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.database import clock, transaction
from app.errors import AppError, Refused
from models import IdempotentRequest

log = structlog.get_logger(__name__)

KEY = re.compile(r"[!-~]{1,100}")
KEPT = dt.timedelta(hours=24)
"""For how long a repeat is known; it is forgotten within a minute or so after."""


@dataclass(frozen=True)
class Asked:
    """A request under its key. ``fingerprint`` is the sha256 of everything that was asked."""

    account_id: uuid.UUID
    key: str
    fingerprint: str

    def part(self, name: str) -> "Asked":
        """One of several things that the request asks for, each done and remembered by itself."""
        return replace(self, key=f"{self.key}/{name}")


@dataclass(frozen=True)
class Outcome:
    """The records of a request: made now, or ``replayed`` because it came before."""

    made: list[uuid.UUID]
    replayed: bool


class KeyReused(AppError):
    """The key was used before, for something else: nothing of the request is done, whichever part it is about."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class _KeyTaken(Exception):
    """Another request with this key has been committed meanwhile."""


def asked(account_id: uuid.UUID, key: str | None, *body: object) -> Asked | None:
    """The request under its key, None without one. Raises Refused for a key that cannot be one."""
    if not key:
        return None
    if not KEY.fullmatch(key):
        raise Refused(_("An Idempotency-Key must have 1 to 100 visible ASCII characters. Nothing was done."))
    return Asked(account_id, key, hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest())


def find(db: Session, request: Asked | None) -> Outcome | None:
    """What this request made the first time; None when it is new. Raises KeyReused when another one had its key.

    The session remembers in its ``info`` that something was ``replayed``.
    """
    if request is None:
        return None
    query = select(IdempotentRequest).where(
        IdempotentRequest.account_id == request.account_id, IdempotentRequest.key == request.key
    )
    earlier = db.scalar(query)
    if earlier is None:
        return None
    if earlier.fingerprint != request.fingerprint:
        raise KeyReused(
            _(
                "This Idempotency-Key was used before, for another request. Nothing was done: "
                "reload the page, or send a new key, and try again."
            )
        )
    db.info["replayed"] = True
    return Outcome([uuid.UUID(text) for text in earlier.made], replayed=True)


def once(db: Session, request: Asked | None, make: Callable[[], list[uuid.UUID]]) -> Outcome:
    """Run ``make`` in a transaction, unless this request has been executed before. Raises KeyReused, see ``find``."""
    if request is None:
        with transaction(db):
            return Outcome(make(), replayed=False)
    try:
        return _first(db, request, make)
    except _KeyTaken:
        # Whoever had it has committed, or this would still be waiting.
        return _first(db, request, make)


def _first(db: Session, request: Asked, make: Callable[[], list[uuid.UUID]]) -> Outcome:
    with transaction(db):
        earlier = find(db, request)
        if earlier is not None:
            return earlier
        row = IdempotentRequest(account_id=request.account_id, key=request.key, fingerprint=request.fingerprint)
        row.made, row.created_at = [], clock(db)
        db.add(row)
        try:
            db.flush()
        except IntegrityError as error:
            raise _KeyTaken from error
        made = make()
        row.made = [str(one) for one in made]
    return Outcome(made, replayed=False)


def forget_old(db: Session) -> int:
    """Forget requests that nobody will repeat any more. How many there were."""
    old = IdempotentRequest.created_at < clock(db) - KEPT
    if db.scalar(select(IdempotentRequest.id).where(old).limit(1)) is None:
        return 0  # nothing to write: do not make other writers wait
    with transaction(db):
        gone = db.execute(delete(IdempotentRequest).where(old).returning(IdempotentRequest.id)).all()
    log.info("requests_forgotten", count=len(gone))
    return len(gone)
