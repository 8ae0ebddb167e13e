"""Servers that a test stops and starts again, as a bad day does."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from app.supervisor.children import die_with_parent
from tests import servers


@dataclass
class PostgresSwitch:
    """A PostgreSQL server of its own, which keeps its data while it is off. ``url`` ends in ``/``."""

    url: str
    command: list[str]
    user: str | None
    log: Path
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self, wait: bool = True) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
                preexec_fn=die_with_parent,
                start_new_session=True,
            )
        if wait:
            servers.wait_until(
                lambda: servers.postgres_answers(self.url), servers.START_SECONDS, "the start of PostgreSQL"
            )

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT shuts everybody out at once and ends in good order, SIGQUIT does not; see PostgreSQL's manual."""
        if self.process is None:
            return
        self.process.send_signal(how)
        self.process.wait(60)
        self.process = None

    def freeze(self) -> None:
        """Every process of the server halts: connections stay open, and nothing answers."""
        for pid in self._family():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        for pid in self._family():
            os.kill(pid, signal.SIGCONT)

    def _family(self) -> list[int]:
        assert self.process is not None
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *(int(child) for child in children)]

    def read_only(self, name: str, on: bool) -> None:
        """Have a database refuse every change, as a server that only follows another does; or take changes again."""
        with psycopg.connect(self.url + "postgres", autocommit=True) as admin:
            admin.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {"on" if on else "off"}')
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))

    def database(self, name: str) -> str:
        """SQLAlchemy URL of a new, empty database."""
        with psycopg.connect(self.url + "postgres", autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}"')
        return self.url.replace("postgresql://", "postgresql+psycopg://") + name


@contextmanager
def postgres_switch() -> Iterator[PostgresSwitch]:
    """A new, running server."""
    with servers.postgres_cluster() as made:
        log = made.folder / "log"
        log.touch()
        if made.user:
            shutil.chown(log, made.user, made.user)
        switch = PostgresSwitch(made.url, made.command, made.user, log)
        switch.start()
        try:
            yield switch
        finally:
            with suppress(ProcessLookupError, AssertionError):
                switch.thaw()
            switch.stop(signal.SIGQUIT)
