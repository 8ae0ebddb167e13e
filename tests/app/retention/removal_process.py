"""``python -m tests.app.retention.removal_process MOMENT REQUEST EMAIL``: approves a deletion and removes what it
leaves to be removed, and dies by SIGKILL at a moment of MOMENTS."""

import datetime as dt
import os
import signal
import sys
import uuid

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.database import Database
from app.identity.accounts import by_email
from app.retention import deletion, removal
from app.settings import Settings
from app.storage import Kept, LocalStore, open_store
from models import utc_now

MOMENTS = ("rows gone, not committed", "committed", "one object gone", "all objects gone", "marks gone")
LATER = dt.timedelta(days=1)


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(moment: str) -> None:
    """Put the moment in its place."""
    if moment == "rows gone, not committed":
        event.listen(Session, "before_commit", die)
    elif moment == "one object gone":
        remove = LocalStore.remove

        def remove_mortally(store: LocalStore, kept: Kept) -> bool:
            remove(store, kept)
            die()
            return True

        LocalStore.remove = remove_mortally  # type: ignore[method-assign,assignment]
    elif moment == "all objects gone":
        setattr(removal, "transaction", die)  # noqa: B010 - what it imports, as a test replaces it
    elif moment == "marks gone":
        removal._finish = die  # type: ignore[assignment]


def main(moment: str, request_id: str, email: str) -> None:
    settings = Settings.from_env()
    database = Database(settings.database_url)
    with database.session() as db:
        account = by_email(db, email)
        assert account is not None
        arm(moment)
        deletion.approve(db, account, uuid.UUID(request_id))
    if moment == "committed":
        die()
    removal.carry_out(database, open_store(settings), utc_now() + LATER)


if __name__ == "__main__":
    main(*sys.argv[1:])
