"""The workers and their models as operators see them, and how the parts that all rely on are."""

import datetime as dt
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import workers
from app.admin.operations_queue import KIND_WORDS, slot_of
from app.database import clock, newest_revision
from app.probes import Look
from app.settings import Settings
from models import Job, JobState, Worker

LOST_FOR = dt.timedelta(hours=24)
"""For how long a worker that fell silent without saying goodbye is still shown."""
LITTLE_DISK = 2 * 2**30
"""Bytes: below this an operator is warned."""


@dataclass(frozen=True)
class Hand:
    """A worker. Times are in seconds; ``doing`` is empty while it waits for work."""

    name: str
    device: str
    kinds: str
    live: bool
    silent_for: float
    doing: str
    job_id: uuid.UUID | None
    busy_for: float


@dataclass(frozen=True)
class Model:
    """A checkpoint of the manifest, and how many live workers have loaded exactly it, or another of its name."""

    name: str
    sha256: str
    loaded: int
    differing: int


@dataclass(frozen=True)
class Part:
    """Something that everything relies on: its state in a word of probes, and what else is worth knowing."""

    name: str
    state: str
    fine: bool
    ms: float
    detail: str


def hands(db: Session) -> list[Hand]:
    """Living workers, and those of the last day that fell silent."""
    now = clock(db)
    query = select(Worker).where(Worker.stopped_at.is_(None), Worker.heartbeat_at > now - LOST_FOR)
    found = list(db.scalars(query.order_by(Worker.name)))
    running = select(Job).where(Job.state == JobState.RUNNING, Job.lease_owner.in_([one.id for one in found]))
    doing = {job.lease_owner: job for job in db.scalars(running)}
    return [_hand(worker, doing.get(worker.id), now) for worker in found]


def _hand(worker: Worker, job: Job | None, now: dt.datetime) -> Hand:
    silent = max(0.0, (now - worker.heartbeat_at).total_seconds())
    asked = str(worker.capabilities.get("asked_device", ""))
    return Hand(
        name=slot_of(worker.name),
        device=f"{worker.device} ({asked})" if asked.startswith("cuda:") else worker.device,
        kinds=", ".join(str(KIND_WORDS.get(kind, kind)) for kind in KIND_WORDS if kind in worker.kinds),
        live=silent < workers.LIVE_SECONDS,
        silent_for=silent,
        doing=KIND_WORDS[job.kind] if job else "",
        job_id=job.id if job else None,
        busy_for=max(0.0, (now - job.started_at).total_seconds()) if job and job.started_at else 0.0,
    )


def models(db: Session, manifest: Mapping[str, str]) -> list[Model]:
    """Every checkpoint that the manifest or a live worker names."""
    loaded = [
        (str(entry.get("name")), str(entry.get("sha256")))
        for worker in workers.live(db)
        for entry in worker.capabilities.get("weights", [])
    ]
    names = [*manifest, *sorted({name for name, _ in loaded} - set(manifest))]
    return [
        Model(
            name,
            manifest.get(name, ""),
            sum(one == (name, manifest.get(name)) for one in loaded),
            sum(one[0] == name and one[1] != manifest.get(name) for one in loaded),
        )
        for name in names
    ]


def parts(settings: Settings, looks: Mapping[str, Look], revision: str) -> Sequence[Part]:
    """The database, the storage and the carrier, from what the probes found."""
    kinds = {"database": _database_words(settings, revision), "storage": _storage_words(settings)}
    kinds["carrier"] = "Redis" if settings.redis_url else "File"
    return [
        Part(name, look.state, look.fine and "low on room" not in kinds[name], look.ms, kinds[name])
        for name, look in looks.items()
    ]


def _database_words(settings: Settings, revision: str) -> str:
    server = "SQLite" if settings.database_url.startswith("sqlite") else "PostgreSQL"
    return f"{server}, schema {revision}, code {newest_revision()}"


def _storage_words(settings: Settings) -> str:
    if settings.storage_path is None:
        return "Bucket"
    try:
        free = shutil.disk_usage(settings.storage_path).free
    except OSError:
        return "Folder, which cannot be looked at"
    return f"Folder, {free / 2**30:.0f} GB free" + (", low on room" if free < LITTLE_DISK else "")
