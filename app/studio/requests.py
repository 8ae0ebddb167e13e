"""Renders as they were asked for: one request may be several jobs, one a candidate."""

from collections.abc import Sequence
from dataclasses import dataclass

from models import Job, JobKind, JobState

_WEIGHT = (JobState.RUNNING, JobState.QUEUED, JobState.PARKED, JobState.FAILED, JobState.DONE, JobState.CANCELLED)
"""Of the states of its jobs the first of these is what a person should know."""


@dataclass(frozen=True)
class Request:
    """``jobs`` in the order of the candidates, the neutral one first."""

    jobs: tuple[Job, ...]

    @property
    def spokesman(self) -> Job:
        """The job whose state says how the request stands."""
        return min(self.jobs, key=lambda job: _WEIGHT.index(job.state))

    @property
    def state(self) -> JobState:
        """As if it were one job: under way from its first likeness until nothing waits any more."""
        state = self.spokesman.state
        return JobState.RUNNING if state == JobState.QUEUED and self.done else state

    @property
    def done(self) -> int:
        return sum(job.state == JobState.DONE for job in self.jobs)

    @property
    def asked(self) -> tuple[Job, ...]:
        """Without those that were cancelled."""
        return tuple(job for job in self.jobs if job.state != JobState.CANCELLED)

    @property
    def waiting(self) -> bool:
        """Whether something of it has not been begun, and can still be cancelled."""
        return any(job.state == JobState.QUEUED for job in self.jobs)


def requests(jobs: Sequence[Job]) -> list[Request]:
    """The renders among a sketch's jobs, in the order in which they were asked for, which is that of ``jobs``."""
    found: dict[str, list[Job]] = {}
    for job in jobs:
        if job.kind == JobKind.RENDER:
            found.setdefault(str(job.params.get("set", job.id)), []).append(job)
    return [Request(tuple(sorted(some, key=_place))) for some in found.values()]


def _place(job: Job) -> int:
    return int(job.params.get("candidate", 1))
