"""Keeps parts running until told to stop, or until they die too often."""

import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from app.supervisor.children import Child, Part
from app.supervisor.restarts import FIRST_DELAY, Restarts

GRACE = 3.5
"""Seconds that parts have to end after SIGTERM, before SIGKILL."""
HEAD_START = 10.0
"""Seconds that the first part may have for itself: the worker's libraries must not delay the first page."""
_LOOK_EVERY = 0.1
_LOG_BYTES = 10 * 2**20

Say = Callable[[str], None]
Show = Callable[[str, str], None]
"""Called with the part's name and a line of its output, from a thread of its own."""


class Supervisor:
    """Runs parts as processes; ``say`` prints to the operator, ``show`` sees every line of every part."""

    def __init__(
        self, parts: Sequence[Part], logs: Path, say: Say, show: Show, restarts: Restarts | None = None
    ) -> None:
        self._parts = {part.name: part for part in parts}
        self._logs = logs
        self._say = say
        self._show = show
        self._restarts = restarts or Restarts()
        self._children: dict[str, Child] = {}
        self._due: dict[str, float] = {}

    def run(self, stop: Callable[[], bool], ready: Callable[[], bool], on_ready: Callable[[], None]) -> int:
        """Start the parts and watch them until ``stop`` says so; ``on_ready`` is called once, when ``ready``.

        The first part starts at once, the others when it is ready or has had its head start. Returns the
        exit status: 0 after a stop that was asked for, 1 after parts died too often. No part is left behind
        either way. Must run in the main thread: children die with the thread that began them.
        """
        self._logs.mkdir(parents=True, exist_ok=True)
        first, *others = self._parts
        self._due = {name: time.monotonic() + HEAD_START for name in others}
        told = False
        try:
            self._start(first)
            while not stop():
                time.sleep(_LOOK_EVERY)
                if not told and ready():
                    told = True
                    self._due |= {name: 0.0 for name in others if name not in self._children}
                    on_ready()
                if not self._look_after_parts():
                    return 1
            self._say("Stopping.")
            return 0
        finally:
            self._stop_all()

    def _start(self, name: str) -> None:
        self._explained(name)  # a marker of an earlier run explains nothing
        log = self._logs / f"{name}.log"
        if log.exists() and log.stat().st_size > _LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        self._children[name] = Child(self._parts[name], log, self._show)

    def _look_after_parts(self) -> bool:
        """Restart what is due and note what died. False when parts died too often."""
        now = time.monotonic()
        for name in [name for name, due in self._due.items() if due <= now]:
            del self._due[name]
            self._start(name)
        for name, child in list(self._children.items()):
            status = child.exit_code()
            if status is None:
                continue
            child.kill_group()  # what the part itself had started
            del self._children[name]
            delay = FIRST_DELAY if self._explained(name) else self._restarts.delay_after(name, now)
            if delay is None:
                self._say(self._why(name, child, status))
                return False
            self._due[name] = now + delay
            self._say(f"The {name} process {_ended(status)}; starting it again in {delay:g} s.")
        return True

    def _explained(self, name: str) -> bool:
        marker = self._parts[name].suspect
        if marker is None or not marker.exists():
            return False
        marker.unlink()
        return True

    def _why(self, name: str, child: Child, status: int) -> str:
        lines = "\n".join(f"  | {line}" for line in child.last_lines()) or "  | (it printed nothing)"
        return (
            f"Parts died too often, so everything was stopped. Last, the {name} process {_ended(status)}; "
            f"it said:\n{lines}\nThe whole log is {self._logs / (name + '.log')}."
        )

    def _stop_all(self) -> None:
        for child in self._children.values():
            child.ask_to_stop()
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline and any(c.exit_code() is None for c in self._children.values()):
            time.sleep(0.02)
        for child in self._children.values():
            child.kill_group()
        self._children.clear()


def _ended(status: int) -> str:
    if status < 0:
        try:
            return f"was killed by {signal.Signals(-status).name}"
        except ValueError:
            return f"was killed by signal {-status}"
    return f"ended with status {status}"
