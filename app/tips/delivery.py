"""Carries what was spooled to the records and the storage: at once, and where that fails, by itself later, once.

Files go first and rows second, in one transaction. Whoever dies between has put objects that the next try puts again,
and a row that is there already is found so by its identity. All of it with rights to add alone, and to the one folder
that this surface sees, from where a worker moves it (`app.shelving`).
"""

import threading
from collections.abc import Iterable
from logging import ERROR, WARNING
from pathlib import Path

import structlog
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.database import Database, is_unreachable, transaction
from app.errors import StorageFull
from app.storage import ARRIVED, ObjectStore, StorageUnavailable, under
from app.tips import finding
from app.tips.entries import Entry
from app.tips.spool import Spool
from models import Tip, TipAuthor, TipFile, TipMessage

log = structlog.get_logger(__name__)

AGAIN = 10.0
"""Seconds between two tries while something is away."""


class Undeliverable(RuntimeError):
    """The records are there and do not take it: an operator must look."""


class Courier:
    def __init__(self, spool: Spool, database: Database, store: ObjectStore, again: float = AGAIN) -> None:
        self._spool, self._database, self._store, self._again = spool, database, store, again
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._given_up: set[Path] = set()
        """Something is wrong with these themselves: they stay, an operator must look, and the others go on. The next
        start tries them once more."""

    def carry(self) -> bool:
        """Try everything that waits, oldest first. Whether nothing is left to be tried again."""
        return self._try(self._left()) and not self._left()

    def _left(self) -> list[Path]:
        return [path for path in self._spool.waiting() if path not in self._given_up]

    def send_off(self, entry: Entry) -> None:
        """Try this one at once, and what is left in the background until nothing is. While that goes on something is
        away, and whoever sends now does not wait for it."""
        if self._busy() or not self._try([self._spool.path(entry)]):
            self.go_on()

    def _busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _try(self, paths: Iterable[Path]) -> bool:
        """Whether none of them has to be tried again. What could not be carried is kept: its sender has a receipt."""
        done = True
        for path in paths:
            try:
                self._spool.carry(path, self._deliver)
            except (StorageUnavailable, StorageFull, SQLAlchemyError) as error:
                away = not isinstance(error, SQLAlchemyError) or is_unreachable(error)
                log.log(WARNING if away else ERROR, "tips_wait", reason=type(error).__name__)
                if away:
                    return False
                done = False
            except Exception as error:
                self._given_up.add(path)
                log.error("tip_undeliverable", kind=type(error).__name__, why=str(error))
        return done

    def go_on(self) -> None:
        with self._starting:
            if not self._busy():
                self._thread = threading.Thread(target=self._go_on, daemon=True, name="tips")
                self._thread.start()

    def stop(self) -> None:
        """End the background's tries; what waits stays."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(self._again + 5)

    def _go_on(self) -> None:
        while not self._stop.wait(self._again):
            if self.carry():
                return

    def _deliver(self, entry: Entry, folder: Path) -> None:
        for one in entry.files:
            with (folder / one.path).open("rb") as file:
                self._store.put_file(under(ARRIVED, one.object_key), file)
        with self._database.session() as db:
            try:
                with transaction(db):
                    _insert(db, entry)
            except IntegrityError as error:
                _settle(db, entry, error)


def _insert(db: Session, entry: Entry) -> None:
    # Statements that name their columns: those that they leave out are not this role's to fill.
    tip = entry.tip
    if tip is not None:
        db.execute(
            insert(Tip).values(
                id=entry.tip_id, kind=tip.kind, receipt=tip.receipt, secret_hash=tip.secret_hash,
                reply_public=tip.reply_public, notice_slug=tip.notice_slug, language=tip.language,
                received_at=entry.hour,
            )
        )  # fmt: skip
    db.execute(
        insert(TipMessage).values(
            id=entry.id, tip_id=entry.tip_id, author=TipAuthor.SENDER, position=entry.position,
            written_at=entry.hour, key_id=entry.key_id, sealed=entry.sealed,
        )
    )  # fmt: skip
    for position, one in enumerate(entry.files, 1):
        db.execute(
            insert(TipFile).values(
                id=one.id, tip_id=entry.tip_id, message_id=entry.id, position=position, key_id=entry.key_id,
                sealed_facts=one.sealed_facts, object_key=under(ARRIVED, one.object_key), size=one.size,
            )
        )  # fmt: skip


def _settle(db: Session, entry: Entry, error: IntegrityError) -> None:
    """A row was refused: because it is there already, or because its tip is gone. Raises Undeliverable otherwise."""
    found = finding.find(db, entry.receipt)
    ours = found is not None and found.id == entry.tip_id
    if ours and _is_there_already(error):
        return
    if entry.tip is None and not ours:
        log.warning("tip_gone_meanwhile", message=str(entry.id))  # its case was deleted, and the tip with it
        return
    raise Undeliverable("its receipt or its key is not as these records know it") from error


def _is_there_already(error: IntegrityError) -> bool:
    return getattr(error.orig, "sqlstate", None) == "23505" or "UNIQUE constraint" in str(error.orig)
