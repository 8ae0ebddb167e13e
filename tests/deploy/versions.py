"""The code of this product before its newest migration, as Git has it, and processes of either code."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.settings import ROOT
from app.supervisor.children import die_with_parent

VERSIONS = "migrations/versions"
DEEPEN = "The history of this checkout is too short for the former version's code: git fetch --unshallow"


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _migrations_of(commit: str) -> list[tuple[str, str]]:
    """Path and blob of every migration, the oldest first."""
    entries = (line.split() for line in _git("ls-tree", commit, f"{VERSIONS}/").splitlines())
    return [(path, blob) for _mode, _kind, blob, path in entries]


def former() -> str:
    """The newest commit of the main line whose migrations are the first of today's, to the byte, but not all of them.

    What a merge brought is not looked into: side lines had migrations under numbers that they did not keep.
    """
    paths = sorted(str(path.relative_to(ROOT)) for path in (ROOT / VERSIONS).glob("[0-9]*.py"))
    today = list(zip(paths, _git("hash-object", *paths).split(), strict=True))
    changes = _git("rev-list", "--first-parent", "HEAD", "--", VERSIONS).split()
    # The newest code with a set of migrations is what stood right before the next change of them.
    for commit in ["HEAD", *(f"{change}^" for change in changes)]:
        found = _migrations_of(commit)
        if found and found != today and found == today[: len(found)]:
            return commit
    raise LookupError("no commit has only the first of today's migrations")


def unpack(commit: Callable[[], str], folder: Path) -> None:
    """Put the code of a commit into the folder; skips by name where the history does not go back to it."""
    folder.mkdir(parents=True)
    archive = folder.with_suffix(".tar")
    try:
        _git("archive", "--format=tar", f"--output={archive}", commit())
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(DEEPEN)
    # Git's own archive, unpacked by tar: Python's filters are not in every 3.11.
    subprocess.run(["tar", "-x", "-f", str(archive), "-C", str(folder)], check=True)


def released() -> str:
    """What agencies were last given; its newest migration is 0003."""
    return "71202591c1dc7b1b395a0e51f94c4cdbc1cd2507"


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
