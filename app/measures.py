"""The figures about jobs and workers, read from the records when somebody asks for them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import workers
from app.context import Services
from app.database import clock, current_revision, newest_revision
from app.health import code_version
from models import Job, JobKind, JobState

LATELY = dt.timedelta(hours=1)
MOST = 1000
"""Of the jobs done lately, how many are looked at."""
QUANTILES = (0.5, 0.95)


class Measures(Collector):
    """One scrape's look at the records. When they are away it says so, and nothing else."""

    def __init__(self, services: Services, *, work: bool = True) -> None:
        self._services, self._work = services, work

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        found: list[Metric] = []
        up, schema = False, ""
        try:
            with self._services.database.session(read_only=True) as db:
                schema = current_revision(db.connection()) or "empty"
                found = [*_queue(db), *_durations(db), *_workers(db)] if self._work else []
                up = True
        except SQLAlchemyError:
            found = []
        yield GaugeMetricFamily("semblance_database_up", "1 when the records could be read.", float(up))
        build = GaugeMetricFamily("semblance_build_info", "What runs here.", labels=("version", "schema", "database"))
        build.add_metric((code_version(), newest_revision(), schema), 1.0)
        yield build
        yield from found


def _queue(db: Session) -> list[Metric]:
    jobs = GaugeMetricFamily("semblance_jobs", "Jobs on record.", labels=("kind", "state"))
    waiting = GaugeMetricFamily("semblance_job_oldest_waiting_seconds", "Age of the oldest.", labels=("kind",))
    counts: dict[tuple[JobKind, JobState], int] = {}
    for kind, state, count in db.execute(select(Job.kind, Job.state, func.count()).group_by(Job.kind, Job.state)):
        counts[kind, state] = count
    oldest = oldest_waiting(db, clock(db))
    for kind in JobKind:
        for state in JobState:
            jobs.add_metric((kind, state), counts.get((kind, state), 0))
        waiting.add_metric((kind,), oldest.get(kind, 0.0))
    return [jobs, waiting]


def oldest_waiting(db: Session, now: dt.datetime) -> dict[JobKind, float]:
    """Seconds that the oldest waiting job of each kind has waited since it was asked for."""
    query = select(Job.kind, func.min(Job.created_at, type_=Job.created_at.type))
    rows = db.execute(query.where(Job.state == JobState.QUEUED).group_by(Job.kind))
    return {kind: max(0.0, (now - since).total_seconds()) for kind, since in rows}


def _durations(db: Session) -> list[Metric]:
    help_text = "Of the jobs done in the last hour: from {}."
    labels = ("kind", "quantile")
    wait = GaugeMetricFamily(
        "semblance_job_wait_seconds", help_text.format("being asked for to their start"), None, labels
    )
    took = GaugeMetricFamily("semblance_job_seconds", help_text.format("their start to their end"), None, labels)
    waits, takes = defaultdict(list), defaultdict(list)
    query = (
        select(Job.kind, Job.created_at, Job.started_at, Job.finished_at)
        .where(Job.state == JobState.DONE, Job.finished_at > clock(db) - LATELY)
        .order_by(Job.finished_at.desc())
        .limit(MOST)
    )
    for kind, created, started, finished in db.execute(query):
        if started and finished:
            waits[kind].append((started - created).total_seconds())
            takes[kind].append((finished - started).total_seconds())
    for family, values in ((wait, waits), (took, takes)):
        for kind, seconds in values.items():
            seconds.sort()
            for quantile in QUANTILES:
                family.add_metric((kind, str(quantile)), seconds[int(quantile * (len(seconds) - 1))])
    return [wait, took]


def _workers(db: Session) -> list[Metric]:
    live = GaugeMetricFamily("semblance_workers", "Live workers.", labels=("device",))
    taking = GaugeMetricFamily("semblance_workers_taking", "Live workers that take a kind.", labels=("kind",))
    devices: dict[str, int] = defaultdict(int)
    kinds: dict[str, int] = defaultdict(int)
    for worker in workers.live(db):
        devices[worker.device] += 1
        for kind in worker.kinds:
            kinds[kind] += 1
    for device, count in devices.items():
        live.add_metric((device,), count)
    for kind in JobKind:
        taking.add_metric((kind,), kinds[kind])
    return [live, taking]
