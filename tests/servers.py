"""Real servers for tests: PostgreSQL, Redis, the Cloud Storage emulator and the path of Chromium, on 127.0.0.1
at free ports.

A server that is not installed skips the test by name with the line that installs it; with
``SEMBLANCE_REQUIRE_SERVERS=1`` that skip is a failure.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

import psycopg
import pytest
import redis
import requests

from app.supervisor.children import die_with_parent

CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_SECONDS = 300.0


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Callable[[], bool], seconds: float, what: str) -> None:
    """Poll ``ready`` until it is true; TimeoutError after ``seconds``."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {seconds:.0f} s")
        pause.wait(0.02)


def poppler() -> None:
    """Of what is installed, the programs that read a PDF."""
    if shutil.which("pdftotext") is None:
        not_installed("poppler", "poppler-utils")


def tesseract() -> None:
    """Skips by name where it, or its Thai, is not installed."""
    found = shutil.which("tesseract")
    known = subprocess.run([found, "--list-langs"], capture_output=True, text=True, check=True).stdout if found else ""
    if not {"eng", "tha"} <= set(known.split()):
        not_installed("tesseract", "tesseract-ocr tesseract-ocr-tha")


def not_installed(name: str, package: str, how: str = "sudo apt-get install -y") -> NoReturn:
    """Skip by name with the line that installs it, or fail where servers are required."""
    message = f"{name} is not installed: {how} {package}"
    if os.environ.get("SEMBLANCE_REQUIRE_SERVERS") == "1":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def _program(name: str, folders: Sequence[Path] = ()) -> str | None:
    """Debian keeps PostgreSQL's own programs out of PATH, so known folders come first."""
    for folder in folders:
        if (folder / name).is_file():
            return str(folder / name)
    return shutil.which(name)


@contextmanager
def running(
    command: list[str],
    log: IO[bytes],
    stop: signal.Signals,
    user: str | None,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
) -> Iterator["subprocess.Popen[bytes]"]:
    """A server's process, which dies with this one."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        preexec_fn=die_with_parent,
        start_new_session=True,
        cwd=cwd,
        env=env,
    )
    try:
        yield process
    finally:
        process.send_signal(stop)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def workplace(user: str | None) -> Iterator[Path]:
    """A short-named folder of its own: a Unix socket's path may have only 107 characters."""
    folder = Path(tempfile.mkdtemp(prefix="semblance-"))
    try:
        if user is not None:
            shutil.chown(folder, user, user)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL cluster that was made and not started. ``url`` has no database and ends in ``/``."""

    folder: Path
    command: list[str]
    url: str
    user: str | None


@contextmanager
def postgres_cluster() -> Iterator[Cluster]:
    """A new cluster in a folder of its own."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    initdb, server = _program("initdb", folders), _program("postgres", folders)
    if initdb is None or server is None:
        not_installed("PostgreSQL", "postgresql")
    user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
    with workplace(user) as folder:
        data, port = folder / "data", free_port()
        made = [initdb, "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        groups: list[str] | None = [] if user else None
        subprocess.run(made, user=user, group=user, extra_groups=groups, cwd=folder, check=True, capture_output=True)
        command = [server, "-D", str(data), "-p", str(port), "-k", str(folder)]
        for setting in ("listen_addresses=127.0.0.1", "fsync=off", "full_page_writes=off"):
            command += ["-c", setting]
        yield Cluster(folder, command, f"postgresql://postgres@127.0.0.1:{port}/", user)


@contextmanager
def postgres() -> Iterator[str]:
    """A new PostgreSQL cluster; yields its URL without a database, ending in ``/``."""
    with (
        postgres_cluster() as made,
        (made.folder / "log").open("wb") as log,
        running(made.command, log, signal.SIGINT, made.user),
    ):
        wait_until(lambda: postgres_answers(made.url), START_SECONDS, "the start of PostgreSQL")
        yield made.url


def postgres_answers(url: str) -> bool:
    try:
        psycopg.connect(url + "postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def redis_server() -> Iterator[str]:
    """A new Redis that writes nothing to disk; yields its URL (database 0)."""
    server = _program("redis-server")
    if server is None:
        not_installed("Redis", "redis-server")
    with workplace(None) as folder:
        port = free_port()
        command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        with (folder / "log").open("wb") as log, running(command, log, signal.SIGTERM, None):
            url = f"redis://127.0.0.1:{port}/0"
            wait_until(lambda: _redis_answers(url), START_SECONDS, "the start of Redis")
            yield url


def _redis_answers(url: str) -> bool:
    with redis.Redis.from_url(url) as client:
        try:
            return bool(client.ping())
        except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError):
            return False


@contextmanager
def storage_emulator() -> Iterator[str]:
    """A Cloud Storage emulator that keeps everything in memory; yields its address, which has no bucket yet."""
    if importlib.util.find_spec("gcp_storage_emulator") is None:
        not_installed("The Cloud Storage emulator", "gcp-storage-emulator==2026.7.19", "pip install")
    with workplace(None) as folder:
        port = free_port()
        command = [sys.executable, "-m", "gcp_storage_emulator", "start", "--host=127.0.0.1", f"--port={port}"]
        command += ["--in-memory", "--quiet"]
        with (folder / "log").open("wb") as log, running(command, log, signal.SIGINT, None):
            url = f"http://127.0.0.1:{port}"
            wait_until(lambda: answers(url), START_SECONDS, "the start of the Cloud Storage emulator")
            yield url


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def chromium() -> str:
    """The path of Debian's Chromium."""
    path = _program("chromium", [Path("/usr/bin")])
    if path is None:
        not_installed("Chromium", "chromium")
    return path
