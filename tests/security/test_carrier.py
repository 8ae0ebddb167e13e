"""Wake-ups are pickles: one that somebody else put into the queue must never be opened."""

import pickle
from pathlib import Path

import pytest
import redis

from app.carrier import Carrier
from tests.security.conftest import settings_for


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[type[Path], tuple[str]]:
        return Path, (self.path,)


class Canary(Bomb):
    def __reduce__(self):  # type: ignore[no-untyped-def]
        return open, (self.path, "w")


@pytest.mark.redis
def test_an_unsigned_message_is_never_opened(tmp_path: Path, redis_url: str) -> None:
    settings = settings_for(tmp_path / "var", REDIS_URL=redis_url)
    carrier, canary = Carrier(settings), tmp_path / "canary"
    bomb = pickle.dumps(Canary(str(canary)))
    pickle.loads(bomb).close()
    assert canary.exists(), "or the test shows nothing"
    canary.unlink()
    carrier.wake({"render"})
    with redis.Redis.from_url(redis_url) as client:
        (queue,) = [key for key in client.keys("*") if client.type(key) == b"list"]
        own = client.lrange(queue, 0, -1)
        client.delete(queue)
        client.lpush(queue, bomb, own[0][:-4] + bomb, b"")
    renders = carrier._queues["render"]
    for _ in range(3):
        with pytest.raises(Exception):  # noqa: B017, PT011 - huey's kinds differ; that none is taken is what counts
            renders.dequeue()
    assert not canary.exists()
    woken: list[str] = []
    carrier.on_wake = woken.append
    with redis.Redis.from_url(redis_url) as client:
        client.delete(queue)
        client.lpush(queue, *own)
    renders.execute(renders.dequeue())
    assert woken == ["render"]
    carrier.close()
