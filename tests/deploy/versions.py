"""The code of this product before its newest migration, as Git has it, and processes of either code."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.settings import ROOT
from app.supervisor.children import die_with_parent

VERSIONS = "migrations/versions"
DEEPEN = "The history of this checkout is too short for the code before the newest migration: git fetch --unshallow"


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=True).stdout


def unpack_former(folder: Path) -> None:
    """Put the newest code without the newest migration into the folder; skips by name where Git has none."""
    newest = sorted(path.name for path in (ROOT / VERSIONS).glob("[0-9]*.py"))[-1]
    try:
        # A merge is not looked into: the commit that first had the file is what is wanted.
        added = _git("log", "--diff-filter=A", "--format=%H", "--", f"{VERSIONS}/{newest}").decode().split()
        archive = _git("archive", "--format=tar", f"{added[-1]}^")
    except (OSError, subprocess.CalledProcessError, IndexError):
        pytest.skip(DEEPEN)
    folder.mkdir(parents=True, exist_ok=True)
    # Git's own archive, unpacked by tar: Python's filters are not in every 3.11.
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)


@dataclass
class Version:
    """One version of the code on a machine of its own. ``environ`` holds its settings."""

    code: Path
    var: Path
    environ: dict[str, str]
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def run(self, *arguments: str) -> str:
        """A command to its end; what it printed."""
        command = [sys.executable, "-m", *arguments]
        result = subprocess.run(command, cwd=self.code, env=self.environ, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def start(self, part: str) -> "subprocess.Popen[bytes]":
        with self.log(part).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "app.supervisor.part", part],
                cwd=self.code,
                env=self.environ,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
            )
        self.processes.append(process)
        return process

    def log(self, part: str) -> Path:
        self.var.mkdir(exist_ok=True)
        return self.var / f"{part}.txt"


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def stopped_at_the_end(*versions: Version) -> Iterator[None]:
    try:
        yield
    finally:
        for version in versions:
            for process in version.processes:
                if process.poll() is None:
                    stop(process)
