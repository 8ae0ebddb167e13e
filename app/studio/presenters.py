"""What the studio page shows, gathered from the records: one object for the template and the status."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app import workers
from app.studio import geometry, service
from app.studio.ownership import Whose, whose
from app.studio.states import ACTIVE, STOPPED, job_words, newest
from models import EyePair, Job, JobKind, JobState, Likeness, Sketch


@dataclass(frozen=True)
class Work:
    """A job as a person sees it."""

    job: Job
    words: str
    position: int | None

    @property
    def active(self) -> bool:
        return self.job.state in ACTIVE

    @property
    def stopped(self) -> bool:
        return self.job.state in STOPPED


@dataclass(frozen=True)
class Engine:
    """An engine that a live worker offers."""

    name: str
    title: str
    description: str
    demonstration: bool
    default_strength: float
    controls: frozenset[str]

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> "Engine":
        return cls(
            name=str(facts["name"]),
            title=str(facts.get("title") or facts["name"]),
            description=str(facts.get("description", "")),
            demonstration=bool(facts.get("demonstration", False)),
            default_strength=float(facts.get("default_strength") or 0.0),
            controls=frozenset(facts.get("controls", ())),
        )


@dataclass(frozen=True)
class Version:
    """One version of the lineage, with its newest likeness."""

    sketch: Sketch
    likeness: Likeness | None


@dataclass(frozen=True)
class Studio:
    """Everything on a sketch's page. ``chosen`` is the likeness that is shown large."""

    sketch: Sketch
    likenesses: Sequence[Likeness]
    chosen: Likeness | None
    align: Work | None
    renders: Sequence[Work]
    engines: Sequence[Engine]
    live: bool
    versions: Sequence[Version]
    whose: Whose

    @property
    def eyes(self) -> EyePair | None:
        """Where the eyes are taken to be: where a person put them, or else where they were found."""
        return self.sketch.eyes or self.sketch.found_eyes

    @property
    def chosen_eyes(self) -> EyePair | None:
        """Where they were when the shown likeness was rendered; None when the drawing was centred."""
        if self.chosen is None:
            return None
        aligned: EyePair | None = self.chosen.provenance.get("alignment", {}).get("eyes")
        return aligned or self.chosen.eyes

    @property
    def frame(self) -> str:
        return geometry.frame(self.eyes) if self.eyes else ""

    @property
    def underlay(self) -> str:
        """Lays the sketch under the shown likeness; empty when nothing says how."""
        return geometry.svg_matrix(self.chosen_eyes) if self.chosen_eyes else ""

    @property
    def looking(self) -> bool:
        """Whether the eyes are still being looked for."""
        return self.align is not None and self.align.active

    @property
    def rendering(self) -> bool:
        return any(work.active for work in self.renders)

    @property
    def busy(self) -> bool:
        """Whether something is under way that the page should wait for."""
        return self.looking or self.rendering or not self.live or not self.engines

    @property
    def under_way(self) -> list[Work]:
        """What is waiting or being done, newest first."""
        every = [*self.renders, *([self.align] if self.align else [])]
        return [work for work in every if work.active]

    @property
    def trouble(self) -> Work | None:
        """What was asked for last, when it failed or was set aside."""
        last = self.renders[0] if self.renders else self.align
        return last if last is not None and last.stopped else None

    @property
    def engine(self) -> Engine | None:
        """The engine that the form starts with: that of the shown likeness, or the first."""
        wanted = self.chosen.engine if self.chosen else ""
        first = next(iter(self.engines), None)
        return next((engine for engine in self.engines if engine.name == wanted), first)

    @property
    def seed(self) -> int:
        return self.chosen.seed if self.chosen else 0

    @property
    def strength(self) -> float:
        if self.chosen is not None:
            return self.chosen.strength
        return self.engine.default_strength if self.engine else 0.0

    def engine_title(self, name: str) -> str:
        return next((engine.title for engine in self.engines if engine.name == name), name)


def studio(db: Session, sketch: Sketch, number: int | None) -> Studio:
    """Gather a sketch's page; ``number`` chooses a likeness, None the newest."""
    capabilities = service.capabilities(db)
    taken = workers.taken_kinds(db)
    live = bool(taken)
    jobs = service.jobs_of(db, sketch)
    likenesses = service.likenesses(db, sketch)
    align = newest(jobs, JobKind.ALIGN)
    return Studio(
        sketch=sketch,
        likenesses=likenesses,
        chosen=_choose(likenesses, number),
        align=_work(db, align, live, taken) if align else None,
        renders=[_work(db, job, live, taken) for job in _open_renders(jobs)],
        engines=[Engine.read(facts) for facts in (capabilities or {}).get("engines", ())],
        live=live,
        versions=_versions(db, sketch),
        whose=whose(db, [sketch])[sketch.id],
    )


def _choose(likenesses: Sequence[Likeness], number: int | None) -> Likeness | None:
    newest_one = likenesses[-1] if likenesses else None
    return next((likeness for likeness in likenesses if likeness.number == number), newest_one)


def _open_renders(jobs: Sequence[Job]) -> list[Job]:
    """The renders since the last one that was done, newest first."""
    found: list[Job] = []
    for job in reversed(jobs):
        if job.kind == JobKind.RENDER and job.state == JobState.DONE:
            break
        if job.kind == JobKind.RENDER and job.state != JobState.CANCELLED:
            found.append(job)
    return found


def _work(db: Session, job: Job, live: bool, taken: set[str]) -> Work:
    position = service.queue_position(db, job) if job.state == JobState.QUEUED else None
    return Work(job, job_words(job, position, live, job.kind in taken), position)


def _versions(db: Session, sketch: Sketch) -> list[Version]:
    found = []
    for version in service.lineage(db, sketch):
        made = service.likenesses(db, version)
        found.append(Version(version, made[-1] if made else None))
    return found
