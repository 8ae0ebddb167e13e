"""A worker's slot: a name on this machine that one living process can hold."""

import contextlib
import fcntl
import os
import re
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DEFAULT_SLOT = "1"
SLOT = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")


class SlotTaken(RuntimeError):
    """Another living process holds the slot."""


@dataclass(frozen=True)
class Slot:
    """``host`` tells machines apart, ``name`` the slots on one of them."""

    host: str
    name: str


@contextlib.contextmanager
def hold_slot(var: Path, name: str, wait_seconds: float = 10.0) -> Iterator[Slot]:
    """Hold the slot until the block ends. Raises SlotTaken when it stays taken.

    The kernel lets go of the lock when its holder has died and not before: whoever holds it knows that
    every former process of the slot is dead, and may take over its work at once.
    """
    if not SLOT.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a slot; use small letters, digits and hyphens.")
    var.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(var / f"worker-{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor, name, wait_seconds)
        yield Slot(_host(var), name)
    finally:
        os.close(descriptor)


def suspect_marker(var: Path, name: str) -> Path:
    """The file that lies there while the slot's worker does a job that has killed a worker before."""
    return var / f"worker-{name}.suspect"


@contextlib.contextmanager
def suspect_job(marker: Path) -> Iterator[None]:
    """A death within the block is the job's doing: the supervisor does not count it, and its third parks the job."""
    marker.touch()
    try:
        yield
    finally:
        marker.unlink(missing_ok=True)


def _lock(descriptor: int, name: str, wait_seconds: float) -> None:
    deadline, pause = time.monotonic() + wait_seconds, threading.Event()
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise SlotTaken(f"A worker is already running in the slot {name!r}.") from None
            pause.wait(0.1)
        else:
            return


def _host(var: Path) -> str:
    """The machine's name with the identity of its folder: two containers may share one or the other."""
    path = var / "machine.id"
    made = var / f".machine.{uuid.uuid4().hex}"
    if not path.exists():
        made.write_text(uuid.uuid4().hex[:12])
        with contextlib.suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    return f"{socket.gethostname()[:100]}-{path.read_text().strip()[:32]}"
