"""Whether Firebase still stands for somebody who is signed in: asked at every write, and for reads once a minute."""

import contextlib
import datetime as dt
import threading
from collections.abc import Iterator

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.database import transaction
from app.identity.firebase.client import DEADLINE, Firebase, FirebaseUnreachable, User
from models import AccessToken, SignInSession, utc_now

log = structlog.get_logger(__name__)

Shown = SignInSession | AccessToken
READS_FOR = dt.timedelta(seconds=60)
"""How long a read relies on Firebase's last word."""


class Vouching:
    """Shared by a process's threads."""

    def __init__(self, firebase: Firebase) -> None:
        self._firebase = firebase
        self._turns = Turns()

    def vouch(self, db: Session, shown: Shown, writing: bool) -> bool:
        """False when Firebase has disabled, removed or signed out its user: the session or token has been ended.

        Raises FirebaseUnreachable when it has to be asked and does not answer.
        """
        if not writing and _still_holds(shown.vouched_at):
            return True
        uid = shown.account.firebase_uid
        if uid is None:  # from before IDENTITY was firebase
            return self._end(db, shown)
        with self._turns.take(uid):
            if not writing and _still_holds(_vouched_at(db, shown)):
                return True  # whoever had the turn before has just asked
            asked_at = utc_now()
            if _stands(self._firebase.user(uid), shown):
                _note(db, shown, asked_at)
                return True
        return self._end(db, shown)

    def _end(self, db: Session, shown: Shown) -> bool:
        log.info("session_not_vouched_for", account=str(shown.account_id))
        with _own(db) as own, transaction(own):
            if isinstance(shown, AccessToken):
                own.execute(update(AccessToken).where(AccessToken.id == shown.id).values(revoked_at=utc_now()))
            else:
                own.execute(delete(SignInSession).where(SignInSession.id == shown.id))
        return False


class Turns:
    """One question at a time about one user: a page full of pictures asks once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[threading.Lock, int]] = {}

    @contextlib.contextmanager
    def take(self, uid: str) -> Iterator[None]:
        """Raises FirebaseUnreachable after waiting for as long as one answer may take."""
        with self._lock:
            turn, count = self._waiting.get(uid, (threading.Lock(), 0))
            self._waiting[uid] = turn, count + 1
        try:
            if not turn.acquire(timeout=DEADLINE):
                raise FirebaseUnreachable
            try:
                yield
            finally:
                turn.release()
        finally:
            with self._lock:
                turn, count = self._waiting.pop(uid)
                if count > 1:
                    self._waiting[uid] = turn, count - 1


def _still_holds(vouched_at: dt.datetime | None) -> bool:
    return vouched_at is not None and dt.timedelta(0) <= utc_now() - vouched_at < READS_FOR


def _stands(user: User | None, shown: Shown) -> bool:
    # Firebase keeps whole seconds, and takes a sign-in within the second of a revocation as well.
    began = shown.created_at.replace(microsecond=0)
    return user is not None and not user.disabled and user.valid_after <= began


@contextlib.contextmanager
def _own(db: Session) -> Iterator[Session]:
    """A session beside the request's, which only reads when the request does."""
    with Session(db.get_bind(), expire_on_commit=False) as own:
        yield own


def _vouched_at(db: Session, shown: Shown) -> dt.datetime | None:
    kind = type(shown)
    with _own(db) as own:
        return own.scalar(select(kind.vouched_at).where(kind.id == shown.id))


def _note(db: Session, shown: Shown, asked_at: dt.datetime) -> None:
    kind = type(shown)
    with _own(db) as own, transaction(own):
        own.execute(update(kind).where(kind.id == shown.id).values(vouched_at=asked_at))
