"""A flood of tips against the real forms: ``python -m benchmarks.flood [--seconds 60] [--database postgresql://…]``.

A thousand tips a minute come from 50 networks, half of them with the work done that a script does; between them 60
people send one tip each, from networks of their own, a quarter of them without a script. Printed: how many of theirs
were taken within 5 s, what became of the flood, and the bytes on the disk beside the quota.
"""

import argparse
import collections
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import requests

from app.database import Database, upgrade
from app.settings import ROOT, Settings
from app.tips import keys
from app.tips.forms import solved

FLOOD, SOURCES, PEOPLE = 1000, 50, 60
WITHIN = 5.0
OPEN_FOR = 65.0
"""Seconds that people have had their forms open when they send: they wrote something."""
QUOTA_MB = 50
MARK = re.compile(r'action="[^"]+\?form=([^"]+)"')


@dataclass(frozen=True)
class Sent:
    legitimate: bool
    status: int
    seconds: float


class Sender:
    def __init__(self, url: str, address: str) -> None:
        self._url, self._http = f"{url}/en/new", requests.Session()
        self._http.headers["X-Forwarded-For"] = address

    def mark(self) -> str:
        found = MARK.search(self._http.get(self._url, timeout=60).text)
        if not found:
            raise SystemExit("The form has no mark.")
        return found[1]

    def send(self, query: dict[str, str], legitimate: bool, size: int) -> Sent:
        began = time.monotonic()
        try:
            status = self._http.post(self._url, params=query, data={"text": "x" * size}, timeout=60).status_code
        except requests.RequestException:
            status = 0
        return Sent(legitimate, status, time.monotonic() - began)


def work(mark: str) -> str:
    bits = int(mark.split(".")[1])
    n = 0
    while not solved(mark, bits, str(n)):
        n += 1
    return str(n)


def plan(url: str, seconds: float) -> list[tuple[float, Callable[[], Sent]]]:
    """What is sent when. Forms are opened, and the work is done, before the flood begins."""
    chance = random.Random(1)
    sends: list[tuple[float, Callable[[], Sent]]] = []
    for number in range(PEOPLE):
        one = Sender(url, f"198.51.100.{number + 1}")
        mark, worked = one.mark(), number % 4 != 0
        sends.append((chance.uniform(5, seconds), _later(one, query(mark, worked), True, 800)))
    for number in range(int(FLOOD * seconds / 60)):
        one = Sender(url, f"203.0.113.{number % SOURCES + 1}")
        worked = number % 2 == 0
        mark = one.mark() if worked or number % 4 == 1 else "made.up"
        size = chance.choice((200, 5000, 90_000))
        sends.append((chance.uniform(0, seconds), _later(one, query(mark, worked), False, size)))
    return sorted(sends, key=lambda one: one[0])


def query(mark: str, worked: bool) -> dict[str, str]:
    return {"form": mark, "work": work(mark)} if worked else {"form": mark}


def _later(one: Sender, query: dict[str, str], legitimate: bool, size: int) -> Callable[[], Sent]:
    return lambda: one.send(query, legitimate, size)


def run(url: str, seconds: float) -> list[Sent]:
    sends = plan(url, seconds)
    pause = threading.Event()
    pause.wait(OPEN_FOR)
    began = time.monotonic()
    waiting = []
    with ThreadPoolExecutor(64) as pool:
        for at, send in sends:  # open loop: when one is due it goes, however late the others are
            pause.wait(max(0.0, began + at - time.monotonic()))
            waiting.append(pool.submit(send))
    return [one.result() for one in waiting]


def main() -> int:
    parser = argparse.ArgumentParser(description="A flood of tips.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--database", help="empty records on PostgreSQL; by default SQLite in a temporary folder")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="semblance-flood-") as folder:
        var = Path(folder) / "var"
        environ = {"SEMBLANCE_VAR": str(var), "SURFACE": "tips", "TRUSTED_PROXIES": "1", "TIPS_SPOOL_MB": str(QUOTA_MB)}
        if chosen.database:
            environ["DATABASE_URL"] = chosen.database
        settings = Settings.from_env(environ)
        upgrade(settings.database_url)
        with Database(settings.database_url).session() as db:
            keys.ensure(db, settings)
        environ |= {"PORT": str(_free_port())}
        command = [sys.executable, "-m", "app.supervisor.part", "web"]
        with (Path(folder) / "log").open("wb") as log:
            server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environ}, stdout=log, stderr=log)
            try:
                url = f"http://127.0.0.1:{environ['PORT']}"
                _wait(url)
                most = _Watch(var / "tips")
                sent = run(url, chosen.seconds)
                return _report(sent, most.stop())
            finally:
                server.terminate()
                server.wait(30)


class _Watch:
    """The most bytes that ever lay in a folder, looked at five times a second."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._over, self._most = folder, threading.Event(), 0
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(0.2):
            sizes = []
            for path in self._folder.rglob("*"):
                try:
                    sizes.append(path.stat().st_size)
                except OSError:  # carried meanwhile
                    continue
            self._most = max(self._most, sum(sizes))

    def stop(self) -> int:
        self._over.set()
        self._thread.join()
        return self._most


def _report(sent: list[Sent], most: int) -> int:
    people = [one for one in sent if one.legitimate]
    flood = [one for one in sent if not one.legitimate]
    quick = sum(one.status == 200 and one.seconds <= WITHIN for one in people)
    times = sorted(one.seconds for one in people)
    print(f"people: {quick} of {len(people)} taken within {WITHIN:g} s; median {times[len(times) // 2]:.2f} s, "
          f"slowest {times[-1]:.2f} s; answers {dict(collections.Counter(one.status for one in people))}")  # fmt: skip
    print(f"flood: {len(flood)} sent, answers {dict(collections.Counter(one.status for one in flood))}")
    print(f"disk: at most {most / 1e6:.1f} MB lay in tips/, the bound is {QUOTA_MB} MB")
    return 0 if quick >= 0.99 * len(people) and most <= QUOTA_MB * 10**6 else 1


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str) -> None:
    for _try in range(120):
        try:
            if requests.get(f"{url}/livez", timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.5)
    raise SystemExit("The forms did not start.")


if __name__ == "__main__":
    sys.exit(main())
