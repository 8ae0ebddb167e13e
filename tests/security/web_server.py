"""A web server's process, for what only a real one shows."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from app.settings import ROOT
from app.supervisor.__main__ import answers
from app.supervisor.children import die_with_parent
from tests.live import environment
from tests.servers import START_SECONDS, free_port, wait_until


@contextlib.contextmanager
def gunicorn(var: Path, *, log: Path = Path(os.devnull), **settings: str) -> Iterator[str]:
    """One web process on a port of its own; ``log`` gets what it writes."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*command, "--worker-class", "gthread"],
            cwd=ROOT,
            env=environment(var, **settings),
            stdout=written,
            stderr=written,
            preexec_fn=die_with_parent,
        )
    try:
        wait_until(lambda: answers("127.0.0.1", port), START_SECONDS, "the start of the web server")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
