"""While a server that others wait for does not answer, not everybody has to find that out anew."""

import threading
import time

REST = 5.0
"""Seconds without a try after one that failed."""
TRIAL = 10.0
"""Seconds that one caller has to find out whether the server is back, while the others are told no."""


class Breaker:
    """Shared by a process's threads. Closed, it lets everybody through; tripped, one caller at a time, after a rest:
    a page full of pictures must not hold every thread for as long as it takes to give up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: float | None = None

    def lets_through(self) -> bool:
        with self._lock:
            now = time.monotonic()
            if self._until is None:
                return True
            if now < self._until:
                return False
            self._until = now + TRIAL
            return True

    @property
    def is_open(self) -> bool:
        """Whether callers are being told no."""
        with self._lock:
            return self._until is not None

    def trip(self) -> None:
        with self._lock:
            self._until = time.monotonic() + REST

    def close(self) -> None:
        with self._lock:
            self._until = None
