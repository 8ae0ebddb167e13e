"""The forms for tips as they run in production: the real part, with gunicorn, in a process of its own."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from app.settings import ROOT
from app.supervisor.children import die_with_parent
from tests.app.tips.conftest import MARK, work
from tests.live import environment
from tests.servers import free_port, wait_until


@dataclass
class Server:
    url: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def form(self, http: requests.Session, path: str = "/en/new", **options: Any) -> str:
        """Where a page's form is to be sent, its work done."""
        found = MARK.search(http.get(self.url + path, **options).text)
        assert found
        return f"{self.url}{found[1]}&work={work(found[2])}"


@contextmanager
def serving(var: Path, port: int | None = None, **settings: str) -> Iterator[Server]:
    """Records must be there. What it says goes to ``<var>/tips.log``."""
    port = port or free_port()
    environ = environment(var, PORT=str(port), SURFACE="tips", **settings)
    log = var / "tips.log"
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
        server = Server(f"http://127.0.0.1:{port}", process, log)
        try:
            wait_until(lambda: _answers(server), 60, f"the start of the forms, see {log}")
            yield server
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(20)


def _answers(server: Server) -> bool:
    assert server.process.poll() is None, server.log.read_text()
    try:
        return requests.get(f"{server.url}/livez", timeout=5).ok
    except requests.RequestException:  # it listens before it can answer
        return False


def worker_of(server: Server) -> int:
    """The process id of gunicorn's worker."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text()
    return int(re.findall(r"\d+", children)[0])
