"""The supervisor with small real processes as its parts."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.supervisor.children import Part, die_with_parent
from app.supervisor.restarts import DEATHS
from app.supervisor.watch import GRACE, Supervisor
from tests.live import alive
from tests.servers import wait_until

PATIENT = "import signal, sys; print('up', flush=True); signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"
DYING = "print('a reason', flush=True); raise SystemExit(7)"
WITH_CHILD = """
    import subprocess, sys, signal
    child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])
    print('child', child.pid, flush=True)
    signal.pause()
"""


def part(name: str, code: str) -> Part:
    return Part(name, [sys.executable, "-c", textwrap.dedent(code)])


def wait_until_gone(pid: int) -> None:
    """SIGKILL is sent at once and carried out when the kernel comes to it."""
    wait_until(lambda: not alive(pid), 60, f"the end of process {pid}")


class Bench:
    """Runs a supervisor in this thread and lets a script in another thread act on it."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.said: list[str] = []
        self.lines: list[tuple[str, str]] = []
        self.stop = threading.Event()

    def run(self, parts: list[Part], act: Callable[[], None] | None = None) -> int:
        """Supervise until ``act``, run beside it, has ended; without one until the supervisor gives up."""
        supervisor = Supervisor(parts, self.logs, self.said.append, lambda name, line: self.lines.append((name, line)))
        if act is not None:
            threading.Thread(target=self._act_and_stop, args=(act,), daemon=True).start()
        return supervisor.run(self.stop.is_set, ready=lambda: True, on_ready=lambda: None)

    def _act_and_stop(self, act: Callable[[], None]) -> None:
        try:
            act()
        finally:
            self.stop.set()

    def wait_for_lines(self, count: int) -> None:
        wait_until(lambda: len(self.lines) >= count, 120, f"{count} lines")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "log")


def test_parts_run_until_asked_to_stop_and_their_output_is_kept(bench: Bench) -> None:
    status = bench.run([part("one", PATIENT), part("two", PATIENT)], act=lambda: bench.wait_for_lines(2))
    assert status == 0
    assert sorted(bench.lines) == [("one", "up"), ("two", "up")]
    assert (bench.logs / "one.log").read_text() == "up\n"


def test_deaths_that_a_marker_explains_do_not_count(bench: Bench, tmp_path: Path) -> None:
    marker, starts = tmp_path / "suspect", tmp_path / "starts"
    code = f"""
        import pathlib, signal
        starts = pathlib.Path({str(starts)!r})
        count = len(starts.read_text()) if starts.exists() else 0
        starts.write_text("x" * (count + 1))
        if count == {DEATHS + 1}:
            print('survived', flush=True)
            signal.pause()
        pathlib.Path({str(marker)!r}).touch()
        raise SystemExit(7)
    """
    marker.touch()  # of an earlier run
    suspect = replace(part("one", code), suspect=marker)
    assert bench.run([suspect], act=lambda: bench.wait_for_lines(1)) == 0
    assert bench.lines == [("one", "survived")]
    assert not marker.exists()


def test_a_part_that_dies_is_started_again(bench: Bench) -> None:
    report = "import os, signal; print(os.getpid(), flush=True); signal.pause()"

    def kill_once() -> None:
        bench.wait_for_lines(1)
        os.kill(int(bench.lines[0][1]), signal.SIGKILL)
        bench.wait_for_lines(2)

    assert bench.run([part("one", report)], act=kill_once) == 0
    assert bench.lines[0] != bench.lines[1]
    assert bench.said[0] == "The one process was killed by SIGKILL; starting it again in 0.5 s."


def test_five_deaths_stop_everything_with_the_reason(bench: Bench) -> None:
    began = time.monotonic()
    status = bench.run([part("bad", DYING), part("good", WITH_CHILD)])
    assert status == 1
    assert time.monotonic() - began < 59
    reason = bench.said[-1]
    assert "bad process ended with status 7" in reason
    assert "| a reason" in reason
    assert str(bench.logs / "bad.log") in reason
    wait_until_gone(int(next(line for name, line in bench.lines if name == "good").split()[1]))


def test_a_part_that_ignores_the_request_is_killed_within_five_seconds(bench: Bench) -> None:
    stopped: list[float] = []

    def note() -> None:
        bench.wait_for_lines(1)
        stopped.append(time.monotonic())

    assert bench.run([part("stubborn", STUBBORN)], act=note) == 0
    assert GRACE <= time.monotonic() - stopped[0] < GRACE + 30


def test_what_a_part_started_dies_with_it(bench: Bench) -> None:
    assert bench.run([part("one", WITH_CHILD)], act=lambda: bench.wait_for_lines(1)) == 0
    wait_until_gone(int(bench.lines[0][1].split()[1]))


def test_a_part_that_cannot_be_started_leaves_no_other_behind(bench: Bench) -> None:
    with pytest.raises(FileNotFoundError):
        bench.run([part("one", WITH_CHILD), Part("two", ["/nonexistent/program"])])


def test_parts_do_not_survive_a_killed_supervisor(tmp_path: Path) -> None:
    code = f"""
        import sys
        from pathlib import Path
        from app.supervisor.children import Part
        from app.supervisor.watch import Supervisor
        code = 'import os, signal; print(os.getpid(), flush=True); signal.pause()'
        part = Part('one', [sys.executable, '-c', code])
        show = lambda name, line: print(line, flush=True)
        Supervisor([part], Path({str(tmp_path)!r}), print, show).run(lambda: False, lambda: False, print)
    """
    supervisor = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent,
    )
    assert supervisor.stdout is not None
    with supervisor.stdout:
        child = int(supervisor.stdout.readline())
        assert alive(child)
        supervisor.kill()
        supervisor.wait()
        wait_until_gone(child)


def test_a_log_that_grew_large_is_put_aside(bench: Bench) -> None:
    bench.logs.mkdir()
    (bench.logs / "one.log").write_bytes(b"x" * (11 * 2**20))
    assert bench.run([part("one", PATIENT)], act=lambda: bench.wait_for_lines(1)) == 0
    assert (bench.logs / "one.log").read_text() == "up\n"
    assert (bench.logs / "one.log.1").stat().st_size == 11 * 2**20
