"""What must hold at the end, whatever happened. Each check gives the sentence of what it found wrong, or nothing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.sweep import key_columns
from benchmarks.fire.clients import Client
from benchmarks.fire.trouble import Diary
from models import Job, JobKind, JobState, Likeness, Sketch


@dataclass(frozen=True)
class Evidence:
    """What is left when the smoke has cleared."""

    clients: Sequence[Client]
    diary: Diary
    expected: Mapping[str, str]
    """sha256 of a sketch's bytes -> sha256 of the face that this sketch alone makes."""
    objects: frozenset[str]
    """Names in the bucket."""
    webs_unbroken: bool
    """Whether the web processes are still those that were started, and answer."""


def faults(db: Session, evidence: Evidence) -> list[str]:
    """Everything that is wrong, in sentences; empty when all held."""
    found = [f"{client.email} was lost: {client.failure}" for client in evidence.clients if client.failure]
    for check in (_one_of_each, _own_face, _one_object_each, _never_500):
        found += check(db, evidence)
    if not evidence.webs_unbroken:
        found.append("A web process had to be started again, or is not ready.")
    return found + evidence.diary.unexpected_ends


def _one_of_each(db: Session, evidence: Evidence) -> Iterator[str]:
    """One sketch a drawing however often it was sent, one job, one likeness."""
    handed_in = sum(len(client.drawings) for client in evidence.clients)
    sketches = db.scalars(select(Sketch.original_sha256)).all()
    if Counter(sketches) != Counter(evidence.expected.keys()):
        yield f"{handed_in} drawings were handed in, and there are {len(sketches)} sketches."
    renders = db.scalars(select(Job).where(Job.kind == JobKind.RENDER)).all()
    faces = Counter(db.scalars(select(Likeness.sketch_id)))
    if len(renders) != handed_in or set(faces.values()) != {1} or len(faces) != handed_in:
        yield f"{handed_in} faces were asked for: {len(renders)} jobs, {faces.total()} likenesses."
    ended = Counter(job.state for job in db.scalars(select(Job)))
    if set(ended) != {JobState.DONE}:
        yield f"Not every job is done: {dict(ended)}."


def _own_face(db: Session, evidence: Evidence) -> Iterator[str]:
    """Every face is the one of its own sketch, in the records and in what the client was shown."""
    query = select(Sketch.original_sha256, Likeness.image_sha256).join(Likeness, Likeness.sketch_id == Sketch.id)
    for sent, got in db.execute(query):
        if evidence.expected[sent] != got:
            yield f"The sketch {sent[:12]} has the face {got[:12]}, which is not its own."
    for client in evidence.clients:
        for outcome in client.outcomes:
            if evidence.expected[outcome.uploaded_sha256] != outcome.image_sha256:
                yield f"{client.email} was shown a face that is not of the sketch {outcome.uploaded_sha256[:12]}."


def _one_object_each(db: Session, evidence: Evidence) -> Iterator[str]:
    """The bucket holds exactly what the rows name."""
    named = {key for column in key_columns() for key in db.scalars(select(column))}
    if named - evidence.objects:
        yield f"{len(named - evidence.objects)} objects that rows name are not in the bucket."
    if evidence.objects - named:
        yield f"{len(evidence.objects - named)} objects in the bucket are named by no row."


def _never_500(_db: Session, evidence: Evidence) -> Iterator[str]:
    """503 says "later"; any other 5xx says that the program broke."""
    for client in evidence.clients:
        for answer in client.answers:
            if answer.status >= 500 and answer.status != 503:
                yield f"{answer.what} was answered {answer.status}: {answer.body[:200]}"


def cost_of_kills(db: Session, diary: Diary) -> tuple[int, float]:
    """How many kills met a job, and the median of the seconds that they cost it.

    The cost: from the kill to the job's end, less what was on average still to be done, half the median time of the
    jobs of its kind that were not killed.
    """
    jobs = {str(job.id): job for job in db.scalars(select(Job))}
    calm = {kind: _usual_seconds(kind, jobs, diary) for kind in JobKind}
    costs = []
    for kill in diary.kills:
        job = jobs.get(kill.job or "")
        if job is not None and job.finished_at is not None:
            costs.append(max(0.0, job.finished_at.timestamp() - kill.at - calm[job.kind] / 2))
    return len(costs), median(costs) if costs else 0.0


def _usual_seconds(kind: JobKind, jobs: Mapping[str, Job], diary: Diary) -> float:
    killed = {kill.job for kill in diary.kills}
    times = [
        (job.finished_at - job.started_at).total_seconds()
        for key, job in jobs.items()
        if job.kind == kind and key not in killed and job.finished_at and job.started_at
    ]
    return median(times) if times else 0.0
