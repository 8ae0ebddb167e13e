"""What the studio page shows, gathered from the records: one object for the template and the status."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app import jobs, workers
from app.filing.place import CasePlace, case_place
from app.languages.telling import reason, told
from app.studio import geometry, shelf
from app.studio.keeping import current
from app.studio.ownership import Whose
from app.studio.requests import Request, requests
from app.studio.states import ACTIVE, STOPPED, newest, request_words
from app.studio.viewing import Slot, View, view
from app.witness.facts import presets
from models import Account, EmergencyAccess, EyePair, Job, JobKind, JobState, Likeness, Sketch, WitnessSession, Worker


@dataclass(frozen=True)
class Work:
    """A piece of work as a person sees it: a job, or one that speaks for all candidates of a request."""

    job: Job
    words: str
    position: int | None
    state: JobState
    waiting: bool
    """Whether something of it has not been begun."""

    @property
    def reason(self) -> str:
        """Why it stopped."""
        return reason(self.job)

    @property
    def active(self) -> bool:
        return self.state in ACTIVE

    @property
    def stopped(self) -> bool:
        return self.state in STOPPED


@dataclass(frozen=True)
class Choice:
    """A colour by its name, and as #rrggbb for a swatch."""

    name: str
    colour: str

    @property
    def title(self) -> str:
        return told(self.name).capitalize()


@dataclass(frozen=True)
class Engine:
    """An engine that a live worker offers."""

    name: str
    title: str
    description: str
    demonstration: bool
    default_strength: float
    controls: frozenset[str]
    choices: Mapping[str, Sequence[Choice]]
    """By region, the colours that it can be told."""

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> "Engine":
        return cls(
            name=str(facts["name"]),
            title=str(facts.get("title") or facts["name"]),
            description=str(facts.get("description", "")),
            demonstration=bool(facts.get("demonstration", False)),
            default_strength=float(facts.get("default_strength") or 0.0),
            controls=frozenset(facts.get("controls", ())),
            choices={
                str(region): [Choice(str(one["name"]), str(one.get("colour", ""))) for one in some]
                for region, some in facts.get("choices", {}).items()
            },
        )


class Crew:
    """The living workers as the page speaks of them."""

    def __init__(self, live: Sequence[Worker]) -> None:
        renderer = next((worker for worker in live if JobKind.RENDER in worker.kinds), None)
        facts = renderer.capabilities if renderer else {}
        self.taken = workers.taken_by(live)
        self.engines = [Engine.read(one) for one in facts.get("engines", ())]


@dataclass(frozen=True)
class Version:
    """One version of the lineage, with its current likeness."""

    sketch: Sketch
    likeness: Likeness | None


@dataclass(frozen=True)
class Studio:
    """Everything on a sketch's page. ``view`` says which likeness is shown large, or which are compared."""

    sketch: Sketch
    likenesses: Sequence[Likeness]
    view: View
    align: Work | None
    renders: Sequence[Work]
    engines: Sequence[Engine]
    live: bool
    versions: Sequence[Version]
    whose: Whose
    place: CasePlace | None
    """The case that the sketch is filed in."""

    @property
    def looking_in(self) -> EmergencyAccess | None:
        """The look by which the asker sees the case, when they do not work on it."""
        return self.place.look if self.place else None

    @property
    def chosen(self) -> Likeness | None:
        return self.view.chosen

    @property
    def compared(self) -> Sequence[Slot]:
        return self.view.compared

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
        """Lays the sketch under the shown likeness; empty when nothing says how, or several are shown."""
        return geometry.svg_matrix(self.chosen_eyes) if self.chosen_eyes and not self.compared else ""

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
    def colours(self) -> Mapping[str, str]:
        """What the form starts with: what was asked for, and of a likeness shown alone also what was varied."""
        if self.chosen is None:
            return self.presets
        known: Mapping[str, str] = self.chosen.appearance or {}
        varied = self.chosen.varied or [] if self.compared else []
        return {region: name for region, name in known.items() if region not in varied}

    @property
    def presets(self) -> Mapping[str, str]:
        """What the witness said of colours that the engine knows, in the drawing session that the sketch came of."""
        if self.session is None or self.engine is None:
            return {}
        choices = {region: [choice.name for choice in some] for region, some in self.engine.choices.items()}
        return presets(self.session.facts, choices)

    @property
    def session(self) -> WitnessSession | None:
        sessions = self.place.sessions if self.place else ()
        return next((one for one in sessions if one.id == self.sketch.session_id), None)

    @property
    def from_session(self) -> Mapping[str, str]:
        """Of what the form starts with, what is as it was said in the session."""
        return {region: name for region, name in self.presets.items() if self.colours.get(region) == name}

    @property
    def strength(self) -> float:
        if self.chosen is not None:
            return self.chosen.strength
        return self.engine.default_strength if self.engine else 0.0

    def engine_title(self, name: str) -> str:
        return next((engine.title for engine in self.engines if engine.name == name), name)


def studio(
    db: Session, account: Account, sketch_id: uuid.UUID, number: int | None = None, compare: int | None = None
) -> Studio:
    """Gather a sketch's page. ``number`` chooses a likeness, ``compare`` the candidates beside one; see ``view``.

    Raises NotFound for a sketch that the account does not see.
    """
    family = shelf.family(db, account, sketch_id)
    one = next(drawn for drawn in family if drawn.sketch.id == sketch_id)
    crew = Crew(workers.live(db))
    asked_for = shelf.jobs_of(db, one.sketch)
    asked = requests(asked_for)
    align = newest(asked_for, JobKind.ALIGN)
    shown = [*([Request((align,))] if align else []), *_open_renders(asked)]
    work = _works(db, shown, crew)
    return Studio(
        sketch=one.sketch,
        likenesses=one.likenesses,
        view=view(one.likenesses, asked, number, compare),
        align=work[0] if align else None,
        renders=work[1:] if align else work,
        engines=crew.engines,
        live=bool(crew.taken),
        versions=[Version(drawn.sketch, current(drawn.likenesses)) for drawn in family],
        whose=one.whose,
        place=case_place(db, account, one.sketch),
    )


def _open_renders(asked: Sequence[Request]) -> list[Request]:
    """The renders since the last one that was done, newest first."""
    found: list[Request] = []
    for request in reversed(asked):
        if request.state == JobState.DONE:
            break
        if request.state != JobState.CANCELLED:
            found.append(request)
    return found


def _works(db: Session, asked: Sequence[Request], crew: Crew) -> list[Work]:
    places = jobs.positions(db, [one.spokesman for one in asked if one.spokesman.state == JobState.QUEUED])
    found = []
    for one in asked:
        job, position = one.spokesman, places.get(one.spokesman.id)
        words = request_words(one, position, bool(crew.taken), job.kind in crew.taken)
        found.append(Work(job, words, position, one.state, one.waiting))
    return found
