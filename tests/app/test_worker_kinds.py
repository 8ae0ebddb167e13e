"""Workers that take some kinds of job only: real processes, which never touch nor delay each other's work."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import workers
from app.carrier import Carrier
from app.database import Database, upgrade
from app.settings import ROOT
from app.storage import open_store
from app.studio import service
from app.supervisor.children import Part
from app.supervisor.parts import parts
from models import Account, Job, JobState, Likeness, Worker
from tests.app.conftest import settings_for
from tests.app.crew import crew
from tests.app.drawings import drawing_png
from tests.live import environment
from tests.people import add_person
from tests.servers import START_SECONDS, wait_until

ONLY_WOKEN = {"SEMBLANCE_TEST_ONLY_WOKEN": "yes"}
"""A wake-up that is lost is not made good by a look: what is done then shows that none was."""


def states(db: Session) -> set[JobState]:
    db.rollback()
    return set(db.scalars(select(Job.state)))


def add_account(db: Session) -> Account:
    return add_person(db, "a@example.org", "A")


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.redis
def test_each_kind_is_done_by_those_that_take_it_and_woken(tmp_path: Path, postgres_url: str, redis_url: str) -> None:
    servers = {"DATABASE_URL": postgres_url, "REDIS_URL": redis_url}
    settings = settings_for(tmp_path / "var", **servers)
    upgrade(settings.database_url)
    database = Database(settings.database_url, on_work=Carrier(settings).wake)
    with crew(settings.var, **servers, **ONLY_WOKEN) as hired, database.session() as db:
        account = add_account(db)
        for slot, kinds in (("1", "align"), ("2", "render"), ("3", "render")):
            hired.start(slot, "--kinds", kinds)
        for slot in ("1", "2", "3"):
            hired.wait_ready(slot)
        store = open_store(settings)
        for seed in range(1, 9):
            sketch = service.create_sketch(db, store, account, drawing_png(seed), "a.png")
            wait_until(lambda: states(db) == {JobState.DONE}, 60, "the eyes")
            service.request_render(db, account, sketch, "pix2pix", 1)
            wait_until(lambda: states(db) == {JobState.DONE}, 60, "the render")
        pids = {process.pid: slot for slot, process in hired.living.items()}
        assert {pids[one.provenance["process"]] for one in db.scalars(select(Likeness))} <= {"2", "3"}
        done_by = {worker.name[-1]: worker.kinds for worker in db.scalars(select(Worker))}
        assert done_by == {"1": ["align"], "2": ["render"], "3": ["render"]}
    database.close()


@pytest.mark.slow
@pytest.mark.parametrize("carried_by", ["sqlite", pytest.param("redis", marks=pytest.mark.redis)])
def test_a_kind_that_nobody_takes_waits_until_somebody_does(
    request: pytest.FixtureRequest, tmp_path: Path, carried_by: str
) -> None:
    servers = {"REDIS_URL": request.getfixturevalue("redis_url")} if carried_by == "redis" else {}
    settings = settings_for(tmp_path / "var", **servers)
    upgrade(settings.database_url)
    database = Database(settings.database_url, on_work=Carrier(settings).wake)
    with crew(settings.var, **servers) as hired, database.session() as db:
        account = add_account(db)
        hired.start("1", "--kinds", "align")
        hired.wait_ready("1")
        sketch = service.create_sketch(db, open_store(settings), account, drawing_png(1), "a.png")
        render = service.request_render(db, account, sketch, "pix2pix", 1)
        wait_until(lambda: states(db) == {JobState.DONE, JobState.QUEUED}, 60, "the eyes")
        assert workers.taken_kinds(db) == {"align"}
        assert service.capabilities(db) is None
        db.refresh(render)
        assert (render.state, render.attempts) == (JobState.QUEUED, 0)
        hired.start("2", "--kinds", "render")
        wait_until(lambda: states(db) == {JobState.DONE}, 60, "the render")
    database.close()


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.redis
def test_a_busy_worker_leaves_the_wake_up_to_an_idle_one(tmp_path: Path, postgres_url: str, redis_url: str) -> None:
    servers = {"DATABASE_URL": postgres_url, "REDIS_URL": redis_url}
    settings = settings_for(tmp_path / "var", **servers)
    upgrade(settings.database_url)
    database = Database(settings.database_url, on_work=Carrier(settings).wake)
    unwoken, hold = Database(settings.database_url), settings.var / "hold"
    with crew(settings.var, **servers, **ONLY_WOKEN) as hired, database.session() as db:
        account = add_account(db)
        hold.touch()
        with unwoken.session() as quietly:  # so that it is found at a look, and the first worker's ears are free
            sketch = service.create_sketch(quietly, open_store(settings), account, drawing_png(1), "a.png")
            held = service.request_render(quietly, account, sketch, "pix2pix", 1)
        hired.start("1", SEMBLANCE_TEST_HOLD=str(hold))
        wait_until(lambda: _now(db, held).state == JobState.RUNNING, START_SECONDS, "the claim")
        hired.start("2")
        hired.wait_ready("2")
        for seed in range(2, 8):
            job = service.request_render(db, account, sketch, "pix2pix", seed)
            wait_until(lambda: _now(db, job).state == JobState.DONE, 60, "the other's work")  # noqa: B023
        assert _now(db, held).state == JobState.RUNNING
        hold.unlink()
        wait_until(lambda: states(db) == {JobState.DONE}, 60, "the held one")
    database.close()
    unwoken.close()


def _now(db: Session, job: Job) -> Job:
    db.rollback()
    return db.scalars(select(Job).where(Job.id == job.id).execution_options(populate_existing=True)).one()


@pytest.mark.parametrize(
    "arguments,words",
    [
        (["--kinds", "bake"], "align, render"),
        (["--kinds", ""], "align, render"),
        (["--device", "tpu"], "cuda:N"),
        (["--slot", "Not a slot"], "cannot name a slot"),
    ],
)
def test_what_a_worker_cannot_be_told_is_one_sentence(tmp_path: Path, arguments: list[str], words: str) -> None:
    command = [sys.executable, "-m", "app.worker", *arguments]
    environ = environment(tmp_path)
    told = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 1
    assert words in told.stderr
    assert told.stderr.count("\n") == 1


def _workers(var: Path, **environ: str) -> list[Part]:
    return [part for part in parts(settings_for(var, **environ)) if part.name != "web"]


def _option(part: Part, name: str) -> str:
    return part.command[list(part.command).index(name) + 1]


def test_make_run_starts_as_many_workers_as_told(tmp_path: Path) -> None:
    assert [part.name for part in _workers(tmp_path)] == ["worker"]
    assert _workers(tmp_path, WORKERS="0") == []
    three = _workers(tmp_path, WORKERS="3")
    assert [part.name for part in three] == ["worker", "worker-2", "worker-3"]
    assert [_option(part, "--slot") for part in three] == ["1", "2", "3"]
    assert {_option(part, "--device") for part in three} == {"auto"}
    assert len({part.suspect for part in three}) == 3


def test_every_device_has_a_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    found = _workers(tmp_path, SEMBLANCE_DEVICES="cuda:0, cuda:1,cpu")
    assert [_option(part, "--device") for part in found] == ["cuda:0", "cuda:1", "cpu"]
    alone = _workers(tmp_path, SEMBLANCE_DEVICES="cpu,cpu")
    threads = {part.environment["OMP_NUM_THREADS"] for part in alone}
    assert threads == {str(max(1, int(found[0].environment["OMP_NUM_THREADS"]) // 2))}
