"""The workers and their models as operators see them, and how the parts that all rely on are."""

import datetime as dt
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import workers
from app.admin.operations_queue import KIND_WORDS, slot_of
from app.database import AHEAD, BEHIND, READY, newest_revision
from app.health import UNREACHABLE_WORD
from app.languages.formats import number
from app.probes import SILENT, Look
from app.settings import Settings
from models import Job, JobKind, JobState, Worker

LOST_FOR = dt.timedelta(hours=24)
"""For how long a worker that fell silent without saying goodbye is still shown."""
PART_WORDS = {
    "database": lazy_gettext("Database"),
    "storage": lazy_gettext("Storage"),
    "carrier": lazy_gettext("Carrier"),
}
STATE_WORDS = {
    READY: lazy_gettext("Ok"),
    AHEAD: lazy_gettext("Ahead"),
    BEHIND: lazy_gettext("Needs an upgrade"),
    SILENT: lazy_gettext("No answer"),
    UNREACHABLE_WORD: lazy_gettext("Unreachable"),
    "not usable": lazy_gettext("Not usable"),
    "delayed": lazy_gettext("Delayed"),
    "broken": lazy_gettext("Broken"),
}
LITTLE_DISK = 2 * 2**30
"""Bytes: below this an operator is warned."""


@dataclass(frozen=True)
class Hand:
    """A worker. Times are in seconds; ``doing`` is empty while it waits for work; ``lacks`` has a sentence for each
    thing that published pictures would want of it."""

    worker: Worker
    name: str
    device: str
    kinds: str
    live: bool
    silent_for: float
    doing: str
    job_id: uuid.UUID | None
    busy_for: float
    lacks: list[str]


@dataclass(frozen=True)
class Model:
    """A checkpoint of the manifest, and how many live workers have loaded exactly it, or another of its name."""

    name: str
    sha256: str
    loaded: int
    differing: int


@dataclass(frozen=True)
class Part:
    """Something that everything relies on: its state in words, and what else is worth knowing."""

    title: str
    words: str
    fine: bool
    ms: float
    detail: str


def hands(db: Session, now: dt.datetime) -> list[Hand]:
    """Living workers, and those of the last day that fell silent; two queries."""
    query = select(Worker).where(Worker.stopped_at.is_(None), Worker.heartbeat_at > now - LOST_FOR)
    found = list(db.scalars(query.order_by(Worker.name)))
    running = select(Job).where(Job.state == JobState.RUNNING, Job.lease_owner.in_([one.id for one in found]))
    doing = {job.lease_owner: job for job in db.scalars(running)}
    return [_hand(worker, doing.get(worker.id), now) for worker in found]


def _hand(worker: Worker, job: Job | None, now: dt.datetime) -> Hand:
    silent = max(0.0, (now - worker.heartbeat_at).total_seconds())
    asked = str(worker.capabilities.get("asked_device", ""))
    return Hand(
        worker=worker,
        name=slot_of(worker.name),
        device=f"{worker.device} ({asked})" if asked.startswith("cuda:") else worker.device,
        kinds=", ".join(str(KIND_WORDS.get(kind, kind)) for kind in KIND_WORDS if kind in worker.kinds),
        live=silent < workers.LIVE_SECONDS,
        silent_for=silent,
        doing=str(KIND_WORDS[job.kind]) if job else "",
        job_id=job.id if job else None,
        busy_for=max(0.0, (now - job.started_at).total_seconds()) if job and job.started_at else 0.0,
        lacks=_lacks(worker),
    )


def _lacks(worker: Worker) -> list[str]:
    told = worker.capabilities.get("publishing")
    if told is None or JobKind.NOTICE not in worker.kinds:
        return []
    words = {
        "thai": _("No font for Thai: labels on pictures are in English."),
        "certificate": _("Signs pictures with a development certificate."),
    }
    return [str(words[name]) for name in words if not told.get(name)]


def models(live: Sequence[Worker], manifest: Mapping[str, str]) -> list[Model]:
    """Every checkpoint that the manifest or a live worker names."""
    loaded = [
        (str(entry.get("name")), str(entry.get("sha256")))
        for worker in live
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
    storage, roomy = _storage_words(settings)
    kinds = {"database": _database_words(settings, revision), "storage": storage}
    kinds["carrier"] = "Redis" if settings.redis_url else str(_("File"))
    return [
        Part(
            str(PART_WORDS[name]),
            str(STATE_WORDS.get(look.state, look.state)),
            look.fine and (roomy or name != "storage"),
            look.ms,
            kinds[name],
        )
        for name, look in looks.items()
    ]


def _database_words(settings: Settings, revision: str) -> str:
    server = "SQLite" if settings.database_url.startswith("sqlite") else "PostgreSQL"
    return str(
        _("%(server)s, schema %(schema)s, code %(code)s", server=server, schema=revision, code=newest_revision())
    )


def _storage_words(settings: Settings) -> tuple[str, bool]:
    """What it is, and whether there is room as far as one can see."""
    if settings.storage_path is None:
        return str(_("Bucket")), True
    try:
        free = shutil.disk_usage(settings.storage_path).free
    except OSError:
        return str(_("Folder, which cannot be looked at")), True
    free_words = number(free / 2**30, 0)
    if free < LITTLE_DISK:
        return str(_("Folder, %(size)s GB free, low on room", size=free_words)), False
    return str(_("Folder, %(size)s GB free", size=free_words)), True
