"""The servers and processes of one drill: a web process and a worker on each of two machines."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.database import upgrade
from app.settings import ROOT, Settings
from app.supervisor.children import die_with_parent
from tests import servers
from tests.bucket import Bucket, wired_bucket
from tests.live import environment
from tests.switches import PostgresSwitch, postgres_switch

THREADS = 1
"""Of each worker. Their number is a part of the device class: another one rounds otherwise."""


@dataclass
class Machine:
    """A computer of the installation: a folder of its own, and the processes that run in it."""

    name: str
    var: Path
    environ: dict[str, str]
    port: int
    web: "subprocess.Popen[bytes]"
    worker: "subprocess.Popen[bytes]"
    worker_starts: int = 1

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def last_words(self) -> str:
        """How the worker ended, and what it said last."""
        lines = (self.var / "worker.log").read_text().splitlines()
        return f"exit code {self.worker.returncode}; {lines[-1] if lines else 'it said nothing'}"


@dataclass
class Installation:
    settings: Settings
    postgres: PostgresSwitch
    redis_url: str
    bucket: Bucket
    machines: list[Machine]

    @property
    def records(self) -> str:
        """The database's address for the driver itself."""
        return self.settings.database_url.replace("+psycopg", "")

    def kill_worker(self, machine: Machine) -> None:
        machine.worker.kill()
        machine.worker.wait()

    def restart_worker(self, machine: Machine) -> None:
        machine.worker = _start(machine.environ, machine.var / "worker.log", "-m", "app.worker")
        machine.worker_starts += 1


@contextmanager
def installation(folder: Path, machines: int = 2) -> Iterator[Installation]:
    """Everything started and answering; everything stopped at the end."""
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_switch())
        redis_url = stack.enter_context(servers.redis_server())
        bucket = stack.enter_context(wired_bucket(stack.enter_context(servers.storage_emulator())))
        shared = {
            "DATABASE_URL": postgres.database("semblance"),
            "REDIS_URL": redis_url,
            "SECRET_KEY": secrets.token_hex(32),
            "OMP_NUM_THREADS": str(THREADS),
            **bucket.environ,
        }
        settings = Settings.from_env(environment(folder / "operator", **shared))
        upgrade(settings.database_url)
        made = [stack.enter_context(_machine(folder, f"machine-{n + 1}", shared)) for n in range(machines)]
        yield Installation(settings, postgres, redis_url, bucket, made)


@contextmanager
def _machine(folder: Path, name: str, shared: dict[str, str]) -> Iterator[Machine]:
    var, port = folder / name, servers.free_port()
    var.mkdir(parents=True)
    environ = environment(var, PORT=str(port), **shared)
    gunicorn = ["-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
    web = _start(environ, var / "web.log", *gunicorn, "--threads", "8", "--no-control-socket")
    worker = _start(environ, var / "worker.log", "-m", "app.worker")
    machine = Machine(name, var, environ, port, web, worker)
    try:
        servers.wait_until(lambda: "worker_ready" in (var / "worker.log").read_text(), 120, f"the worker of {name}")
        yield machine
    finally:
        _stop(machine.web, machine.worker)


def _start(environ: dict[str, str], log: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=environ, stdout=file, stderr=file, preexec_fn=die_with_parent
        )


def _stop(*processes: "subprocess.Popen[bytes]") -> None:
    for process in processes:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGTERM)
    for process in processes:
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
