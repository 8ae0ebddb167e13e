"""Real worker processes that are killed, hung, starved and stopped: nothing is lost, nothing is done twice."""

import signal
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import jobs
from app.carrier import Carrier
from app.database import Database, upgrade
from app.settings import Settings
from app.slot import SlotTaken, hold_slot
from app.storage import open_store
from app.studio import service
from models import Account, AccountRole, Job, JobKind, JobState, Likeness, Role, Sketch, Worker
from tests.app.conftest import settings_for, woken_database
from tests.app.crew import Crew, crew
from tests.app.drawings import drawing_png
from tests.app.worker_process import MOMENTS
from tests.people import Person
from tests.servers import redis_server, wait_until

pytestmark = pytest.mark.slow
database = woken_database


@pytest.fixture
def workers(settings: Settings) -> Iterator[Crew]:
    with crew(settings.var) as hired:
        yield hired


@pytest.fixture
def owner(person: Person) -> Account:
    return person()


@pytest.fixture
def sketch(db: Session, settings: Settings, owner: Account) -> Sketch:
    return service.create_sketch(db, open_store(settings), owner, drawing_png(1), "a.png")


def states(db: Session) -> list[str]:
    db.rollback()
    return [str(state) for state in db.scalars(select(Job.state).order_by(Job.created_at))]


def wait_for(db: Session, workers: Crew | None, done: Callable[[], bool], what: str) -> None:
    def look() -> bool:
        if workers is not None:
            workers.tend()
        db.rollback()
        return done()

    wait_until(look, 600, what)


def all_over(db: Session) -> bool:
    return not set(states(db)) & {"queued", "running"}


def likenesses(db: Session) -> int:
    db.rollback()
    return db.scalar(select(func.count()).select_from(Likeness)) or 0


def objects(settings: Settings) -> set[str]:
    path = settings.storage_path
    assert path is not None
    return {str(one.relative_to(path)) for one in path.rglob("*") if one.is_file()}


def named_objects(db: Session) -> set[str]:
    """The objects that rows speak of."""
    keys = (
        select(Sketch.original_key),
        select(Sketch.clean_key),
        select(Sketch.thumbnail_key),
        select(Likeness.image_key),
        select(Likeness.thumbnail_key),
    )
    return {key for query in keys for key in db.scalars(query)}


def job_of(db: Session, job: Job) -> Job:
    db.rollback()
    return db.scalars(select(Job).where(Job.id == job.id).execution_options(populate_existing=True)).one()


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_worker_killed_at_any_moment_loses_nothing_and_doubles_nothing(
    db: Session, settings: Settings, workers: Crew, owner: Account, sketch: Sketch, moment: str
) -> None:
    job = service.request_render(db, owner, sketch, "pix2pix", 1)
    workers.settings.update(SEMBLANCE_TEST_DIE_AT=moment)
    workers.start()
    wait_for(db, workers, lambda: workers.restarts == 1, "the death")
    wait_for(db, workers, lambda: all_over(db), "the work")
    assert states(db) == ["done", "done"]
    assert likenesses(db) == 1
    assert objects(settings) == named_objects(db)
    job = job_of(db, job)
    assert job.attempts == (1 if moment == "committed" else 2)
    assert job.deaths == 0


def test_a_lost_workers_job_goes_to_another_when_its_lease_runs_out(
    db: Session, workers: Crew, owner: Account, sketch: Sketch
) -> None:
    job = service.request_render(db, owner, sketch, "pix2pix", 1)
    lost = workers.start("1", SEMBLANCE_TEST_DIE_AT="rendering")
    assert lost.wait(300) == -signal.SIGKILL
    workers.start("2")
    wait_for(db, None, lambda: all_over(db), "the work")
    assert job_of(db, job).attempts == 2
    assert likenesses(db) == 1


def test_a_sketch_that_always_kills_is_parked_and_the_others_proceed(
    db: Session, workers: Crew, owner: Account, sketch: Sketch
) -> None:
    poison = service.request_render(db, owner, sketch, "pix2pix", 666)
    others = [service.request_render(db, owner, sketch, "pix2pix", seed) for seed in range(5)]
    workers.settings.update(SEMBLANCE_TEST_POISON="666")
    workers.start()
    wait_for(db, workers, lambda: all_over(db), "the work")
    parked = job_of(db, poison)
    assert (parked.state, parked.deaths, parked.attempts) == (JobState.PARKED, 3, 4)
    assert "three times" in parked.reason
    assert (workers.restarts, workers.explained) == (4, 3)  # the deaths alone are the sketch's, not the worker's
    assert all(job_of(db, job).state == JobState.DONE for job in others)
    assert likenesses(db) == 5
    finished = [job_of(db, job).finished_at for job in others]
    assert parked.finished_at is not None
    assert all(time is not None and time < parked.finished_at for time in finished)


@pytest.mark.postgres
@pytest.mark.redis
def test_two_workers_on_postgresql_and_redis_do_every_job_exactly_once(
    tmp_path: Path, postgres_url: str, redis_url: str
) -> None:
    servers = {"DATABASE_URL": postgres_url, "REDIS_URL": redis_url}
    settings = settings_for(tmp_path / "var", **servers)
    upgrade(settings.database_url)
    database = Database(settings.database_url, on_work=Carrier(settings).wake)
    with crew(settings.var, **servers) as hired, database.session() as db:
        account = Account(email="a@example.org", name="A", role_rows=[AccountRole(role=Role.INVESTIGATOR)])
        db.add(account)
        db.commit()
        hired.start("1")
        hired.start("2")
        hired.wait_ready("1")
        hired.wait_ready("2")
        store = open_store(settings)
        sketches = [service.create_sketch(db, store, account, drawing_png(n), "a.png") for n in (1, 2, 3)]
        for seed in range(9):
            for sketch in sketches:
                service.request_render(db, account, sketch, "pix2pix", seed)
        wait_for(db, None, lambda: all_over(db), "the work")
        assert states(db) == ["done"] * 30
        assert set(db.scalars(select(Job.attempts))) == {1}
        made = list(db.scalars(select(Likeness)))
        assert len(made) == 27
        assert {(one.sketch_id, one.number) for one in made} == {
            (sketch.id, number) for sketch in sketches for number in range(1, 10)
        }
        assert len({one.provenance["process"] for one in made}) == 2
        for one in made:  # every output belongs to its own input
            expected = next(sketch for sketch in sketches if sketch.id == one.sketch_id)
            assert one.provenance["input"]["sha256"] == expected.original_sha256
    database.close()


def test_a_lost_carrier_loses_no_work(
    db: Session, settings: Settings, workers: Crew, owner: Account, sketch: Sketch
) -> None:
    service.request_render(db, owner, sketch, "pix2pix", 1)
    for path in settings.var.glob("huey.db*"):
        path.unlink()
    workers.start()
    wait_for(db, workers, lambda: all_over(db), "the work")
    assert states(db) == ["done", "done"]


@pytest.mark.redis
def test_while_redis_is_gone_requests_are_quick_and_work_is_still_found(tmp_path: Path) -> None:
    with redis_server() as url:
        settings = settings_for(tmp_path / "var", REDIS_URL=url)
        upgrade(settings.database_url)
        carrier = Carrier(settings)
        database = Database(settings.database_url, on_work=carrier.wake)
        with crew(settings.var, REDIS_URL=url) as hired, database.session() as db:
            account = Account(email="a@example.org", name="A", role_rows=[AccountRole(role=Role.INVESTIGATOR)])
            db.add(account)
            db.commit()
            hired.start()
            hired.wait_ready()
            store = open_store(settings)
            service.create_sketch(db, store, account, drawing_png(1), "a.png")
            wait_for(db, None, lambda: all_over(db), "the work while Redis is there")
            stop_redis(url)
            sketch = service.create_sketch(db, store, account, drawing_png(2), "b.png")
            job = service.request_render(db, account, sketch, "pix2pix", 1)
            wait_for(db, None, lambda: all_over(db), "the work without Redis")
            assert job_of(db, job).state == JobState.DONE
            said = hired.log("1").read_text()
            assert "carrier_unreachable" in said
            assert "Traceback" not in said
            database.close()


def stop_redis(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.shutdown(nosave=True)
        with pytest.raises(redis.exceptions.ConnectionError):
            client.ping()


def test_a_worker_asked_to_stop_hands_its_job_back(
    db: Session, settings: Settings, workers: Crew, owner: Account, sketch: Sketch
) -> None:
    hold = settings.var / "hold"
    hold.touch()
    job = service.request_render(db, owner, sketch, "pix2pix", 1)
    process = workers.start("1", SEMBLANCE_TEST_HOLD=str(hold))
    wait_for(db, None, lambda: job_of(db, job).state == JobState.RUNNING, "the claim")
    process.terminate()
    assert process.wait(60) == 0
    job = job_of(db, job)
    assert (job.state, job.alone, job.deaths) == (JobState.QUEUED, False, 0)
    db.rollback()
    assert db.scalars(select(Worker)).one().stopped_at is not None
    hold.unlink()
    workers.start()
    wait_for(db, workers, lambda: all_over(db), "the work")
    assert likenesses(db) == 1


def test_a_cancelled_job_leaves_no_likeness(
    db: Session, settings: Settings, workers: Crew, owner: Account, sketch: Sketch
) -> None:
    hold = settings.var / "hold"
    hold.touch()
    job = service.request_render(db, owner, sketch, "pix2pix", 1)
    workers.start("1", SEMBLANCE_TEST_HOLD=str(hold))
    wait_for(db, None, lambda: job_of(db, job).state == JobState.RUNNING, "the claim")
    service.cancel(db, owner, job)
    after = service.request_render(db, owner, sketch, "pix2pix", 2)
    hold.unlink()
    wait_for(db, workers, lambda: job_of(db, after).state == JobState.DONE, "the next job")
    assert job_of(db, job).state == JobState.CANCELLED
    assert [one.seed for one in db.scalars(select(Likeness))] == [2]


def test_a_job_without_end_is_given_up_by_ending_the_worker(
    db: Session, settings: Settings, workers: Crew, owner: Account, sketch: Sketch
) -> None:
    hold = settings.var / "hold"
    hold.touch()
    service.request_render(db, owner, sketch, "pix2pix", 1)
    process = workers.start("1", SEMBLANCE_TEST_HOLD=str(hold), SEMBLANCE_JOB_SECONDS="1")
    assert process.wait(300) == 70
    hold.unlink()
    workers.start("1")
    wait_for(db, workers, lambda: all_over(db), "the work")
    assert states(db) == ["done", "done"]


def test_a_job_that_breaks_says_so_and_the_next_one_runs(
    db: Session, workers: Crew, owner: Account, sketch: Sketch
) -> None:
    broken = service.request_render(db, owner, sketch, "pix2pix", 13)
    fine = service.request_render(db, owner, sketch, "pix2pix", 1)
    workers.start()
    wait_for(db, workers, lambda: all_over(db), "the work")
    assert job_of(db, broken).state == JobState.FAILED
    assert "did not expect" in job_of(db, broken).reason
    assert job_of(db, fine).state == JobState.DONE
    assert workers.restarts == 0
    assert jobs.retry(db, broken).state == JobState.QUEUED


def test_a_slot_has_one_worker_until_that_is_dead(workers: Crew, database: Database, settings: Settings) -> None:
    process = workers.start("1")
    workers.wait_ready()
    with pytest.raises(SlotTaken, match="already running"), hold_slot(settings.var, "1", wait_seconds=0.3):
        pass
    with hold_slot(settings.var, "2") as other:
        assert other.name == "2"
    process.kill()
    with hold_slot(settings.var, "1", wait_seconds=60) as held:
        assert held.host == other.host


@pytest.mark.parametrize("name", ["", "../1", "A", "a b", "-a"])
def test_a_slot_needs_a_plain_name(settings: Settings, name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a slot"), hold_slot(settings.var, name):
        pass


@pytest.mark.parametrize("carried_by", ["sqlite", pytest.param("redis", marks=pytest.mark.redis)])
def test_work_is_begun_when_it_is_announced(request: pytest.FixtureRequest, tmp_path: Path, carried_by: str) -> None:
    servers = {"REDIS_URL": request.getfixturevalue("redis_url")} if carried_by == "redis" else {}
    slow_polls = {
        "SEMBLANCE_LEASE_SECONDS": "15",
        "SEMBLANCE_HEARTBEAT_SECONDS": "5",
        "SEMBLANCE_TEST_ONLY_WOKEN": "yes",
    }
    settings = settings_for(tmp_path / "var", **servers)
    upgrade(settings.database_url)
    database = Database(settings.database_url, on_work=Carrier(settings).wake)
    with crew(settings.var, **servers) as hired, database.session() as db:
        account = Account(email="a@example.org", name="A", role_rows=[AccountRole(role=Role.INVESTIGATOR)])
        db.add(account)
        db.commit()
        hired.start("1", SEMBLANCE_TEST_ONLY_WOKEN="yes", **slow_polls)
        hired.wait_ready()
        for seed in range(1, 6):
            service.create_sketch(db, open_store(settings), account, drawing_png(seed), "a.png")
            wait_for(db, None, lambda: all_over(db), "the work")
        waited = [
            (job.started_at - job.created_at).total_seconds()
            for job in db.scalars(select(Job).where(Job.kind == JobKind.ALIGN))
            if job.started_at
        ]
        assert len(waited) == 5
        assert statistics.median(waited) < 4  # looks come every five seconds, and are left out here: it was woken
    database.close()


@pytest.mark.postgres
def test_a_database_that_drops_its_connections_is_only_a_delay(tmp_path: Path, postgres_url: str) -> None:
    settings = settings_for(tmp_path / "var", DATABASE_URL=postgres_url)
    upgrade(settings.database_url)
    database = Database(settings.database_url, on_work=Carrier(settings).wake)
    hold = settings.var / "hold"
    hold.touch()
    with crew(settings.var, DATABASE_URL=postgres_url) as hired, database.session() as db:
        account = Account(email="a@example.org", name="A", role_rows=[AccountRole(role=Role.INVESTIGATOR)])
        db.add(account)
        db.commit()
        sketch = service.create_sketch(db, open_store(settings), account, drawing_png(1), "a.png")
        job = service.request_render(db, account, sketch, "pix2pix", 1)
        hired.start("1", SEMBLANCE_TEST_HOLD=str(hold))
        wait_for(db, None, lambda: job_of(db, job).state == JobState.RUNNING, "the claim")
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        db.connection().exec_driver_sql(others + " AND datname = current_database()")
        hold.unlink()
        wait_for(db, None, lambda: all_over(db), "the work")
        assert states(db) == ["done", "done"]
        assert likenesses(db) == 1
        assert hired.living["1"].poll() is None
    database.close()
