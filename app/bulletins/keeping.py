"""For how long the files of bulletins are kept."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import clock, transaction
from app.retention import removal
from models import Bulletin

KEPT = dt.timedelta(days=30)
"""For how long a file is there to be fetched; another can be made while its notices are public."""


def expire(db: Session) -> int:
    """Let go of the files whose time has run out. How many there were."""
    now = clock(db)
    due = (Bulletin.expires_at <= now, Bulletin.key.is_not(None))
    if db.scalar(select(Bulletin.id).where(*due).limit(1)) is None:
        return 0  # nothing to write: do not make other writers wait
    with transaction(db):
        found = list(db.scalars(select(Bulletin).where(*due).with_for_update(skip_locked=True)))
        removal.doom(db, [key for one in found for key in (one.key, one.preview_key) if key])
        for one in found:
            one.key = one.preview_key = None
    return len(found)
