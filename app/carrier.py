"""Carrying work: Huey wakes workers and runs what is periodic. The records say what the work is.

A task says only "there is work of this kind", so losing all of them loses nothing. Each kind has a queue of its
own: a worker listens to those of the kinds that it takes, and cannot eat another's wake-up.
"""

import contextlib
import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from huey.serializer import SignedSerializer
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.settings import Settings
from models import JobKind

log = structlog.get_logger(__name__)

QUEUE = "semblance"
POLL = 0.1
"""Seconds between looks into the SQLite queue; Redis wakes its readers itself."""
BLOCKED_READ = 1
REST = 5.0
"""Seconds for which an unreachable carrier is not tried again, so that requests stay quick."""

SILENCE = 30.0
"""Seconds between two lines about a carrier that cannot be reached."""


class QuietConsumer(Consumer):  # type: ignore[misc]
    """Huey's consumer, leaving the signals to the worker's process."""

    def _set_signal_handlers(self) -> None:
        """Nothing: see app.worker.run_worker."""


class Carrier:
    """One process's way to wake workers, or to be woken as one."""

    def __init__(self, settings: Settings) -> None:
        self.huey = _open(settings, QUEUE)
        """Carries what is periodic."""
        self.on_wake: Callable[[str], None] | None = None
        self.on_sweep: Callable[[], None] | None = None
        self.on_audit: Callable[[], None] | None = None
        self.on_anchor: Callable[[], None] | None = None
        self.idle = threading.Event()
        self.idle.set()
        self._resting_until = self._silent_until = 0.0
        self._queues = {str(kind): _open(settings, f"{QUEUE}-{kind}") for kind in JobKind}
        self._wakes = {kind: self._wake_task(queue) for kind, queue in self._queues.items()}
        self._consumers: list[QuietConsumer] = []
        self._add_periodic()
        self._wake_task(self.huey)  # code of the former version, in a rolling deploy, knows this queue alone

    def _wake_task(self, queue: Huey) -> Callable[[str], Any]:
        @queue.task(name="wake")  # type: ignore[untyped-decorator]
        def wake(kind: str) -> None:
            if self.on_wake is not None:
                self.on_wake(kind)

        told: Callable[[str], Any] = wake
        return told

    def _add_periodic(self) -> None:
        @self.huey.periodic_task(crontab(), name="sweep")  # type: ignore[untyped-decorator]
        def sweep() -> None:
            if self.on_sweep is not None:
                self.on_sweep()

        # Several times, since a machine may be off at any of them; only the first of a day counts.
        @self.huey.periodic_task(crontab(minute="17", hour="*/6"), name="audit")  # type: ignore[untyped-decorator]
        def audit() -> None:
            if self.on_audit is not None and self._first_today("audit"):
                self.on_audit()

        # Once a day as well, which the records make sure of; a time at which the store was away is made up for.
        @self.huey.periodic_task(crontab(minute="7", hour="*/6"), name="anchor")  # type: ignore[untyped-decorator]
        def anchor() -> None:
            if self.on_anchor is not None and self._first_today(f"anchor-{dt.datetime.now(dt.UTC):%H}"):
                self.on_anchor()

    def listen(self, kinds: Iterable[str]) -> None:
        """Be woken for these kinds of job, and take part in what is periodic, until ``stop_listening``."""
        for kind in kinds:
            queue, poll = self._queues[kind], {"initial_delay": POLL, "max_delay": POLL, "backoff": 1.0}
            queue.dequeue = self._once_idle(self._calmly(queue.dequeue, None))
            queue.read_schedule = lambda *_: []  # nothing is ever put off
            self._consumers.append(QuietConsumer(queue, workers=1, periodic=False, **poll))
        self.huey.dequeue = self._calmly(self.huey.dequeue, None)
        self.huey.read_schedule = self._calmly(self.huey.read_schedule, [])
        self._consumers.append(QuietConsumer(self.huey, workers=1, initial_delay=1.0, max_delay=1.0, backoff=1.0))
        for consumer in self._consumers:
            consumer.start()

    def _once_idle(self, dequeue: Callable[[], Any]) -> Callable[[], Any]:
        """A worker that is busy leaves wake-ups to those that are not; it looks for more work by itself at the end."""

        def patiently() -> Any:
            return dequeue() if self.idle.wait(1.0) else None

        return patiently

    def _calmly(self, ask: Callable[..., Any], otherwise: Any) -> Callable[..., Any]:
        """Take a carrier that cannot be reached for one that has nothing, and say so now and then: Huey would
        write a traceback for every try."""

        def calm(*arguments: Any) -> Any:
            try:
                return ask(*arguments)
            except Exception as error:
                self._lost(error)
                threading.Event().wait(1.0)
                return otherwise

        return calm

    def _lost(self, error: Exception) -> None:
        if time.monotonic() >= self._silent_until:
            self._silent_until = time.monotonic() + SILENCE
            log.warning("carrier_unreachable", kind=type(error).__name__)

    def stop_listening(self) -> None:
        for consumer in self._consumers:
            consumer.stop_flag.set()

    def wake(self, kinds: set[str]) -> None:
        """Wake a worker for each kind. A carrier that cannot be reached is only a delay:
        workers look into the records by themselves every few seconds."""
        if time.monotonic() < self._resting_until:
            return
        try:
            for kind in sorted(kinds):
                self._wakes[kind](kind)
        except Exception as error:
            self._resting_until = time.monotonic() + REST
            self._lost(error)

    def answers(self) -> bool:
        """Whether wake-ups can be carried just now."""
        try:
            self.huey.storage.queue_size()
        except Exception:
            return False
        return True

    def _first_today(self, what: str) -> bool:
        """Whether no worker has done this today: all of them look at the same clock."""
        return bool(self.huey.put_if_empty(f"{what}-{dt.datetime.now(dt.UTC):%Y-%m-%d}", True))

    def close(self) -> None:
        for huey in (self.huey, *self._queues.values()):
            with contextlib.suppress(Exception):
                huey.storage.close()


def _open(settings: Settings, queue: str) -> Huey:
    # Huey's messages are pickles: unsigned ones from whoever reaches Redis must not be opened.
    shared = {
        "name": queue,
        "results": False,
        "serializer": SignedSerializer(secret=settings.secret_key, salt=QUEUE),
    }
    logging.getLogger("huey").setLevel(logging.WARNING)
    if settings.redis_url is None:
        return SqliteHuey(filename=str(settings.var / "huey.db"), **shared)
    pool = ConnectionPool.from_url(
        settings.redis_url,
        socket_connect_timeout=1,
        socket_timeout=BLOCKED_READ + 2,
        retry=Retry(NoBackoff(), 0),
    )
    return RedisHuey(connection_pool=pool, blocking=True, read_timeout=BLOCKED_READ, **shared)
