"""Worker processes that a test starts, kills and restarts, as the supervisor does."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.settings import ROOT
from app.slot import suspect_marker
from app.supervisor.children import die_with_parent
from tests.live import environment
from tests.servers import wait_until

QUICK = {"SEMBLANCE_LEASE_SECONDS": "6", "SEMBLANCE_HEARTBEAT_SECONDS": "0.25"}


@dataclass
class Crew:
    """Starts workers on one installation. A worker that died by SIGKILL is started anew by ``tend``."""

    var: Path
    settings: dict[str, str]
    living: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    restarts: int = 0
    explained: int = 0
    """Of the restarts, those after deaths that the supervisor would not count."""

    def start(self, slot: str = "1", *options: str, **extra: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.app.worker_process", "--slot", slot, *options],
            cwd=ROOT,
            env=environment(self.var, **{**QUICK, **self.settings, **extra}),
            stderr=self.log(slot).open("ab"),
            preexec_fn=die_with_parent,
        )
        self.living[slot] = process
        return process

    def log(self, slot: str) -> Path:
        return self.var / f"worker-{slot}.log"

    def tend(self, **extra: str) -> None:
        """Start anew whatever was killed."""
        for slot, process in list(self.living.items()):
            if process.poll() == -signal.SIGKILL:
                self.restarts += 1
                marker = suspect_marker(self.var, slot)
                self.explained += marker.exists()
                marker.unlink(missing_ok=True)
                self.start(slot, **extra)

    def wait_ready(self, slot: str = "1", times: int = 1) -> None:
        wait_until(lambda: self.log(slot).read_text().count("worker_ready") >= times, 300, f"worker {slot}'s start")

    def stop(self) -> None:
        for process in self.living.values():
            if process.poll() is None:
                process.terminate()
        for process in self.living.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def crew(var: Path, **settings: str) -> Iterator[Crew]:
    var.mkdir(parents=True, exist_ok=True)
    hired = Crew(var, settings)
    try:
        yield hired
    finally:
        hired.stop()
