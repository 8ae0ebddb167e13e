"""The command line as processes of their own: terminals, pipes, a full disk, another number of threads."""

import json
import os
import pty
import resource
import signal
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.inference.drawings import saved
from tests.servers import wait_until

ROOT = Path(__file__).parents[2]
SECONDS = 180  # a busy machine takes long to load the networks


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "inference", *map(str, arguments)]


def environment(threads: int) -> dict[str, str]:
    return os.environ | {"OMP_NUM_THREADS": str(threads)}


def run(
    *arguments: object, threads: int = 1, before: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), cwd=ROOT, env=environment(threads), preexec_fn=before,
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_in_a_pipe_there_is_no_progress_and_another_process_makes_the_same(tiny_weights: Path, tmp_path: Path) -> None:
    sketches, out = [saved(tmp_path / "a.png", 1), saved(tmp_path / "b.jpg", 2)], tmp_path / "out"
    made = run("render", *sketches, "-o", out, "--weights", tiny_weights, "--strength", "1", threads=2)
    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout.splitlines()[-1] == "2 of 2 rendered."
    assert " x2/" in json.loads((out / "a.json").read_text())["device"]
    again = run("reproduce", out / "a.json", sketches[0], "--weights", tiny_weights, threads=1)
    assert again.returncode == 0, again.stdout + again.stderr
    assert again.stdout.endswith("The same likeness, byte for byte.\n")


@pytest.mark.slow
def test_on_a_terminal_progress_is_shown_and_the_result_stays_clean(tiny_weights: Path, tmp_path: Path) -> None:
    terminal, inside = pty.openpty()
    termios.tcsetwinsize(inside, (24, 80))
    arguments = ["render", saved(tmp_path / "a.png"), "-o", tmp_path / "out", "--weights", tiny_weights, "--no-restore"]
    process = subprocess.Popen(
        command(*arguments, "--json"), cwd=ROOT, env=environment(1), stdout=subprocess.PIPE, stderr=inside
    )
    os.close(inside)
    shown = _read_all(terminal)
    stdout, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert json.loads(stdout)["rendered"] == 1
    assert "1/1" in shown
    assert "sketch" in shown


@pytest.mark.slow
def test_a_full_disk_gives_a_reason_and_no_half_file(tiny_weights: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands in for the full disk: the write fails in its middle."""
    sketch, out = saved(tmp_path / "a.png"), tmp_path / "out"
    made = run("render", sketch, "-o", out, "--weights", tiny_weights, "--no-restore", before=_files_of_at_most_8_kb)
    assert made.returncode == 1
    assert f"{sketch}: The result cannot be written: File too large." in made.stdout
    assert made.stdout.endswith("0 of 1 rendered, 1 not.\n")
    assert "Traceback" not in made.stderr
    assert list(out.iterdir()) == []


@pytest.mark.slow
def test_ctrl_c_stops_at_once_and_leaves_whole_files(tiny_weights: Path, tmp_path: Path) -> None:
    sketches = tmp_path / "sketches"
    data = saved(tmp_path / "a.png").read_bytes()
    sketches.mkdir()
    for number in range(1500):
        (sketches / f"{number:04}.png").write_bytes(data)
    out = tmp_path / "out"
    process = subprocess.Popen(
        command("render", sketches, "-o", out, "--weights", tiny_weights, "--no-restore"),
        cwd=ROOT, env=environment(1), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=_obey_ctrl_c,
    )  # fmt: skip
    wait_until(lambda: bool(list(out.glob("*.json"))) or process.poll() is not None, SECONDS, "the first likeness")
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert stderr == "Stopped.\n"
    assert {path.suffix for path in out.iterdir()} == {".png", ".json"}
    made = {kind: {path.stem for path in out.glob(f"*.{kind}")} for kind in ("png", "json")}
    assert made["png"] == made["json"]


def _obey_ctrl_c() -> None:
    """Whoever runs the tests in a shell's background has told them, and so their children, to ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _files_of_at_most_8_kb() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))


def _read_all(descriptor: int) -> str:
    """What a terminal shows until nobody writes to it any more."""
    shown = b""
    while True:
        try:
            piece = os.read(descriptor, 4096)
        except OSError:  # Linux answers so when the other end is closed
            piece = b""
        if not piece:
            os.close(descriptor)
            return shown.decode()
        shown += piece
