"""Counting for the rate limits: in Redis where there is one, so that all web processes count together.

While Redis is away every process counts for itself: a limit that is too generous for a while is better than
pages that fail, or wait.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from math import ceil
from typing import TypeVar

import structlog
from limits import RateLimitItem
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import RateLimiter, SlidingWindowCounterRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.settings import Settings

log = structlog.get_logger(__name__)

PREFIX = "semblance-limits"
ANSWER_WITHIN = 0.25
"""Seconds for Redis to answer before a request goes on without it."""
REST = 5.0
"""Seconds for which a Redis that did not answer is not asked again."""

Answer = TypeVar("Answer")


class Counters:
    """One process's way to the counts. No method raises because of Redis."""

    def __init__(self, settings: Settings) -> None:
        self._own = _own()
        self._one_at_a_time = threading.Lock()
        self._shared = _shared(settings.redis_url) if settings.redis_url else None
        self._resting_until = 0.0

    def hit(self, item: RateLimitItem, key: str) -> bool:
        """Count once. False when the limit is reached."""
        return self._ask(lambda by: by.hit(item, key))

    def room(self, item: RateLimitItem, key: str) -> bool:
        """Whether one more may be counted; counts nothing."""
        return self._ask(lambda by: by.test(item, key))

    def seconds_left(self, item: RateLimitItem, key: str) -> int:
        """Until there is room again; at least 1."""
        return self.left(item, key)[1]

    def left(self, item: RateLimitItem, key: str) -> tuple[int, int]:
        """How many more may be counted, and the seconds until there is room again, at least 1."""
        stats = self._ask(lambda by: by.get_window_stats(item, key))
        return max(0, stats.remaining), max(1, ceil(stats.reset_time - time.time()))

    def _ask(self, question: Callable[[RateLimiter], Answer]) -> Answer:
        if self._shared is not None and time.monotonic() >= self._resting_until:
            try:
                return question(self._shared)
            except Exception as error:  # whatever the server or its client raises, the request goes on
                self._resting_until = time.monotonic() + REST
                log.warning("limits_not_shared", kind=type(error).__name__)
        # The library's storage in memory is not made for several threads: two at once could start one timer twice.
        with self._one_at_a_time:
            return question(self._own)


def _own() -> RateLimiter:
    storage = MemoryStorage()
    # Its timer's thread looks a time up that a request may just have removed.
    storage.expirations = defaultdict(float)
    return SlidingWindowCounterRateLimiter(storage)


def _shared(url: str) -> RateLimiter:
    storage = RedisStorage(
        url.replace("unix://", "redis+unix://", 1) if url.startswith("unix://") else url,
        key_prefix=PREFIX,
        socket_connect_timeout=ANSWER_WITHIN,
        socket_timeout=ANSWER_WITHIN,
        retry=Retry(NoBackoff(), 0),  # type: ignore[arg-type]
    )
    return SlidingWindowCounterRateLimiter(storage)
