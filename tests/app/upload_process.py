"""``python -m tests.app.upload_process MOMENT``: takes in a sketch and dies by SIGKILL at a moment of MOMENTS."""

import os
import signal
import sys

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.database import Database
from app.settings import Settings
from app.storage import ObjectStore, open_store
from app.studio import service
from models import Account
from tests.app.drawings import drawing_jpeg

MOMENTS = (
    "nothing stored",
    "one object stored",
    "two objects stored",
    "all objects stored",
    "row written",
    "committed",
)
DRAWING = 2


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(kind: type[ObjectStore], moment: str) -> None:
    """Put the moment in its place."""
    put = kind.put
    reached = MOMENTS.index(moment)

    def put_mortally(store: ObjectStore, key: str, data: bytes) -> bool:
        nonlocal reached
        if reached == 0:
            die()
        created = put(store, key, data)
        reached -= 1
        if reached == 0:
            die()
        return created

    def before_commit(db: Session) -> None:
        db.flush()
        die()

    if reached < MOMENTS.index("row written"):
        kind.put = put_mortally  # type: ignore[method-assign,assignment]
    elif moment == "row written":
        event.listen(Session, "before_commit", before_commit)
    else:
        event.listen(Session, "after_commit", lambda _: die())


if __name__ == "__main__":
    settings = Settings.from_env()
    kept = open_store(settings)
    with Database(settings.database_url).session() as session:
        owner = session.scalars(select(Account)).one()
        arm(type(kept), sys.argv[1])
        service.create_sketch(session, kept, owner, drawing_jpeg(DRAWING), "killed.jpg")
