"""How soon a day's pages come: ``python -m benchmarks.staff``.

50 investigators of 5 units ask for a page every 5 s each, in an open loop: a page is asked for when its time has come,
whether or not the pages before it have arrived. The web server is started as `make run` starts it, on a PostgreSQL of
its own with 2,000 cases, their sketches, likenesses and notifications. Server time is what its log says of a request;
client time is counted from when the page was due. Client, server and database share the machine.
"""

import argparse
import os
import random
import re
import signal
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import requests
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app import create_app
from app.database import upgrade
from app.identity import sessions, units
from app.settings import ROOT, Settings
from app.supervisor.children import die_with_parent
from app.supervisor.parts import parts
from benchmarks import staff_records
from benchmarks.cases import fill, member
from models import Account, Case, Role, Sketch
from tests.app.web import services
from tests.live import environment
from tests.people import quick_hashes
from tests.servers import free_port, postgres, wait_until

UNITS, PEOPLE, CASES = 5, 50, 2000
EVERY = 5.0
"""Seconds between two pages of one investigator."""
WARM = 5.0
"""Seconds at the beginning that are not counted: the processes have just started."""
TARGET = 100.0
MIX = {"list of cases": 30, "search": 15, "case": 25, "studio": 20, "notifications": 10}
LINE = re.compile(r"\bms=([\d.]+) .*\brequest_id=(\w+)")


@dataclass(frozen=True)
class Desk:
    """An investigator's browser: its cookie, and the cases and sketches of the unit."""

    cookies: dict[str, str]
    cases: Sequence[uuid.UUID]
    sketches: Sequence[uuid.UUID]

    def page(self, kind: str, chance: random.Random) -> str:
        if kind == "case":
            return f"/cases/{chance.choice(self.cases)}"
        if kind == "studio":
            return f"/sketches/{chance.choice(self.sketches)}"
        word = chance.choice(["harbour", "kiosk", "robbery night", "สุขุมวิท"])
        return {"list of cases": "/cases", "search": f"/cases?q={word}", "notifications": "/notifications"}[kind]


@dataclass(frozen=True)
class Asked:
    """A page that was asked for, and what came. ``late``: milliseconds from when it was due until it was there."""

    kind: str
    status: int
    request_id: str
    late: float


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.staff", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="that are counted")
    seconds = parser.parse_args().seconds
    with (
        quick_hashes(),
        postgres() as server,
        tempfile.TemporaryDirectory() as folder,
        web_server(server, Path(folder)) as (address, desks, log),
    ):
        asked = ask(address, desks, seconds)
        time.sleep(1.0)  # the log's last lines
        took = {found[2]: float(found[1]) for found in LINE.finditer(log.read_text())}
    report(asked, took)


@contextmanager
def web_server(server: str, folder: Path) -> Iterator[tuple[str, list[Desk], Path]]:
    """The product's own web server in front of a filled database, and who sits before it."""
    with psycopg.connect(server + "postgres", autocommit=True) as admin:
        admin.execute("CREATE DATABASE semblance")
    url = server.replace("postgresql://", "postgresql+psycopg://") + "semblance"
    environ = environment(folder / "var", DATABASE_URL=url, PORT=str(free_port()))
    settings = Settings.from_env(environ)
    upgrade(url)
    desks, log = furnish(settings), folder / "web.log"
    with serving(environ, log) as address:
        yield address, desks, log


@contextmanager
def serving(environ: dict[str, str], log: Path) -> Iterator[str]:
    """A web server as `make run` starts it; its address."""
    settings = Settings.from_env(environ)
    part, address = parts(settings)[0], f"http://127.0.0.1:{settings.port}"
    with log.open("wb") as file:
        process = subprocess.Popen(
            part.command,
            cwd=ROOT,
            env={**environ, **part.environment},
            stdout=file,
            stderr=file,
            preexec_fn=die_with_parent,
        )
    try:
        wait_until(lambda: b"Booting worker" in log.read_bytes() and answers(address), 60, "the web server")
        yield address
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.wait(15)


def answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/livez", timeout=30).ok
    except requests.ConnectionError:
        return False


def furnish(settings: Settings) -> list[Desk]:
    """Fill the records and sign everybody in."""
    app = create_app(settings)
    database = services(app).database
    with database.session() as db:
        unit_ids = [units.add_unit(db, f"Unit {number}").id for number in range(UNITS)]
        people = [member(db, f"Person{n}", [unit_ids[n % UNITS]], Role.INVESTIGATOR) for n in range(PEOPLE)]
        fill(settings.database_url, CASES, unit_ids, [one.id for one in people])
        staff_records.add_sketches(db, services(app).store, app, people)
        staff_records.add_notifications(db, people)
        desks = [desk(db, one) for one in people]
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    database.close()
    return desks


def desk(db: Session, account: Account) -> Desk:
    (unit,) = account.units
    cases = db.scalars(select(Case.id).where(Case.unit_id == unit.id)).all()
    sketches = db.scalars(select(Sketch.id).where(Sketch.unit_id == unit.id)).all()
    return Desk({"semblance": sessions.start(db, account).token}, cases, sketches)


def ask(address: str, desks: Sequence[Desk], seconds: float) -> list[Asked]:
    """Ask for pages at random moments, PEOPLE / EVERY a second on average; those of the first WARM are left out."""
    chance, mine = random.Random(1), threading.local()
    began, due, waiting = time.perf_counter(), 0.0, []

    def get(kind: str, one: Desk, path: str, due: float) -> Asked:
        if not hasattr(mine, "client"):
            mine.client = requests.Session()
        try:
            answer = mine.client.get(address + path, cookies=one.cookies, timeout=30, allow_redirects=False)
        except requests.RequestException:
            return Asked(kind, 0, "", float("inf"))
        late = (time.perf_counter() - began - due) * 1000
        return Asked(kind, answer.status_code, answer.headers["X-Request-ID"], late)

    with ThreadPoolExecutor(4 * PEOPLE) as pool:
        while (due := due + chance.expovariate(PEOPLE / EVERY)) < WARM + seconds:
            kind, one = chance.choices(list(MIX), list(MIX.values()))[0], chance.choice(desks)
            path = one.page(kind, chance)
            time.sleep(max(0.0, due - (time.perf_counter() - began)))
            future = pool.submit(get, kind, one, path, due)
            waiting += [future] if due > WARM else []
        return [future.result() for future in waiting]


def report(asked: Sequence[Asked], took: dict[str, float]) -> None:
    """The table; server time in milliseconds, and of all pages also client time."""
    print("| page | asked for | errors | p50 | p95 | p99 |\n|---|---|---|---|---|---|")
    for kind in (*MIX, "all"):
        some = [one for one in asked if kind in (one.kind, "all")]
        line(kind, some, [took[one.request_id] for one in some if one.status == 200])
    line("all, as the client sees it", asked, [one.late for one in asked if one.status == 200])
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    p95 = np.percentile([took[one.request_id] for one in asked if one.status == 200], 95)
    print(f"\nTarget: p95 below {TARGET:.0f} ms; {'met' if p95 < TARGET else 'missed'}. Load of the machine: {load}.")


def line(name: str, asked: Sequence[Asked], times: Sequence[Any]) -> None:
    p50, p95, p99 = np.percentile(times, (50, 95, 99)) if times else (np.nan,) * 3
    wrong = sum(one.status != 200 for one in asked)
    print(f"| {name} | {len(asked)} | {wrong} | {p50:.0f} ms | {p95:.0f} ms | {p99:.0f} ms |")


if __name__ == "__main__":
    main()
