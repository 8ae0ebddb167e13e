"""What the web server does beside serving: its processes count together, see app.metrics, and its log names nobody."""

import logging
import os
import re
import shutil
from pathlib import Path
from typing import Any

from app.supervisor.children import die_with_parent
from app.supervisor.parts import MULTIPROCESS

_FROM = re.compile(r"\bfrom ip=\S+:")


def without_address(record: logging.LogRecord) -> bool:
    """The server's own line about a request that it could not read says from where it came."""
    record.msg = _FROM.sub("from a client:", str(record.msg))
    return True


def on_starting(server: Any) -> None:
    """Forget what the processes of an earlier start have counted."""
    server.log.error_log.addFilter(without_address)
    if folder := os.environ.get(MULTIPROCESS):
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(parents=True, exist_ok=True, mode=0o700)


def post_fork(server: Any, worker: Any) -> None:  # noqa: ARG001
    """A worker looks for its parent between two requests, so not while it loads the product, which takes a while on a
    busy machine: the kernel does not wait for that."""
    die_with_parent(worker.ppid)


def child_exit(server: Any, worker: Any) -> None:  # noqa: ARG001
    """Take back what only a living process can say, such as its open connections."""
    if os.environ.get(MULTIPROCESS):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
