"""A rolling deploy: a former version of the code and today's, side by side on one installation."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.settings import ROOT
from tests.app.drawings import drawing_png
from tests.deploy.versions import Version, former, released, stop, stopped_at_the_end, unpack
from tests.deploy.visitor import Visitor, Watch, wait_for_answer
from tests.live import environment
from tests.servers import free_port, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.redis]

KEY = "5f4dcc3b9aa765d61d8327deb882cf99" * 2


class Machine(Version):
    """A version with a port of its own; all share records, objects and Redis."""

    def __init__(self, code: Path, var: Path, shared: dict[str, str]) -> None:
        self.port = free_port()
        super().__init__(code, var, environment(var, PORT=str(self.port), SECRET_KEY=KEY, **shared))
        self.url = f"http://127.0.0.1:{self.port}"

    def serve(self) -> None:
        self.start("web")
        wait_for_answer(self.port)

    def work(self) -> None:
        self.start("worker")
        wait_until(lambda: "worker_ready" in self.log("worker").read_text(), 300, "the worker's start")


@pytest.fixture(params=[former, released], ids=["the newest migration", "all since the last release"])
def machines(
    request: pytest.FixtureRequest, tmp_path: Path, postgres_url: str, redis_url: str
) -> tuple[Machine, Machine]:
    """The old and the new."""
    commit: Callable[[], str] = request.param
    unpack(commit, tmp_path / "former")
    shared = {
        "DATABASE_URL": postgres_url,
        "REDIS_URL": redis_url,
        "STORAGE_URL": (tmp_path / "objects").as_uri(),
    }
    return Machine(tmp_path / "former", tmp_path / "old", shared), Machine(ROOT, tmp_path / "new", shared)


def test_old_and_new_code_work_side_by_side_across_the_migrations(machines: tuple[Machine, Machine]) -> None:
    old, new = machines
    visitor = Visitor()
    with stopped_at_the_end(old, new):
        old.run("app.database", "upgrade")
        before_it = old.run("app.database", "current").strip()
        old.serve()
        old.work()
        visitor.begin(old.run("app.accounts", "first-link").strip())
        first = visitor.upload(old.url, drawing_png(1))
        watch = Watch(visitor, first)
        watch.bases.append(old.url)

        visitor.ask(old.url, first, 1)
        before = visitor.wait_for(old.url, first, 1)
        new.run("app.supervisor.part", "migrate")
        assert new.run("app.database", "current").strip() > before_it

        # The old code goes on, with rows that the new schema has more columns for.
        second = visitor.upload(old.url, drawing_png(2))
        visitor.ask(old.url, second, 2)
        visitor.wait_for(old.url, second, 2)

        # The new web server beside it: the same sign-in, each other's sketches, and the old worker does its work.
        new.serve()
        watch.bases.append(new.url)
        assert visitor.get(f"{new.url}{first}").status_code == 200
        assert visitor.wait_for(new.url, first, 1) == before
        third = visitor.upload(new.url, drawing_png(3))
        visitor.ask(new.url, third, 3)
        assert visitor.wait_for(old.url, third, 3) == visitor.wait_for(new.url, third, 3)

        # Then the workers: the new one does what was asked of the old web server.
        new.work()
        stop(old.processes[1])
        fourth = visitor.upload(old.url, drawing_png(4))
        visitor.ask(old.url, fourth, 4)
        visitor.ask(old.url, first, 4)
        assert visitor.wait_for(old.url, fourth, 4) == visitor.wait_for(new.url, fourth, 4)
        visitor.wait_for(new.url, first, 4)
        watch.stop()
    _check(visitor, watch)


def _check(visitor: Visitor, watch: Watch) -> None:
    assert len(watch.statuses) > 50
    assert {url.partition("/s")[0] for url, _ in watch.statuses} == set(watch.bases)
    assert [answer for answer in watch.statuses if answer[1] != 200] == []
    assert [answer for answer in visitor.statuses if answer[1] not in (200, 303)] == []
