"""What the web server does beside serving: its processes count together, see app.metrics."""

import os
import shutil
from pathlib import Path
from typing import Any

from app.supervisor.parts import MULTIPROCESS


def on_starting(server: Any) -> None:  # noqa: ARG001
    """Forget what the processes of an earlier start have counted."""
    if folder := os.environ.get(MULTIPROCESS):
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(parents=True, exist_ok=True, mode=0o700)


def child_exit(server: Any, worker: Any) -> None:  # noqa: ARG001
    """Take back what only a living process can say, such as its open connections."""
    if os.environ.get(MULTIPROCESS):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
