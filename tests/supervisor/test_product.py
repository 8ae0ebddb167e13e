"""The supervisor with the product's own parts."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from functools import partial
from pathlib import Path

import pytest

from app.settings import ROOT
from app.supervisor.__main__ import answers
from app.supervisor.children import die_with_parent
from app.supervisor.parts import PortTaken, check_port
from app.supervisor.watch import GRACE
from tests.live import LiveServer, alive, descendants, environment, live
from tests.servers import START_SECONDS, free_port, wait_until

pytestmark = pytest.mark.slow


def _livez(server: LiveServer) -> int:
    with urllib.request.urlopen(server.url + "/livez", timeout=60) as answer:
        return int(answer.status)


def _parts(server: LiveServer) -> dict[str, int]:
    """Process ids of the parts by what they run."""
    children = {}
    for pid in Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split():
        command = Path(f"/proc/{pid}/cmdline").read_text()
        children["worker" if "app.worker" in command else "web"] = int(pid)
    return children


def test_it_serves_gives_the_first_link_restarts_and_stops_within_five_seconds(tmp_path: Path) -> None:
    with live(tmp_path / "var") as server:
        assert _livez(server) == http.HTTPStatus.OK
        assert server.first_account_link.startswith(server.url)
        with urllib.request.urlopen(server.first_account_link, timeout=60) as page:
            assert page.status == http.HTTPStatus.OK
        web = _parts(server)["web"]
        os.kill(web, signal.SIGKILL)
        server.wait_for("starting it again")
        wait_until(lambda: _parts(server).get("web", web) != web, 120, "a new web process")
        server.wait_for("The worker is ready to render.")
        wait_until(lambda: len(descendants(server.process.pid)) >= 4, 120, "the web server's own workers")
        family = descendants(server.process.pid)
        began = time.monotonic()
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(120) == 0
        # Five seconds are its grace and what a machine needs beside it; how busy this one is says nothing of it.
        assert GRACE + 1.5 <= 5.0
        assert time.monotonic() - began < GRACE + 30
        wait_until(lambda: not any(alive(pid) for pid in family), 60, "the end of every process")
    assert (tmp_path / "var" / "log" / "web.log").stat().st_size > 0
    assert (tmp_path / "var" / "log" / "worker.log").stat().st_size > 0


def test_nothing_survives_a_killed_supervisor(tmp_path: Path) -> None:
    with live(tmp_path / "var") as server:
        family = descendants(server.process.pid)
        assert len(family) >= 3
        server.process.kill()
        server.process.wait()
        wait_until(lambda: not any(alive(pid) for pid in family), 120, "the end of every process")


def test_a_web_worker_that_is_still_loading_dies_with_its_parent(tmp_path: Path) -> None:
    loading, code = tmp_path / "loading", "import pathlib, time\npathlib.Path({!r}).touch()\ntime.sleep(600)\n"
    (tmp_path / "slow.py").write_text(code.format(str(loading)))
    command = [sys.executable, "-m", "gunicorn", "slow:app", "--bind", "127.0.0.1:0", "--no-control-socket"]
    master = subprocess.Popen(
        [*command, "--config", "python:app.supervisor.gunicorn"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        preexec_fn=die_with_parent,
    )
    try:
        wait_until(loading.exists, 60, "a worker")
        family = descendants(master.pid)
    finally:
        master.kill()
        master.wait()
    wait_until(lambda: not any(alive(pid) for pid in family), 60, "its end")


def test_whoever_is_born_after_its_parents_death_dies() -> None:
    born = partial(subprocess.run, ["sleep", "600"], check=False)
    assert born(preexec_fn=partial(die_with_parent, os.getpid() + 1)).returncode == -signal.SIGKILL
    with pytest.raises(subprocess.TimeoutExpired):
        born(preexec_fn=partial(die_with_parent, os.getpid()), timeout=0.5)


def _module(name: str, *arguments: str, var: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", name, *arguments]
    environ = environment(var, **settings)
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=300, check=False)


def test_a_taken_port_is_one_clear_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = _module("app.supervisor", var=tmp_path, PORT=str(port))
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"Port {port} of 127.0.0.1 is in use by another program:")
    assert result.stderr.count("\n") == 1


def test_wrong_settings_are_named_all_at_once(tmp_path: Path) -> None:
    result = _module("app.supervisor", var=tmp_path, PORT="many", DATABASE_URL="mysql://localhost/records")
    assert result.returncode == 1
    assert "PORT" in result.stderr
    assert "DATABASE_URL" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_free_port_passes_and_an_address_of_another_machine_does_not() -> None:
    check_port("127.0.0.1", free_port())
    with pytest.raises(PortTaken, match="cannot be used"):
        check_port("192.0.2.1", 8000)


def test_one_command_becomes_the_web_server_as_containers_want_it(tmp_path: Path) -> None:
    port = free_port()
    assert _module("app.supervisor.part", "migrate", var=tmp_path).returncode == 0
    assert (tmp_path / "semblance.db").exists()
    web = subprocess.Popen(
        [sys.executable, "-m", "app.supervisor.part", "web"],
        cwd=ROOT,
        env=environment(tmp_path, PORT=str(port)),
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: answers("127.0.0.1", port), START_SECONDS, "the first answer")
        assert "gunicorn" in Path(f"/proc/{web.pid}/cmdline").read_text()
    finally:
        web.terminate()
        web.wait(60)


def test_what_follows_a_parts_name_is_handed_on(tmp_path: Path) -> None:
    result = _module("app.supervisor.part", "worker", "--slot", "Not a slot", var=tmp_path)
    assert result.returncode == 1
    assert "cannot name a slot" in result.stderr


def test_an_unknown_part_is_wrong_use(tmp_path: Path) -> None:
    result = _module("app.supervisor.part", "queue", var=tmp_path)
    assert result.returncode == 2
    assert "web" in result.stderr


def test_preparing_makes_the_folders(tmp_path: Path) -> None:
    result = _module("app.supervisor.prepare", var=tmp_path / "new", PORT=str(free_port()))
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "new" / "semblance.db").is_file()


def test_preparing_says_when_the_database_cannot_be_reached(tmp_path: Path) -> None:
    address = f"postgresql://keeper:hidden-word@127.0.0.1:{free_port()}/records"
    result = _module("app.supervisor.prepare", var=tmp_path, PORT=str(free_port()), DATABASE_URL=address)
    assert result.returncode == 1
    assert result.stderr.startswith("The database cannot be reached")
    assert result.stderr.count("\n") == 1
    assert "hidden-word" not in result.stderr


def test_preparing_says_when_the_storage_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("a file where a folder should be")
    result = _module("app.supervisor.prepare", var=tmp_path, PORT=str(free_port()))
    assert result.returncode == 1
    assert "storage" in result.stderr
    assert str(tmp_path / "objects") in result.stderr
    assert "Traceback" not in result.stderr
