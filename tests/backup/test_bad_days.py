"""Back-ups of an installation that is being written to, and restores that are killed half-way."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.settings import ROOT
from app.supervisor.children import die_with_parent
from tests.backup.conftest import PLACES
from tests.backup.installations import Installation
from tests.backup.restore_process import MOMENTS
from tests.live import environment
from tests.servers import wait_until

pytestmark = pytest.mark.slow


class Busy:
    """A process that takes in sketches all the time."""

    def __init__(self, installation: Installation) -> None:
        self.seen = installation.settings.var / "busy"
        with self.seen.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.backup.busy_process"],
                cwd=ROOT,
                env=environment(installation.settings.var, **installation.environ),
                stdout=out,
                preexec_fn=die_with_parent,
            )

    @property
    def committed(self) -> int:
        assert self.process.poll() is None, "the writer died"
        return sum(line.isdigit() for line in self.seen.read_text().splitlines())


@contextmanager
def busy(installation: Installation) -> Iterator[Busy]:
    writer = Busy(installation)
    try:
        yield writer
    finally:
        writer.process.kill()
        writer.process.wait()


@pytest.mark.parametrize("place", PLACES[::2], indirect=True)
def test_a_back_up_of_a_busy_installation_is_one_moment_of_it(filled: Installation) -> None:
    archives: list[tuple[int, int, Path]] = []
    with busy(filled) as writer:
        for turn in range(3):
            wait_until(lambda least=5 * turn + 2: writer.committed >= least, 300, "more sketches")  # type: ignore[misc]
            least = writer.committed
            path = filled.backup()
            archives.append((least, writer.committed, path.rename(path.with_name(f"{turn}.tar.gz"))))
    filled.wait_alone()
    before = filled.content()
    for least, most, path in archives:
        assert filled.command("verify", str(path))[0] == 0
        code, said = filled.command("restore", str(path), "--replace")
        assert code == 0, said
        assert ", 0 missing" in said
        content = filled.content()
        sketches = content["Sketch"]
        assert isinstance(sketches, int)
        assert least <= sketches - 2 <= most + 1
        assert {key: value for key, value in content.items() if "/" in key}.items() <= before.items()


def _killed(installation: Installation, moment: str, path: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "tests.backup.restore_process", moment, str(path)],
        cwd=ROOT,
        env=environment(installation.settings.var, **installation.environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert process.returncode == -signal.SIGKILL, process.stdout + process.stderr


def _check_old_new_and_again(filled: Installation, moment: str, replaced: bool) -> None:
    restored = filled.content()
    path = filled.backup()
    filled.add("late.jpg")
    old = filled.content()
    _killed(filled, moment, path)
    assert filled.content() == (restored if replaced else old)
    filled.wait_alone()
    code, said = filled.command("restore", str(path), "--replace")
    assert code == 0, said
    assert filled.content() == restored
    assert not list(filled.settings.var.parent.rglob("*restoring*"))


@pytest.mark.parametrize("moment", MOMENTS["sqlite"])
def test_a_killed_restore_leaves_the_old_or_the_new(filled: Installation, moment: str) -> None:
    _check_old_new_and_again(filled, moment, moment == "records replaced")


@pytest.mark.postgres
@pytest.mark.parametrize("place", PLACES[2:3], indirect=True)
@pytest.mark.parametrize("moment", MOMENTS["postgresql"])
def test_a_killed_restore_leaves_the_old_or_the_new_on_a_server(filled: Installation, moment: str) -> None:
    _check_old_new_and_again(filled, moment, moment == "committed")


def test_a_killed_back_up_leaves_no_archive_and_the_next_one_works(filled: Installation) -> None:
    folder = filled.settings.var.parent / "kept"
    code = "import os, signal, sys; from app.backup import archive; from app.backup.__main__ import main\n"
    code += "archive.Writer.finish = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\nmain(sys.argv[1:])"
    process = subprocess.run(
        [sys.executable, "-c", code, "create", "--to", str(folder)],
        cwd=ROOT,
        env=environment(filled.settings.var),
        check=False,
    )
    assert process.returncode == -signal.SIGKILL
    assert not list(folder.glob("semblance-*"))
    path = filled.backup()
    assert [one.name for one in folder.iterdir()] == [path.name]
