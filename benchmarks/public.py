"""How soon the public's pages come, and what that costs the staff: ``python -m benchmarks.public``.

500 viewers open a page every 5 s each, in an open loop: 100 pages a second, each asked for when its time has come,
whether or not the pages before it have arrived. Beside them the staff works as in `benchmarks.staff`, first alone and
then under that load. Both web servers are started as `make run` starts one, on one PostgreSQL, the public's under its
own role, with 500 notices in two languages. Viewers, servers and database share the machine; a page's pictures, styles
and icons are not asked for, since browsers and whatever stands between keep them.
"""

import argparse
import http.client
import multiprocessing
import os
import random
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import numpy as np
from sqlalchemy import make_url, text

from app import roles
from app.database import Database
from app.settings import Settings
from app.storage import open_store
from benchmarks.staff import LINE, Asked, Desk, ask, serving, web_server
from models import Category
from tests.live import environment
from tests.people import quick_hashes
from tests.published import Press
from tests.servers import free_port, postgres

VIEWERS, EVERY, NOTICES = 500, 5.0, 500
WARM = 5.0
"""Seconds at the beginning that are not counted."""
ALONE = 30.0
"""Seconds of the staff without the public."""
TARGET = 300.0
"""Milliseconds, of the slowest page in a hundred."""
MIX = {"notice": 50, "list": 30, "search": 10, "further": 5, "text": 5}


@dataclass(frozen=True)
class Seen:
    """A page that a viewer asked for. ``late``: milliseconds from when it was due until it was there."""

    kind: str
    status: int
    late: float


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.public", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="that are counted")
    parser.add_argument("--alone", type=float, default=ALONE, help="seconds of the staff without the public")
    chosen = parser.parse_args()
    with (
        quick_hashes(),
        postgres() as server,
        tempfile.TemporaryDirectory() as folder,
        web_server(server, Path(folder)) as (staff, desks, log),
        public_server(server, Path(folder)) as public,
    ):
        before = ask(staff, desks, chosen.alone)
        seen, beside = under_load(public, staff, desks, chosen.seconds)
        time.sleep(1.0)  # the log's last lines
        took = {found[2]: float(found[1]) for found in LINE.finditer(log.read_text())}
    report(seen, before, beside, took)


@contextmanager
def public_server(server: str, folder: Path) -> Iterator[str]:
    """The public pages as a process of their own beside the staff's, on the same records and objects."""
    owner = server.replace("postgresql://", "postgresql+psycopg://") + "semblance"
    role = make_url(owner).set(username="semblance_public", password="a-long-password")
    told = {"PUBLIC_DATABASE_URL": role.render_as_string(hide_password=False), "SURFACE": "public"}
    settings = Settings.from_env(environment(folder / "var", DATABASE_URL=owner, **told))
    roles.prepare(settings)
    publish(settings)
    objects = str(settings.storage_url)
    with serving(
        environment(folder / "public", STORAGE_URL=objects, PORT=str(free_port()), **told), folder / "log"
    ) as at:
        yield at


def publish(settings: Settings) -> None:
    database = Database(settings.database_url)
    with database.session() as db:
        press, kinds = Press(db, open_store(settings)), list(Category)
        for number in range(NOTICES):
            seeds = (number % 4 + 1, (number + 1) % 4 + 1) if number % 3 == 0 else (number % 4 + 1,)
            press.publish(f"notice{number:04}", seeds=seeds, category=kinds[number % 4], days_ago=number / 50)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    database.close()


def under_load(public: str, staff: str, desks: Sequence[Desk], seconds: float) -> tuple[list[Seen], list[Asked]]:
    """The viewers are a process of their own, so that they do not hold the staff's clients up."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        viewers = pool.apply_async(view, (public, seconds))
        beside = ask(staff, desks, seconds)
        return viewers.get(), beside


def view(address: str, seconds: float) -> list[Seen]:
    """Open pages at random moments, VIEWERS / EVERY a second on average."""
    chance, mine, host = random.Random(2), threading.local(), urlsplit(address).netloc
    began, due, waiting = time.perf_counter(), 0.0, []

    def get(kind: str, path: str, due: float) -> Seen:
        for fresh in (False, True):
            if fresh or not hasattr(mine, "client"):
                mine.client = http.client.HTTPConnection(host, timeout=30)
            try:
                mine.client.request("GET", path, headers={"Accept-Encoding": "gzip"})
                answer = mine.client.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                continue  # a kept connection may have been closed meanwhile: once more, as a browser does
            return Seen(kind, answer.status, (time.perf_counter() - began - due) * 1000)
        return Seen(kind, 0, float("inf"))

    with ThreadPoolExecutor(64) as pool:
        while (due := due + chance.expovariate(VIEWERS / EVERY)) < WARM + seconds:
            kind = chance.choices(list(MIX), list(MIX.values()))[0]
            path = page(kind, chance)
            time.sleep(max(0.0, due - (time.perf_counter() - began)))
            future = pool.submit(get, kind, path, due)
            waiting += [future] if due > WARM else []
        return [future.result() for future in waiting]


def page(kind: str, chance: random.Random) -> str:
    language = chance.choice(["en", "th"])
    word = quote(chance.choice(["ferry", "scar", "บางรัก", "nobody"]))
    return {
        "notice": f"/{language}/notices/notice{chance.randrange(NOTICES):04}",
        "list": f"/{language}/",
        "search": f"/{language}/?q={word}",
        "further": f"/{language}/?category={chance.choice(list(Category))}",
        "text": f"/{language}/{chance.choice(['likenesses', 'about'])}",
    }[kind]


def report(seen: Sequence[Seen], before: Sequence[Asked], beside: Sequence[Asked], took: dict[str, float]) -> None:
    """Of the public client time, of the staff server time as in `benchmarks.staff`; in milliseconds."""
    print("| page | asked for | errors | p50 | p95 | p99 |\n|---|---|---|---|---|---|")
    for kind in (*MIX, "all"):
        some = [one for one in seen if kind in (one.kind, "all")]
        p50, p95, p99 = np.percentile([one.late for one in some if one.status == 200], (50, 95, 99))
        wrong = sum(one.status != 200 for one in some)
        print(f"| {kind} | {len(some)} | {wrong} | {p50:.0f} ms | {p95:.0f} ms | {p99:.0f} ms |")
    alone, loaded = (
        float(np.percentile([took[one.request_id] for one in asked if one.status == 200], 95))
        for asked in (before, beside)
    )
    wrong = sum(one.status != 200 for one in [*before, *beside])
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    met = p99 < TARGET and not any(one.status != 200 for one in seen) and loaded <= 2 * alone and not wrong
    print(f"\nStaff, p95: {alone:.0f} ms alone, {loaded:.0f} ms beside the public; {wrong} errors.")
    print(
        f"Target: no error, p99 below {TARGET:.0f} ms, the staff's p95 at most doubled; {'met' if met else 'missed'}."
    )
    print(f"Load of the machine: {load}.")


if __name__ == "__main__":
    main()
