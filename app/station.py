"""A running worker: claims jobs one at a time, keeps their leases, and stops in good order."""

import contextlib
import os
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import handlers, idempotency, leases, shelving, sweep, workers
from app.bulletins import keeping as bulletins
from app.custody import anchoring, looking
from app.database import Database, is_unreachable, transaction
from app.errors import AppError, StorageFull
from app.exchange import exports, imports
from app.inbox import arriving, scanning
from app.leases import Claim, LeaseLost
from app.notices import expiring, hashing, purge
from app.notifications import mail
from app.retention import removal
from app.settings import Settings
from app.slot import suspect_job, suspect_marker
from app.storage import ObjectStore, StorageUnavailable, open_anchors
from app.tips import keys
from imaging.words import N_, parts
from models import JobKind, Worker

log = structlog.get_logger(__name__)

T = TypeVar("T")
UNEXPECTED = N_(
    "The renderer met an error that it did not expect, and noted it. Try once more; if it happens "
    "again, tell the operator."
)
OVERRUN = 70
"""Exit code of a worker that gave up on a job that took too long."""
PATIENCE = 60.0
"""Seconds for which a finished result is offered to records that do not answer."""


class Station:
    """What one worker process works with. One job at a time: a neighbour could change nothing in a result,
    but could take its memory."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        store: ObjectStore,
        renderer: handlers.Renderer,
        worker: Worker,
    ) -> None:
        self._settings, self._database, self._store = settings, database, store
        self._renderer, self._worker = renderer, _post(worker)
        self._suspect = suspect_marker(settings.var, worker.name.rpartition("/")[2])
        self.stopping, self.idle = threading.Event(), threading.Event()
        self.idle.set()
        self._busy = threading.Lock()
        self._claim: Claim | None = None
        self._began = 0.0
        self._beaten = time.monotonic()
        self._patient_until = 0.0

    @property
    def kinds(self) -> tuple[JobKind, ...]:
        return self._worker.kinds

    def drain(self, *, wait: bool) -> None:
        """Do jobs until there is none. Without ``wait`` only if nobody is doing so already."""
        if not self._busy.acquire(blocking=wait):
            return
        try:
            while not self.stopping.is_set() and self._one():
                pass
        except SQLAlchemyError as error:
            _note_absence(error)
        finally:
            self._busy.release()

    def _one(self) -> bool:
        with self._database.session() as db:
            claim = leases.claim(db, self._worker, self.kinds, self._settings.lease_seconds)
        if claim is None:
            return False
        self._began, self._claim = time.monotonic(), claim
        self.idle.clear()
        with structlog.contextvars.bound_contextvars(job=str(claim.job_id)):
            try:
                self._do(claim)
            except LeaseLost:
                log.warning("result_dropped")
            except (StorageUnavailable, SQLAlchemyError) as error:
                if not _is_away(error):
                    raise
                # Nothing is wrong with the job. The next look into the records begins it anew.
                log.warning("job_waits", reason=getattr(error, "reason", type(error).__name__))
                self._patiently(lambda db: self._hand_back(db, claim, announce=False))
                return False
            finally:
                self._claim = None
                self.idle.set()
        return True

    def _do(self, claim: Claim) -> None:
        try:
            with suspect_job(self._suspect) if claim.alone else contextlib.nullcontext():
                record = handlers.perform(claim, self._database, self._store, self._renderer, self._settings)
            self._patiently(lambda db: _finish(db, claim, record))
        except (StorageUnavailable, LeaseLost):
            raise
        except AppError as error:
            self._fail(claim, str(error), parts(error))
        except Exception as error:
            if _is_away(error):
                raise
            log.exception("job_broke")
            self._fail(claim, UNEXPECTED)
        else:
            log.info("job_done", kind=claim.kind, seconds=round(time.monotonic() - self._began, 2))

    def _fail(self, claim: Claim, reason: str, parts: dict[str, Any] | None = None) -> None:
        self._patiently(lambda db: leases.fail(db, claim, reason, parts))

    def _patiently(self, write: Callable[[Session], T]) -> T:
        """Write to the records, trying again while they do not answer."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with self._database.session() as db:
                    return write(db)
            except SQLAlchemyError as error:
                if not _is_away(error) or time.monotonic() > deadline or self.stopping.wait(1.0):
                    raise

    def beat(self) -> None:
        """Show that this worker lives, keep its lease, and recover what dead workers held."""
        self._give_up_on_overrun()
        lease = self._settings.lease_seconds
        try:
            with self._database.session() as db:
                workers.beat(db, self._worker)
                claim = self._claim
                if claim is not None and not leases.renew(db, claim, lease) and self._claim is claim:
                    log.warning("lease_gone", job=str(claim.job_id))
                if self._others_had_time(lease):
                    leases.recover_expired(db, lease)
        except SQLAlchemyError as error:
            _note_absence(error)

    def _others_had_time(self, lease: float) -> bool:
        """Whether living workers could renew their leases. After the records were away all of them are late:
        whoever comes first must not take the others for dead."""
        now = time.monotonic()
        if now - self._beaten > lease / 2:
            self._patient_until = now + 2 * self._settings.heartbeat_seconds
        self._beaten = now
        return now >= self._patient_until

    def _give_up_on_overrun(self) -> None:
        """A job that never ends counts as one that kills its worker: only a new process gets rid of it."""
        claim = self._claim
        if claim is not None and time.monotonic() - self._began > self._settings.job_seconds:
            log.error("job_took_too_long", job=str(claim.job_id))
            os._exit(OVERRUN)

    def sweep(self) -> None:
        """Housekeeping that nobody waits for."""
        with self._database.session() as db:
            workers.forget_old(db)
            idempotency.forget_old(db)
            looking.forget_old(db)
            exports.expire(db)
            bulletins.expire(db)
            imports.let_go(db)
            expiring.expire(db)
            keys.ensure(db, self._settings)
        try:
            removal.carry_out(self._database, self._store)
            self._store.tidy()
            scanning.scan_waiting(self._database, self._store, self._settings)
            hashing.catch_up(self._database, self._store)
            if self._settings.storage_path is not None:
                shelving.sort(self._database, self._store)
        except StorageUnavailable as error:
            log.warning("housekeeping_waits", reason=error.reason)
        except StorageFull as error:
            log.warning("housekeeping_waits", reason=str(error))
        mail.send_due(self._database, self._settings)

    def note_tips(self) -> None:
        """Take note of what the public has sent: somebody may be waiting for it."""
        try:
            with self._database.session() as db:
                arriving.take_note(db)
        except SQLAlchemyError as error:
            _note_absence(error)

    def purge(self) -> None:
        """Tell whoever keeps copies of the public pages what has changed."""
        try:
            purge.send_due(self._database, self._settings)
        except SQLAlchemyError as error:
            _note_absence(error)

    def audit(self) -> None:
        """Compare records and objects, beside the work: with many objects it takes minutes."""
        threading.Thread(target=self._audit, daemon=True).start()

    def _audit(self) -> None:
        try:
            sweep.audit(self._database, self._store, self._settings.remove_orphans)
        except (StorageUnavailable, SQLAlchemyError) as error:
            log.warning("audit_broken_off", kind=type(error).__name__)
        except Exception:
            log.exception("audit_broke")

    def anchor(self) -> None:
        """Put the day's anchor of custody where others keep it."""
        try:
            anchoring.take(self._database, self._store)
            if self._settings.anchor_url:
                anchoring.mirror(self._store, open_anchors(self._settings))
        except (StorageUnavailable, SQLAlchemyError) as error:
            log.warning("anchor_broken_off", kind=type(error).__name__)

    def repeat(self, action: Callable[[], None]) -> threading.Thread:
        """Do something now and every heartbeat until the worker stops."""

        def loop() -> None:
            while not self.stopping.is_set():
                try:
                    action()
                except Exception:
                    log.exception("repeated_action_broke")
                self.stopping.wait(self._settings.heartbeat_seconds)

        thread = threading.Thread(target=loop, daemon=True)
        thread.start()
        return thread

    def stop(self) -> bool:
        """Stop claiming, let the current job end if it is quick, else hand it back.

        False when it is still being worked on: the process must then end without waiting for it.
        """
        self.stopping.set()
        idle = self._busy.acquire(timeout=self._settings.stop_seconds)
        try:
            with self._database.session() as db:
                self._hand_back(db, None if idle else self._claim)
                workers.stop(db, self._worker)
        except SQLAlchemyError as error:
            _note_absence(error)
        return idle

    def _hand_back(self, db: Session, claim: Claim | None, *, announce: bool = True) -> None:
        try:
            if claim is not None:
                leases.hand_back(db, claim, announce=announce)
        except LeaseLost:
            log.info("job_ended_meanwhile", job=str(claim.job_id) if claim else "")


def _is_away(error: Exception) -> bool:
    """Whether what the work relies on is away, as pages take it: nothing is wrong with the work then."""
    return isinstance(error, StorageUnavailable) or is_unreachable(error)


def _note_absence(error: SQLAlchemyError) -> None:
    """Of the records; any other error of theirs goes on."""
    if not _is_away(error):
        raise error
    log.warning("records_unreachable", kind=type(error).__name__)


def _post(worker: Worker) -> workers.Post:
    return workers.Post(worker.id, worker.host, tuple(JobKind(kind) for kind in worker.kinds))


def _finish(db: Session, claim: Claim, record: handlers.Record) -> None:
    with transaction(db):
        leases.finish(db, claim)
        record(db)
