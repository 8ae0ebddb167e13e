"""What a case shows of its sketches, and a sketch of its versions. The caller has made sure that they may be seen."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from app.studio.keeping import current
from app.studio.sight import worked_on_by
from models import Account, Likeness, RealPhoto, Sketch, WitnessSession, fold

MOST = 100
"""Quick renders that a case offers to be filed."""


@dataclass(frozen=True)
class Drawn:
    """One version of a sketch and the likeness that stands for it."""

    sketch: Sketch
    likeness: Likeness | None
    session: int | None
    """The number of the drawing session that it came of."""
    photo: bool = False
    """Whether there is a real photo beside the likeness."""


@dataclass(frozen=True)
class Filed:
    """A sketch in a case: its newest version, and how many there are."""

    newest: Drawn
    versions: int


def filed_in(db: Session, case_id: uuid.UUID) -> list[Filed]:
    """Every sketch of the case, the one that was drawn last first."""
    query = select(Sketch).where(Sketch.case_id == case_id).order_by(Sketch.version)
    lineages: dict[uuid.UUID, list[Sketch]] = defaultdict(list)
    for sketch in db.scalars(query):
        lineages[sketch.lineage_id].append(sketch)
    newest = drawn(db, [versions[-1] for versions in lineages.values()])
    found = [Filed(one, len(lineages[one.sketch.lineage_id])) for one in newest]
    return sorted(found, key=lambda one: one.newest.sketch.created_at, reverse=True)


def versions_of(db: Session, sketch: Sketch) -> list[Drawn]:
    """Every version of the sketch, oldest first."""
    query = select(Sketch).where(Sketch.lineage_id == sketch.lineage_id)
    return drawn(db, list(db.scalars(query.order_by(Sketch.version))))


def drawn(db: Session, sketches: Sequence[Sketch]) -> list[Drawn]:
    """By three queries however many there are."""
    made: dict[uuid.UUID, list[Likeness]] = defaultdict(list)
    of_these = Likeness.sketch_id.in_([sketch.id for sketch in sketches])
    query = select(Likeness).where(of_these).options(defer(Likeness.provenance)).order_by(Likeness.number)
    for likeness in db.scalars(query):
        made[likeness.sketch_id].append(likeness)
    standing = {sketch.id: current(made[sketch.id]) for sketch in sketches}
    wanted = {one.id for one in standing.values() if one}
    photos = select(RealPhoto.likeness_id).where(RealPhoto.likeness_id.in_(wanted), RealPhoto.replaced_at.is_(None))
    pictured = set(db.scalars(photos))
    ids = {sketch.session_id for sketch in sketches if sketch.session_id}
    numbers = select(WitnessSession.id, WitnessSession.number).where(WitnessSession.id.in_(ids))
    sessions = {row.id: row.number for row in db.execute(numbers)}
    return [
        Drawn(
            sketch,
            one,
            sessions.get(sketch.session_id) if sketch.session_id else None,
            one is not None and one.id in pictured,
        )
        for sketch in sketches
        for one in (standing[sketch.id],)
    ]


def sketches_by_session(db: Session, case_id: uuid.UUID) -> dict[uuid.UUID, list[Sketch]]:
    """The newest version of each sketch of the case that came of a session, by that session."""
    newest = select(Sketch.lineage_id, func.max(Sketch.version).label("version")).where(Sketch.case_id == case_id)
    latest = newest.group_by(Sketch.lineage_id).subquery()
    query = select(Sketch).join(
        latest, (Sketch.lineage_id == latest.c.lineage_id) & (Sketch.version == latest.c.version)
    )
    found: dict[uuid.UUID, list[Sketch]] = defaultdict(list)
    for sketch in db.scalars(query.where(Sketch.session_id.is_not(None)).order_by(Sketch.created_at)):
        if sketch.session_id:
            found[sketch.session_id].append(sketch)
    return found


def quick_renders(db: Session, account: Account) -> list[Sketch]:
    """The account's newest sketches that are in no case, to be filed, by title."""
    first = Sketch.id == Sketch.lineage_id
    query = select(Sketch).where(worked_on_by(account), Sketch.case_id.is_(None), first)
    found = list(db.scalars(query.order_by(Sketch.created_at.desc()).limit(MOST)))
    return sorted(found, key=lambda sketch: (fold(sketch.title), sketch.created_at))
