"""Looking at what this process depends on, without ever waiting for it longer than a probe may take."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)

PATIENCE = 2.0
"""Seconds that an answer is waited for."""
FRESH = 1.0
"""Seconds for which an answer is good: probes of many balancers are one look."""
SILENT = "no answer"
OK = ("ok", "ahead")


@dataclass(frozen=True)
class Look:
    """What a look found: one of a few words, and how long it took in milliseconds."""

    state: str
    ms: float

    @property
    def fine(self) -> bool:
        return self.state in OK


class Probe:
    """One part. At most one look at it is under way: what hangs is not asked again until it has answered."""

    def __init__(self, name: str, look: Callable[[], str], patience: float = PATIENCE, fresh: float = FRESH) -> None:
        self.name = name
        self._look, self._patience, self._fresh = look, patience, fresh
        self._lock = threading.Lock()
        self._done: threading.Event | None = None
        self._last: Look | None = None
        self._looked = self._began = 0.0

    def ask(self) -> Look:
        """What is known of the part since a moment ago, or is found out within ``patience``."""
        with self._lock:
            if self._last is not None and time.monotonic() - self._looked < self._fresh:
                return self._last
            if self._done is None:
                self._done, self._began = threading.Event(), time.monotonic()
                threading.Thread(target=self._run, args=(self._done,), daemon=True).start()
            done, left = self._done, self._began + self._patience - time.monotonic()
        if not done.wait(max(0.0, left)):
            log.warning("not_ready", part=self.name, state=SILENT)
            return Look(SILENT, self._patience * 1000)
        with self._lock:
            return self._last or Look(SILENT, 0.0)

    def _run(self, done: threading.Event) -> None:
        began = time.monotonic()
        try:
            state = self._look()
        except Exception as error:
            log.warning("probe_broke", part=self.name, kind=type(error).__name__)
            state = "broken"
        now = time.monotonic()
        with self._lock:
            self._last, self._looked, self._done = Look(state, round((now - began) * 1000, 1)), now, None
        done.set()
        if state not in OK:
            log.warning("not_ready", part=self.name, state=state)


def ask_all(probes: Mapping[str, Probe]) -> dict[str, Look]:
    """Every part at once, so that the slowest one alone sets the time."""
    found: dict[str, Look] = {}

    def ask(name: str, probe: Probe) -> None:
        found[name] = probe.ask()

    threads = [threading.Thread(target=ask, args=item, daemon=True) for item in probes.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {name: found[name] for name in probes}
