"""One supervised process: its own process group, its log, and an end that leaves nothing behind."""

import contextlib
import ctypes
import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LINES_KEPT = 15
# Looked up before any fork. Only Linux has it; elsewhere children are still stopped on a normal end.
_prctl = getattr(ctypes.CDLL(None), "prctl", None)


def die_with_parent(parent: int | None = None) -> None:
    """Ask the kernel to SIGKILL this process when its parent dies, even by SIGKILL; for ``preexec_fn``. With the pid of
    its ``parent`` it also dies when that was dead before it could ask."""
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if parent is not None and os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Part:
    """What to run and how: ``name`` is the prefix of its lines and the name of its log."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to the supervisor's own environment."""
    suspect: Path | None = None
    """A file whose presence says that a death is explained and dealt with: it does not count towards giving up."""


class Child:
    """A started part. Its output goes whole into ``log``; lines that ``show`` wants are passed on."""

    def __init__(self, part: Part, log: Path, show: Callable[[str, str], None]) -> None:
        self.part = part
        self._log = log
        self._show = show
        self._last_lines: deque[str] = deque(maxlen=_LINES_KEPT)
        self._process = subprocess.Popen(
            part.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **part.environment},
            start_new_session=True,
            preexec_fn=partial(die_with_parent, os.getpid()),
        )
        self._reader = threading.Thread(target=self._copy_output, name=f"{part.name}-log", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_code(self) -> int | None:
        """None while it runs; negative numbers are signals."""
        return self._process.poll()

    def last_lines(self) -> list[str]:
        """The end of its output; complete once it has ended."""
        if self._process.poll() is not None:
            self._reader.join(1.0)
        return list(self._last_lines)

    def ask_to_stop(self) -> None:
        """SIGTERM to the part itself, which ends its own children in good order."""
        if self._process.poll() is None:
            self._process.terminate()

    def kill_group(self) -> None:
        """SIGKILL to whatever is left of its process group, then collect it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reader.join(1.0)

    def _copy_output(self) -> None:
        stream = self._process.stdout
        if stream is None:
            return
        with self._log.open("ab") as log, stream:
            for raw in stream:
                log.write(raw)
                log.flush()
                line = raw.decode("utf-8", "replace").rstrip()
                self._last_lines.append(line)
                self._show(self.part.name, line)
