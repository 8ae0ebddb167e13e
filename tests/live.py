"""The whole product, live: the real supervisor with the real web server and worker in a folder of its own."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from app.database import upgrade
from app.settings import ROOT, Settings
from app.supervisor.children import die_with_parent
from tests.servers import free_port, wait_until

_LINK = re.compile(r"http://\S+/first-account/\S+")


@dataclass
class LiveServer:
    """A running product. ``url`` has no slash at its end."""

    url: str
    settings: Settings
    """The settings that its processes run with."""
    process: "subprocess.Popen[str]"
    """The supervisor."""
    lines: list[str] = field(default_factory=list)
    """What it has printed so far."""

    @property
    def first_account_link(self) -> str:
        """The one-time link for the first administrator, as it was printed."""
        for line in self.lines:
            if found := _LINK.search(line):
                return found.group()
        raise LookupError("no link was printed:\n" + "".join(self.lines))

    def said(self, words: str) -> bool:
        return any(words in line for line in self.lines)

    def wait_for(self, words: str, seconds: float = 300.0) -> None:
        """Wait until the supervisor has printed ``words``."""

        def heard() -> bool:
            if self.said(words):
                return True
            assert self.process.poll() is None, "the product ended:\n" + "".join(self.lines)
            return False

        wait_until(heard, seconds, f"{words!r}")


def environment(var: Path, **settings: str) -> dict[str, str]:
    """An environment in which only ``settings`` and the folder ``var`` are set."""
    known = {
        "DATABASE_URL",
        "STORAGE_URL",
        "STORAGE_EMULATOR_HOST",
        "REDIS_URL",
        "SECRET_KEY",
        "IDENTITY",
        "REQUIRE_SECOND_FACTOR",
        "HOST",
        "PORT",
        "WORKERS",
        "METRICS_TOKEN",
        "TRUSTED_PROXIES",
    }
    kept = {k: v for k, v in os.environ.items() if k not in known and not k.startswith(("SEMBLANCE_", "FIREBASE_"))}
    return {**kept, "SEMBLANCE_VAR": str(var), "SEMBLANCE_DEVICE": "cpu", **settings}


@contextmanager
def live(var: Path, **settings: str) -> Iterator[LiveServer]:
    """Migrate, start, wait for the first page, and stop with SIGTERM at the end."""
    environ = environment(var, PORT=str(free_port()), **settings)
    read = Settings.from_env(environ)
    upgrade(read.database_url)
    process = subprocess.Popen(
        [sys.executable, "-m", "app.supervisor"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=die_with_parent,
    )
    server = LiveServer(read.address, read, process)
    reader = threading.Thread(target=_read, args=(server,), daemon=True)
    reader.start()
    try:
        server.wait_for("Stop with Ctrl-C")
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join(2)


@dataclass
class WebPart:
    """One surface as it runs in production: gunicorn in processes of its own. ``url`` has no slash at its end."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return requests.get(f"{self.url}/livez", timeout=5).ok
        except requests.RequestException:  # it listens before it can answer
            return False


@contextmanager
def web_part(var: Path, surface: str, port: int | None = None, **settings: str) -> Iterator[WebPart]:
    """Records must be there. What it says goes to ``<var>/<surface>.log``."""
    port = port or free_port()
    environ = environment(var, PORT=str(port), SURFACE=surface, **settings)
    log = var / f"{surface}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.supervisor.part", "web"],
            cwd=ROOT,
            env=environ,
            stdout=output,
            stderr=output,
            preexec_fn=die_with_parent,
            start_new_session=True,
        )
        part = WebPart(f"http://127.0.0.1:{port}", process, log)
        try:
            wait_until(part.answers, 300, f"the start of {surface}, see {log}")
            yield part
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _read(server: LiveServer) -> None:
    if server.process.stdout is not None:
        server.lines.extend(iter(server.process.stdout.readline, ""))


def descendants(pid: int) -> set[int]:
    """Every living process below ``pid``, by the kernel's own lists."""
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        for task in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            try:
                children = {int(text) for text in task.read_text().split()}
            except OSError:
                continue
            waiting += children - found
            found |= children
    return found


def alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False
