"""The queue on both databases: order, leases, deaths, and results that cannot be given twice."""

import dataclasses
import datetime as dt
import threading
import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import jobs, leases, workers
from app.database import Database, clock, transaction
from app.errors import Conflict
from app.leases import Claim, LeaseLost
from app.settings import Settings
from app.station import Station
from app.storage import LocalStore
from models import Account, Job, JobKind, JobState, Worker
from tests.app.renderers import QuickRenderer
from tests.people import Person
from tests.servers import wait_until

KINDS = list(JobKind)
LEASE = 15.0


@pytest.fixture
def owner(person: Person) -> Account:
    return person()


@pytest.fixture
def worker(db: Session) -> Worker:
    return workers.register(db, "host", "1", {})


def add(db: Session, owner: Account, kind: JobKind = JobKind.RENDER) -> Job:
    with transaction(db):
        return jobs.enqueue(db, kind, uuid.uuid4(), owner.id, {"seed": 1})


def take(db: Session, worker: Worker) -> Claim:
    claim = leases.claim(db, worker, KINDS, LEASE)
    assert claim is not None
    return claim


def now_is(db: Session, job: Job) -> Job:
    db.rollback()
    db.refresh(job)
    return job


def expire(db: Session, job: Job) -> None:
    with transaction(db):
        jobs.held(db, job.id).lease_expires_at = clock(db) - dt.timedelta(seconds=1)


def die(db: Session, worker: Worker, job: Job) -> Job:
    """Have the worker take this job and die on it."""
    assert take(db, worker).job_id == job.id
    expire(db, job)
    assert leases.recover_expired(db, LEASE) == 1
    return now_is(db, job)


def test_a_job_is_claimed_once_and_done_once(db: Session, owner: Account, worker: Worker) -> None:
    job = add(db, owner)
    claim = take(db, worker)
    assert (claim.job_id, claim.attempt, claim.params) == (job.id, 1, {"seed": 1})
    assert leases.claim(db, worker, KINDS, LEASE) is None
    now_is(db, job)
    assert (job.state, job.lease_owner) == (JobState.RUNNING, worker.id)
    with transaction(db):
        leases.finish(db, claim)
    now_is(db, job)
    assert (job.state, job.lease_owner, job.lease_expires_at) == (JobState.DONE, None, None)
    with pytest.raises(LeaseLost), transaction(db):
        leases.finish(db, claim)


def test_lower_priority_goes_first_then_the_older(db: Session, owner: Account, worker: Worker) -> None:
    first, second = add(db, owner), add(db, owner)
    urgent = add(db, owner, JobKind.ALIGN)
    assert [jobs.position(db, job) for job in (urgent, first, second)] == [1, 2, 3]
    assert jobs.positions(db, [second, urgent]) == {second.id: 3, urgent.id: 1}
    for expected in (urgent, first, second):
        claim = take(db, worker)
        assert claim.job_id == expected.id
        assert jobs.position(db, now_is(db, expected)) == 0
        assert jobs.positions(db, [expected]) == {}
        with transaction(db):
            leases.finish(db, claim)


def test_a_worker_takes_only_its_kinds(db: Session, owner: Account, worker: Worker) -> None:
    add(db, owner, JobKind.ALIGN)
    assert leases.claim(db, worker, [JobKind.RENDER], LEASE) is None
    assert leases.claim(db, worker, [JobKind.ALIGN], LEASE) is not None


def test_a_renewed_lease_is_not_recovered(db: Session, owner: Account, worker: Worker) -> None:
    job = add(db, owner)
    claim = take(db, worker)
    expire(db, job)
    assert leases.renew(db, claim, LEASE)
    assert leases.recover_expired(db, LEASE) == 0
    assert now_is(db, job).state == JobState.RUNNING


def test_who_lost_the_lease_can_do_nothing(db: Session, owner: Account, worker: Worker) -> None:
    job = add(db, owner)
    lost = take(db, worker)
    expire(db, job)
    leases.recover_expired(db, LEASE)
    for _ in range(2):  # while the job waits, and while the same worker holds it anew
        assert not leases.renew(db, lost, LEASE)
        with pytest.raises(LeaseLost):
            leases.fail(db, lost, "no")
        with pytest.raises(LeaseLost):
            leases.hand_back(db, lost)
        with pytest.raises(LeaseLost), transaction(db):
            leases.finish(db, lost)
        leases.claim(db, worker, KINDS, LEASE)
    assert now_is(db, job).state == JobState.RUNNING
    assert job.attempts == 2


def test_a_lease_from_before_a_clock_jump_runs_out(db: Session, owner: Account, worker: Worker) -> None:
    job = add(db, owner)
    take(db, worker)
    with transaction(db):
        jobs.held(db, job.id).lease_expires_at = clock(db) + dt.timedelta(hours=1)
    assert leases.recover_expired(db, LEASE) == 1
    assert now_is(db, job).state == JobState.QUEUED


def test_the_first_death_makes_alone_and_three_more_park(db: Session, owner: Account, worker: Worker) -> None:
    job = add(db, owner)
    seen = [(die(db, worker, job).state, job.alone, job.deaths) for _ in range(4)]
    assert seen == [
        (JobState.QUEUED, True, 0),
        (JobState.QUEUED, True, 1),
        (JobState.QUEUED, True, 2),
        (JobState.PARKED, True, 3),
    ]
    assert "three times" in job.reason
    assert leases.claim(db, worker, KINDS, LEASE) is None


def test_a_parked_job_can_be_tried_again_and_stays_alone(db: Session, owner: Account, worker: Worker) -> None:
    job = add(db, owner)
    for _ in range(4):
        die(db, worker, job)
    jobs.retry(db, job)
    now_is(db, job)
    assert (job.state, job.alone, job.deaths, job.reason) == (JobState.QUEUED, True, 0, "")


def test_who_waits_already_goes_before_a_suspect(db: Session, owner: Account, worker: Worker) -> None:
    suspect, innocent = add(db, owner), add(db, owner)
    die(db, worker, suspect)
    later = add(db, owner)
    assert [jobs.position(db, job) for job in (innocent, suspect, later)] == [1, 2, 3]


def test_a_suspect_waits_for_an_idle_host(db: Session, owner: Account, worker: Worker) -> None:
    neighbour = workers.register(db, "host", "2", {})
    elsewhere = workers.register(db, "other", "1", {})
    suspect, _ = add(db, owner), add(db, owner)
    die(db, worker, suspect)
    beside = take(db, neighbour)
    assert leases.claim(db, worker, KINDS, LEASE) is None
    assert take(db, elsewhere).job_id == suspect.id
    with transaction(db):
        leases.finish(db, beside)


def test_nothing_begins_beside_a_suspect(db: Session, owner: Account, worker: Worker) -> None:
    neighbour = workers.register(db, "host", "2", {})
    elsewhere = workers.register(db, "other", "1", {})
    suspect = add(db, owner)
    die(db, worker, suspect)
    alone = take(db, worker)
    innocent = add(db, owner)
    assert leases.claim(db, neighbour, KINDS, LEASE) is None
    assert take(db, elsewhere).job_id == innocent.id
    another = add(db, owner)
    with transaction(db):
        leases.finish(db, alone)
    assert take(db, neighbour).job_id == another.id


def test_a_slot_taken_over_gives_its_work_back_at_once(db: Session, owner: Account, worker: Worker) -> None:
    job, other = add(db, owner), add(db, owner)
    neighbour = workers.register(db, "host", "2", {})
    take(db, worker)
    take(db, neighbour)
    assert leases.recover_slot(db, "host/1") == 1
    assert now_is(db, job).state == JobState.QUEUED
    assert now_is(db, other).state == JobState.RUNNING


def test_handing_back_blames_nobody_and_keeps_the_place(db: Session, owner: Account, worker: Worker) -> None:
    job, second = add(db, owner), add(db, owner)
    leases.hand_back(db, take(db, worker))
    now_is(db, job)
    assert (job.state, job.alone, job.deaths) == (JobState.QUEUED, False, 0)
    assert [jobs.position(db, one) for one in (job, second)] == [1, 2]


def test_a_failed_job_says_why_and_is_not_tried_again_by_itself(db: Session, owner: Account, worker: Worker) -> None:
    job = add(db, owner)
    leases.fail(db, take(db, worker), "x" * 600)
    now_is(db, job)
    assert (job.state, job.reason) == (JobState.FAILED, "x" * 500)
    assert leases.claim(db, worker, KINDS, LEASE) is None
    jobs.retry(db, job)
    assert take(db, worker).attempt == 2


def test_a_cancelled_job_drops_its_result(db: Session, owner: Account, worker: Worker) -> None:
    job = add(db, owner)
    claim = take(db, worker)
    jobs.cancel(db, job)
    assert not leases.renew(db, claim, LEASE)
    with pytest.raises(LeaseLost), transaction(db):
        leases.finish(db, claim)
    assert now_is(db, job).state == JobState.CANCELLED


def test_what_is_over_cannot_be_cancelled_and_what_is_not_cannot_be_retried(
    db: Session, owner: Account, worker: Worker
) -> None:
    job = add(db, owner)
    with pytest.raises(Conflict):
        jobs.retry(db, job)
    claim = take(db, worker)
    with pytest.raises(Conflict):
        jobs.retry(db, job)
    with transaction(db):
        leases.finish(db, claim)
    for action in (jobs.retry, jobs.cancel):
        with pytest.raises(Conflict):
            action(db, job)


def test_many_workers_take_every_job_exactly_once(database: Database, db: Session, owner: Account) -> None:
    wanted = {add(db, owner).id for _ in range(24)}
    crew = [workers.register(db, f"host{number % 2}", str(number), {}) for number in range(4)]
    for worker in crew:
        db.refresh(worker)
    db.expunge_all()  # the threads must not load through this thread's session
    taken: list[uuid.UUID] = []
    failures: list[BaseException] = []

    def work(worker: Worker) -> None:
        try:
            with database.session() as own:
                while claim := leases.claim(own, worker, KINDS, LEASE):
                    taken.append(claim.job_id)
                    with transaction(own):
                        leases.finish(own, claim)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in crew]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    # A claim may come back empty while another looks at the same job; what is left is found next time.
    work(crew[0])
    assert len(taken) == 24
    assert set(taken) == wanted


def test_the_newest_living_worker_speaks_for_all(db: Session) -> None:
    assert workers.newest_live(db) is None
    old = workers.register(db, "host", "1", {"device": "cpu"})
    new = workers.register(db, "host", "2", {"device": "cuda"})
    assert workers.newest_live(db) == new
    workers.stop(db, new)
    assert workers.newest_live(db) == old
    with transaction(db):
        old.heartbeat_at = clock(db) - dt.timedelta(minutes=1)
    assert workers.newest_live(db) is None
    workers.beat(db, old)
    assert workers.newest_live(db) == old


def test_a_new_process_in_a_slot_ends_the_record_of_the_old(db: Session) -> None:
    old = workers.register(db, "host", "1", {})
    new = workers.register(db, "host", "1", {})
    db.refresh(old)
    assert old.stopped_at is not None
    assert new.stopped_at is None


def test_old_workers_are_forgotten_but_not_busy_ones_nor_the_newest(
    db: Session, owner: Account, worker: Worker
) -> None:
    add(db, owner)
    take(db, worker)
    gone, last = workers.register(db, "host", "2", {}), workers.register(db, "host", "3", {})
    with transaction(db):
        for one in (worker, gone, last):
            db.merge(one).heartbeat_at = clock(db) - dt.timedelta(days=30)
    workers.forget_old(db)
    assert set(db.scalars(select(Worker.id))) == {worker.id, last.id}


def test_after_the_records_were_away_living_workers_get_time_to_renew(
    db: Session, database: Database, settings: Settings, store: LocalStore, owner: Account, worker: Worker
) -> None:
    quick = dataclasses.replace(settings, lease_seconds=20.0, heartbeat_seconds=0.2)
    other = workers.register(db, "host", "2", {})
    station = Station(quick, database, store, QuickRenderer(), other)
    job = add(db, owner)
    claim = take(db, worker)
    expire(db, job)
    station._beaten -= 30  # as if no heartbeat had come through for that long
    station.beat()
    assert now_is(db, job).state == JobState.RUNNING
    assert leases.renew(db, claim, LEASE)
    expire(db, job)
    wait_until(lambda: _lost(db, station, job), 60, "the loss of a job that nobody renewed")


def _lost(db: Session, station: Station, job: Job) -> bool:
    station.beat()
    return now_is(db, job).state == JobState.QUEUED
