"""``python -m tests.backup.restore_process MOMENT ARCHIVE``: restores and dies by SIGKILL at a moment of MOMENTS."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from app.backup import postgres, restoring, sqlite
from app.backup.__main__ import main

BEFORE = ("archive checked", "records prepared", "one object put", "all objects put")
MOMENTS = {
    "sqlite": (*BEFORE, "former records linked", "records replaced"),
    "postgresql": (*BEFORE, "half of the records sent", "all records sent", "committed"),
}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(owner: Any, name: str) -> None:
    """Die when this function has done its work."""
    act: Callable[..., Any] = getattr(owner, name)

    def mortal(*arguments: Any, **options: Any) -> None:
        act(*arguments, **options)
        die()

    setattr(owner, name, mortal)


def half_sent() -> None:
    def copy(source: Any, sink: Any, before: str) -> None:
        data = source.read()
        sink.write(before.encode() + data[: len(data) // 2])
        sink.flush()
        die()

    postgres._copy = copy


def prepared() -> None:
    for kind in (sqlite.Target, postgres.Target):
        after(kind, "prepare")


PLACES: dict[str, Callable[[], object]] = {
    "archive checked": lambda: after(restoring, "verify"),
    "records prepared": prepared,
    "one object put": lambda: after(restoring, "_put"),
    "all objects put": lambda: after(restoring, "_bring"),
    "former records linked": lambda: after(os, "link"),
    "records replaced": lambda: after(os, "replace"),
    "half of the records sent": half_sent,
    "all records sent": lambda: after(postgres, "_copy"),
    "committed": lambda: after(postgres.Target, "_replay"),
}

if __name__ == "__main__":
    PLACES[sys.argv[1]]()
    sys.exit(main(["restore", sys.argv[2], "--replace"]))
