"""Carrying work: Huey wakes workers and runs what is periodic. The records say what the work is.

A task says only "there is work of this kind", so losing all of them loses nothing.
"""

import contextlib
import datetime as dt
import logging
import time
from collections.abc import Callable

import structlog
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.serializer import SignedSerializer
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.settings import Settings

log = structlog.get_logger(__name__)

QUEUE = "semblance"
POLL = 0.1
"""Seconds between looks into the SQLite queue; Redis wakes its readers itself."""
BLOCKED_READ = 1
REST = 5.0
"""Seconds for which an unreachable carrier is not tried again, so that requests stay quick."""


class Carrier:
    """One process's way to wake workers, or to be woken as one."""

    def __init__(self, settings: Settings) -> None:
        self.huey = _open(settings)
        self.on_wake: Callable[[str], None] | None = None
        self.on_sweep: Callable[[], None] | None = None
        self.on_audit: Callable[[], None] | None = None
        self._resting_until = 0.0

        @self.huey.task(name="wake")  # type: ignore[untyped-decorator]
        def wake(kind: str) -> None:
            if self.on_wake is not None:
                self.on_wake(kind)

        @self.huey.periodic_task(crontab(), name="sweep")  # type: ignore[untyped-decorator]
        def sweep() -> None:
            if self.on_sweep is not None:
                self.on_sweep()

        # Several times, since a machine may be off at any of them; only the first of a day counts.
        @self.huey.periodic_task(crontab(minute="17", hour="*/6"), name="audit")  # type: ignore[untyped-decorator]
        def audit() -> None:
            if self.on_audit is not None and self._first_today("audit"):
                self.on_audit()

        self._wake = wake

    def wake(self, kinds: set[str]) -> None:
        """Wake a worker for each kind. A carrier that cannot be reached is only a delay:
        workers look into the records by themselves every few seconds."""
        if time.monotonic() < self._resting_until:
            return
        try:
            for kind in sorted(kinds):
                self._wake(kind)
        except Exception as error:
            self._resting_until = time.monotonic() + REST
            log.warning("carrier_unreachable", kind=type(error).__name__)

    def _first_today(self, what: str) -> bool:
        """Whether no worker has done this today: all of them look at the same clock."""
        return bool(self.huey.put_if_empty(f"{what}-{dt.datetime.now(dt.UTC):%Y-%m-%d}", True))

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.huey.storage.close()


def _open(settings: Settings) -> Huey:
    # Huey's messages are pickles: unsigned ones from whoever reaches Redis must not be opened.
    shared = {
        "name": QUEUE,
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
