"""The parts of the product on one machine, and the port they need."""

import errno
import os
import socket
import sys
from collections.abc import Sequence

from app.settings import Settings
from app.slot import DEFAULT_SLOT, suspect_marker
from app.supervisor.children import Part

WEB_WORKERS, WEB_THREADS = 2, 4
TIPS_WORKERS, TIPS_THREADS = 1, 32
"""What the forms for tips count is in the memory of one process; most of its threads wait for somebody's slow line."""
MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"

# Memory freed between two sketches is kept for the next one: giving it back to the system and asking for it
# again costs the renderer a quarter of its time.
_KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "8589934592",
    "MALLOC_TOP_PAD_": "268435456",
}


class PortTaken(OSError):
    """Something else listens on the web server's port; the message says what to do."""


def parts(settings: Settings) -> list[Part]:
    """The web server and the workers. The first worker is called ``worker``, the others also by their slot."""
    devices = settings.devices or (settings.device,) * settings.workers
    return [_web(settings), *(_worker(settings, slot, devices) for slot in range(1, len(devices) + 1))]


def _web(settings: Settings) -> Part:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"{host}:{settings.port}"]
    tips = settings.surface == "tips"
    workers, threads = (TIPS_WORKERS, TIPS_THREADS) if tips else (WEB_WORKERS, WEB_THREADS)
    command += ["--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads)]
    command += ["--timeout", "60", "--graceful-timeout", "2", "--no-control-socket"]
    command += ["--config", "python:app.supervisor.gunicorn"]
    # The processes of one web server count together, in files that they share and that its next start empties.
    shared = {} if MULTIPROCESS in os.environ else {MULTIPROCESS: str(settings.var / f"metrics-{settings.port}")}
    return Part("web", command, shared)


def _worker(settings: Settings, slot: int, devices: Sequence[str]) -> Part:
    name, device = str(slot), devices[slot - 1]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    # Workers on one processor share its cores: more threads than cores slow each other down.
    mates = sum(not one.startswith("cuda") for one in devices) or 1
    threads = {} if "OMP_NUM_THREADS" in os.environ else {"OMP_NUM_THREADS": str(max(1, cores // mates))}
    command = [sys.executable, "-m", "app.worker", "--slot", name, "--device", device]
    title = "worker" if name == DEFAULT_SLOT else f"worker-{name}"
    return Part(title, command, {**_KEEP_MEMORY, **threads}, suspect_marker(settings.var, name))


def check_port(host: str, port: int) -> None:
    """Raise PortTaken when ``host:port`` cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(
                    f"Port {port} of {host} is in use by another program: stop that, "
                    f"or choose another port, as in: PORT={port + 10} make run"
                ) from error
            raise PortTaken(f"Port {port} of {host} cannot be used: {error.strerror}.") from error
