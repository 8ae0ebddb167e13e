"""Clients that go on while the database is stopped and comes back: 503 and never 500, and every key one sketch."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from sqlalchemy import func, select

from app.database import Database, upgrade
from app.identity import sessions
from models import IdempotentRequest, Job, Sketch
from tests.app.conftest import settings_for
from tests.app.drawings import drawing_png
from tests.live import LiveServer, live
from tests.people import add_person
from tests.servers import wait_until
from tests.switches import PostgresSwitch, postgres_switch

CLIENTS, EACH = 4, 12


@dataclass
class Client:
    """Hands in drawings one after another, each under a key of its own until it is taken."""

    url: str
    cookie: str
    token: str
    number: int
    statuses: list[int] = field(default_factory=list)
    added: list[str] = field(default_factory=list)

    def run(self, halfway: threading.Barrier) -> None:
        pause = threading.Event()
        for count in range(EACH):
            if count == EACH // 3:
                halfway.wait(60)
            name = f"{self.number}-{count}"
            for _ in range(300):
                status, address = self._send(name, drawing_png(self.number * 100 + count))
                self.statuses.append(status)
                if status == 200:
                    self.added.append(address)
                    break
                pause.wait(0.1)

    def _send(self, name: str, png: bytes) -> tuple[int, str]:
        headers = {"Accept": "application/json", "Idempotency-Key": name}
        files, cookies = {"files": (f"{name}.png", png)}, {"semblance": self.cookie}
        sending = {"csrf_token": self.token, "title": name}
        answer = requests.post(
            f"{self.url}/sketches/new", sending, files=files, headers=headers, cookies=cookies, timeout=60
        )
        found = answer.json() if answer.headers["Content-Type"].startswith("application/json") else {}
        return answer.status_code, "".join(one["address"] for one in found.get("added", []))


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.redis
def test_every_key_is_one_sketch_and_nobody_sees_a_500(tmp_path: Path, redis_url: str) -> None:
    with postgres_switch() as switch:
        servers = {"DATABASE_URL": switch.database("records"), "REDIS_URL": redis_url, "WORKERS": "0"}
        settings = settings_for(tmp_path / "var", **servers)
        upgrade(settings.database_url)
        database = Database(settings.database_url)
        with database.session() as db:
            started = sessions.start(db, add_person(db, "a@example.org", "Person 1"))
            cookie, token = started.token, started.row.csrf_token
        with live(tmp_path / "var", **servers) as server:
            clients = [Client(server.url, cookie, token, number) for number in range(1, CLIENTS + 1)]
            _go_on_through(clients, lambda: _off_and_on(switch, server))
            statuses = Counter(status for client in clients for status in client.statuses)
            assert set(statuses) == {200, 503}, statuses
            assert not server.said("starting it again")
        with database.session() as db:
            assert db.scalar(select(func.count()).select_from(Sketch)) == CLIENTS * EACH
            assert db.scalar(select(func.count()).select_from(Job)) == CLIENTS * EACH
            assert db.scalar(select(func.count()).select_from(IdempotentRequest)) == CLIENTS * EACH
            named = {f"/sketches/{one.id}": one.title for one in db.scalars(select(Sketch))}
        for client in clients:
            assert [named[address] for address in client.added] == [f"{client.number}-{n}" for n in range(EACH)]
        database.close()


def _go_on_through(clients: list[Client], what: Callable[[], None]) -> None:
    halfway = threading.Barrier(len(clients) + 1)
    threads = [threading.Thread(target=client.run, args=(halfway,)) for client in clients]
    for thread in threads:
        thread.start()
    halfway.wait(60)
    what()
    for thread in threads:
        thread.join(120)


def _off_and_on(switch: PostgresSwitch, server: LiveServer) -> None:
    switch.stop()
    refused = f"{server.url}/readyz"
    wait_until(lambda: requests.get(refused, timeout=60).status_code == 503, 60, "the probe's notice")
    threading.Event().wait(2)  # long enough for every client to be refused
    switch.start()
    wait_until(lambda: requests.get(refused, timeout=60).status_code == 200, 60, "the return")
