"""The rows of the list: each sketch with its current likeness and how it stands."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from app.studio.keeping import current
from app.studio.ownership import Whose, whose
from app.studio.states import State, sketch_state
from models import Job, Likeness, Sketch


@dataclass(frozen=True)
class Card:
    sketch: Sketch
    likeness: Likeness | None
    count: int
    state: State
    whose: Whose

    @property
    def count_words(self) -> str:
        if self.count == 0:
            return str(_("No likeness yet"))
        return str(ngettext("%(num)s likeness", "%(num)s likenesses", self.count))


def cards(db: Session, sketches: Sequence[Sketch]) -> list[Card]:
    """A card for each sketch, by three queries however many there are."""
    if not sketches:
        return []
    ids = [sketch.id for sketch in sketches]
    made, work = defaultdict(list), defaultdict(list)
    likenesses = select(Likeness).where(Likeness.sketch_id.in_(ids)).options(defer(Likeness.provenance))
    for likeness in db.scalars(likenesses.order_by(Likeness.number)):
        made[likeness.sketch_id].append(likeness)
    for job in db.scalars(select(Job).where(Job.subject_id.in_(ids)).order_by(Job.created_at, Job.id)):
        work[job.subject_id].append(job)
    names = whose(db, sketches)
    return [_card(sketch, made[sketch.id], work[sketch.id], names[sketch.id]) for sketch in sketches]


def _card(sketch: Sketch, made: list[Likeness], jobs: list[Job], names: Whose) -> Card:
    return Card(sketch, current(made), len(made), sketch_state(sketch, jobs, len(made)), names)
