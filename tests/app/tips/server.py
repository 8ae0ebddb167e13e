"""The forms for tips as they run in production: the real part, with gunicorn, in a process of its own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.app.tips.conftest import MARK, work
from tests.live import WebPart, web_part


class Server(WebPart):
    def form(self, http: requests.Session, path: str = "/en/new", **options: Any) -> str:
        """Where a page's form is to be sent, its work done."""
        found = MARK.search(http.get(self.url + path, **options).text)
        assert found
        return f"{self.url}{found[1]}&work={work(found[2])}"


@contextmanager
def serving(var: Path, port: int | None = None, **settings: str) -> Iterator[Server]:
    """Records must be there. What it says goes to ``<var>/tips.log``."""
    with web_part(var, "tips", port, **settings) as part:
        yield Server(part.url, part.process, part.log)


def worker_of(server: Server) -> int:
    """The process id of gunicorn's worker."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text()
    return int(re.findall(r"\d+", children)[0])
