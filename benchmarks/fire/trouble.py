"""What befalls the installation while the clients work, and when."""

import math
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import psycopg
import redis

from benchmarks.fire.installation import Installation, Machine


@dataclass(frozen=True)
class Plan:
    """Seconds, and shares of calls."""

    kill_every: tuple[float, float] = (6.0, 12.0)
    wait_for_job: float = 2.0
    """A worker at rest is given so long to begin a job before it is killed: that is when it hurts."""
    restart_after: tuple[float, float] = (0.3, 1.0)
    long_absence: float = 20.0
    """The third worker to be killed stays away for so long: its lease must run out."""
    flush_every: float = 4.0
    database_away: float = 10.0
    database_after_share: float = 0.35
    """Of the faces: when so many are there, the database stops."""
    bucket_errors: float = 0.3


@dataclass(frozen=True)
class Kill:
    """``job`` is what the worker was doing, if anything. ``at`` is the wall clock."""

    at: float
    machine: str
    job: str | None


@dataclass
class Diary:
    kills: list[Kill] = field(default_factory=list)
    flushes: int = 0
    away: tuple[float, float] | None = None
    """When the database went and when it was started again, by the wall clock."""
    unexpected_ends: list[str] = field(default_factory=list)


Trouble = Iterator[float]
"""Goes on by itself and says each time after how many seconds it wants to go on."""


def trouble(
    fire: Installation, plan: Plan, over: Callable[[], bool], share_done: Callable[[], float], seed: int
) -> Diary:
    """Trouble until it is over; then everything is healed, and every worker is back.

    All in the thread that calls: the system kills a process together with the thread that started it.
    """
    diary, chance = Diary(), random.Random(seed)
    fire.bucket.failing = plan.bucket_errors
    troubles = (
        _kill(fire, plan, diary, chance),
        _flush(fire, plan, diary),
        _stop_database(fire, plan, diary, share_done),
    )
    due: dict[Trouble, float] = dict.fromkeys(troubles, 0.0)
    while not over():
        for one in [one for one, when in due.items() if when <= time.monotonic()]:
            due[one] = time.monotonic() + next(one, math.inf)
        threading.Event().wait(0.02)
    fire.bucket.failing = 0.0
    for machine in fire.machines:
        if machine.worker.poll() is not None:
            fire.restart_worker(machine)
    return diary


def _kill(fire: Installation, plan: Plan, diary: Diary, chance: random.Random) -> Trouble:
    """Each time one worker of one machine; the other goes on. It comes back as its supervisor would bring it."""
    while True:
        yield chance.uniform(*plan.kill_every)
        machine = chance.choice(fire.machines)
        if machine.worker.poll() is not None:
            diary.unexpected_ends.append(f"The worker of {machine.name} ended by itself: {machine.last_words()}")
        else:
            job, patience = _job_of(fire, machine), time.monotonic() + plan.wait_for_job
            while job is None and time.monotonic() < patience:
                yield 0.02
                job = _job_of(fire, machine)
            fire.kill_worker(machine)
            diary.kills.append(Kill(time.time(), machine.name, job))
        yield plan.long_absence if len(diary.kills) == 3 else chance.uniform(*plan.restart_after)
        fire.restart_worker(machine)


def _job_of(fire: Installation, machine: Machine) -> str | None:
    """The job that the machine's worker is doing; None too when the records cannot say."""
    identity = (machine.var / "machine.id").read_text().strip()
    query = (
        "SELECT job.id FROM job JOIN worker ON worker.id = job.lease_owner "
        "WHERE job.state = 'running' AND worker.host LIKE %s"
    )
    try:
        with psycopg.connect(fire.records, connect_timeout=1) as records:
            found = records.execute(query, (f"%{identity}",)).fetchone()
    except psycopg.Error:
        return None
    return str(found[0]) if found else None


def _flush(fire: Installation, plan: Plan, diary: Diary) -> Trouble:
    with redis.Redis.from_url(fire.redis_url) as client:
        while True:
            yield plan.flush_every
            client.flushall()
            diary.flushes += 1


def _stop_database(fire: Installation, plan: Plan, diary: Diary, share_done: Callable[[], float]) -> Trouble:
    while share_done() < plan.database_after_share:
        yield 0.1
    went = time.time()
    fire.postgres.stop(signal.SIGQUIT)
    yield plan.database_away
    fire.postgres.start()
    diary.away = (went, time.time())
