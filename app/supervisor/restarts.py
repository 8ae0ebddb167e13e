"""When a part that died is started again, and when it is time to give up."""

from collections import deque

DEATHS, WINDOW = 5, 60.0
"""This many deaths of parts within so many seconds stop everything."""
FIRST_DELAY, LONGEST_DELAY = 0.5, 8.0


class Restarts:
    """Counts deaths of all parts; times are seconds of any steady clock."""

    def __init__(self, deaths: int = DEATHS, window: float = WINDOW) -> None:
        self._limit = deaths
        self._window = window
        self._deaths: deque[tuple[float, str]] = deque()

    def delay_after(self, part: str, now: float) -> float | None:
        """Seconds until ``part``, which died now, is started again; None when too many died of late.

        The delay doubles with every death of the same part within the window.
        """
        self._deaths.append((now, part))
        while self._deaths[0][0] <= now - self._window:
            self._deaths.popleft()
        if len(self._deaths) >= self._limit:
            return None
        own = sum(name == part for _, name in self._deaths)
        return min(FIRST_DELAY * 2.0 ** (own - 1), LONGEST_DELAY)
