"""How much one network, and everybody together, may ask for; in the memory of this process alone.

A network is known by a hash under a key that is made anew for each day and kept nowhere: once the day is over, nobody
can tell any more which counts were whose, and nobody ever can from outside the process.
"""

import hashlib
import hmac
import math
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable

DAY = 86_400
MOST_KEPT = 200_000
"""Networks that are remembered at once; the longest unseen are forgotten first."""

Clock = Callable[[], float]


class Flood:
    """Counts of one process. ``clock`` gives seconds since 1970, and may jump."""

    def __init__(self, clock: Clock = time.time) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._day, self._key = math.nan, b""
        self._seen: dict[tuple[str, str], deque[float]] = {}

    def name(self, network: str) -> str:
        """What a network is called today."""
        with self._lock:
            self._turn()
            return hmac.new(self._key, network.encode(), hashlib.sha256).hexdigest()[:32]

    def count(self, what: str, who: str, most: int, seconds: float) -> bool:
        """Count once, unless it would be more than ``most`` in ``seconds``: False, and it is not counted."""
        with self._lock:
            self._turn()
            times = self._recent(what, who, seconds)
            counts = len(times) < most
            if counts:
                times.append(self._clock())
            self._remember(what, who, times)
            return counts

    def room(self, what: str, who: str, most: int, seconds: float) -> bool:
        """Whether ``count`` would count. Nothing is remembered of whoever asks."""
        with self._lock:
            self._turn()
            return len(self._recent(what, who, seconds)) < most

    def load(self, what: str, seconds: float = 60) -> int:
        """How often everybody together was counted."""
        with self._lock:
            return len(self._recent(what, "", seconds))

    def note(self, what: str, most: int = 100_000) -> None:
        """Count for the load."""
        self.count(what, "", most, 60)

    def _recent(self, what: str, who: str, seconds: float) -> "deque[float]":
        now = self._clock()
        times = self._seen.get((what, who)) or deque()
        # What lies ahead was counted before the clock was set back.
        while times and not now - seconds < times[0] <= now:
            times.popleft()
        return times

    def _remember(self, what: str, who: str, times: "deque[float]") -> None:
        self._seen.pop((what, who), None)
        self._seen[(what, who)] = times  # at the end: seen last
        while len(self._seen) > MOST_KEPT:
            del self._seen[next(iter(self._seen))]

    def _turn(self) -> None:
        day = self._clock() // DAY
        if day != self._day:
            self._day, self._key = day, secrets.token_bytes(32)
            self._seen = {one: times for one, times in self._seen.items() if not one[1]}
