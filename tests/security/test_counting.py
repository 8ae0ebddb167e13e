"""Where requests are counted: in Redis for all processes together, or in each of them while it is away."""

import contextlib
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis
import requests
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from app import counting, create_app
from app.counting import Counters
from app.settings import Settings
from tests.app.web import Browser
from tests.security.conftest import settings_for
from tests.security.test_limits import from_address, guess
from tests.security.web_server import gunicorn
from tests.servers import free_port


class Watched(SlidingWindowCounterRateLimiter):
    """Notes how many count at once, and lets others try."""

    def __init__(self) -> None:
        super().__init__(MemoryStorage())
        self.inside, self.most = 0, 0

    def hit(self, item: RateLimitItem, *identifiers: str, cost: int = 1) -> bool:
        self.inside += 1
        self.most = max(self.most, self.inside)
        threading.Event().wait(0.005)
        self.inside -= 1
        return super().hit(item, *identifiers, cost=cost)


def test_the_threads_of_one_process_count_one_after_the_other(tmp_path: Path) -> None:
    counters, item, watched = Counters(settings_for(tmp_path)), parse("30/day"), Watched()
    counters._own = watched
    with ThreadPoolExecutor(4) as pool:
        counted = list(pool.map(lambda _: counters.hit(item, "somebody"), range(40)))
    assert sum(counted) == 30
    assert watched.most == 1


@pytest.mark.redis
def test_nothing_in_redis_names_a_person_or_an_address(tmp_path: Path, redis_url: str) -> None:
    app = create_app(settings_for(tmp_path / "var", REDIS_URL=redis_url))
    guess(from_address(app, "192.0.2.77"), "named.person@example.org")
    with redis.Redis.from_url(redis_url) as client:
        keys = [key.decode() for key in client.keys("*limits*")]
        assert len(keys) >= 3
        assert all(0 < client.ttl(key) <= 2 * 86_400 for key in keys)
    assert not re.search(r"192\.0|named|person|example", " ".join(keys))


@pytest.mark.redis
@pytest.mark.slow
def test_two_web_processes_share_a_limit_by_redis(tmp_path: Path, redis_url: str) -> None:
    """Real gunicorns on two ports; without Redis each of them would answer 30 times."""
    settings_for(tmp_path / "var")
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(gunicorn(tmp_path / "var", REDIS_URL=redis_url)) for _ in range(2)]
        got = [
            requests.get(f"{servers[number % 2]}/set-password/{number}", timeout=60).status_code for number in range(34)
        ]
    assert got == [410] * 30 + [429] * 4


def silent_server() -> tuple[str, threading.Event, threading.Thread]:
    """Takes connections and never answers, as a Redis behind a broken network does."""
    listener, stop = socket.create_server(("127.0.0.1", 0)), threading.Event()
    listener.settimeout(0.05)
    kept = []

    def take() -> None:
        while not stop.is_set():
            try:
                kept.append(listener.accept()[0])
            except TimeoutError:
                continue
        for connection in kept:
            connection.close()
        listener.close()

    thread = threading.Thread(target=take)
    thread.start()
    return f"redis://127.0.0.1:{listener.getsockname()[1]}/0", stop, thread


@pytest.mark.usefixtures("windows_stand")
def test_without_an_answer_from_redis_pages_stay_quick_and_limits_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One request waits for it, for a quarter of a second, and says so; the others do not ask it."""
    monkeypatch.setattr(counting, "REST", 3600.0)
    url, stop, thread = silent_server()
    try:
        browser = Browser(create_app(settings_for(tmp_path / "var", REDIS_URL=url)))
        answers = [browser.get(f"/set-password/{number}").status_code for number in range(32)]
    finally:
        stop.set()
        thread.join()
    assert answers == [410] * 30 + [429] * 2
    assert capsys.readouterr().err.count("limits_not_shared") == 1


@pytest.mark.redis
def test_redis_is_asked_again_once_it_is_back(
    settings: Settings, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "ANSWER_WITHIN", 60.0)  # of a Redis that is there, on a busy machine
    monkeypatch.setattr(counting, "REST", 3600.0)
    item = parse("5/minute")
    counters = Counters(settings_for(tmp_path / "away", REDIS_URL=f"redis://127.0.0.1:{free_port()}/0"))
    assert counters.hit(item, "k")
    assert counters._resting_until > time.monotonic()
    back = Counters(settings_for(tmp_path / "back", REDIS_URL=redis_url))
    counters._shared, counters._resting_until = back._shared, 0.0
    for _ in range(5):
        assert counters.hit(item, "k")
    assert not back.room(item, "k")
