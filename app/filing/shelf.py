"""What a case shows of its sketches, and a sketch of its versions. The caller has made sure that they may be seen."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, defer

from app.studio.keeping import current
from app.studio.sight import worked_on_by
from models import Account, Likeness, RealPhoto, Sketch, WitnessSession, fold

MOST = 100
"""Quick renders that a case offers to be filed."""
RECENT = 6
"""Sketches that a case's overview shows."""


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


def filed_in(
    db: Session, case_id: uuid.UUID, sessions: Sequence[WitnessSession], account: Account
) -> tuple[list[Filed], list[Sketch]]:
    """Every sketch of the case, whose ``sessions`` are known, the one that was drawn last first; and, by title, the
    newest of those in no case that the account could file. By two queries."""
    query = select(Sketch).where(or_(Sketch.case_id == case_id, Sketch.id.in_(_quick(account))))
    lineages: dict[uuid.UUID, list[Sketch]] = defaultdict(list)
    quick = []
    for sketch in db.scalars(query.order_by(Sketch.version)):
        if sketch.case_id is None:
            quick.append(sketch)
        else:
            lineages[sketch.lineage_id].append(sketch)
    newest = drawn(db, [versions[-1] for versions in lineages.values()], _numbers(sessions))
    found = [Filed(one, len(lineages[one.sketch.lineage_id])) for one in newest]
    found.sort(key=lambda one: one.newest.sketch.created_at, reverse=True)
    return found, sorted(quick, key=lambda sketch: (fold(sketch.title), sketch.created_at))


def newest_in(db: Session, case_id: uuid.UUID, most: int = RECENT) -> list[Drawn]:
    """The newest versions of the sketches that were drawn last in the case, without session and photo. By one query."""
    latest = _latest(case_id).subquery()
    newest = select(Sketch.id).join(
        latest, (Sketch.lineage_id == latest.c.lineage_id) & (Sketch.version == latest.c.version)
    )
    shown = newest.order_by(Sketch.created_at.desc(), Sketch.id).limit(most).subquery()
    query = select(Sketch, Likeness).join(shown, Sketch.id == shown.c.id)
    query = query.outerjoin(Likeness, Likeness.sketch_id == Sketch.id).options(defer(Likeness.provenance))
    made: dict[Sketch, list[Likeness]] = {}
    likeness: Likeness | None  # none where nothing was made
    for sketch, likeness in db.execute(query.order_by(Sketch.created_at.desc(), Sketch.id, Likeness.number)):
        faces = made.setdefault(sketch, [])
        if likeness is not None:
            faces.append(likeness)
    return [Drawn(sketch, current(faces), None) for sketch, faces in made.items()]


def versions_of(db: Session, sketch: Sketch) -> list[Drawn]:
    """Every version of the sketch, oldest first."""
    query = select(Sketch).where(Sketch.lineage_id == sketch.lineage_id)
    versions = list(db.scalars(query.order_by(Sketch.version)))
    wanted = {version.session_id for version in versions if version.session_id}
    known = select(WitnessSession).where(WitnessSession.id.in_(wanted))
    return drawn(db, versions, _numbers(db.scalars(known).all() if wanted else ()))


def _numbers(sessions: Sequence[WitnessSession]) -> dict[uuid.UUID, int]:
    return {session.id: session.number for session in sessions}


def drawn(db: Session, sketches: Sequence[Sketch], sessions: Mapping[uuid.UUID, int]) -> list[Drawn]:
    """By one query however many there are. ``sessions`` are numbers by identity."""
    made: dict[uuid.UUID, list[Likeness]] = defaultdict(list)
    pictured = set()
    beside = (RealPhoto.likeness_id == Likeness.id) & RealPhoto.replaced_at.is_(None)
    query = select(Likeness, RealPhoto.id.is_not(None)).outerjoin(RealPhoto, beside).options(defer(Likeness.provenance))
    query = query.where(Likeness.sketch_id.in_([sketch.id for sketch in sketches])).order_by(Likeness.number)
    for likeness, has_photo in db.execute(query):
        made[likeness.sketch_id].append(likeness)
        pictured |= {likeness.id} if has_photo else set()
    found = []
    for sketch in sketches:
        one = current(made[sketch.id])
        session = sessions.get(sketch.session_id) if sketch.session_id else None
        found.append(Drawn(sketch, one, session, one is not None and one.id in pictured))
    return found


def sketches_by_session(db: Session, case_id: uuid.UUID) -> dict[uuid.UUID, list[Sketch]]:
    """The newest version of each sketch of the case that came of a session, by that session."""
    latest = _latest(case_id).subquery()
    query = select(Sketch).join(
        latest, (Sketch.lineage_id == latest.c.lineage_id) & (Sketch.version == latest.c.version)
    )
    found: dict[uuid.UUID, list[Sketch]] = defaultdict(list)
    for sketch in db.scalars(query.where(Sketch.session_id.is_not(None)).order_by(Sketch.created_at)):
        if sketch.session_id:
            found[sketch.session_id].append(sketch)
    return found


def _latest(case_id: uuid.UUID) -> Select[uuid.UUID, int]:
    newest = select(Sketch.lineage_id, func.max(Sketch.version).label("version")).where(Sketch.case_id == case_id)
    return newest.group_by(Sketch.lineage_id)


def _quick(account: Account) -> Select[uuid.UUID]:
    """The first versions of the account's newest sketches that are in no case."""
    first = Sketch.id == Sketch.lineage_id
    query = select(Sketch.id).where(worked_on_by(account), Sketch.case_id.is_(None), first)
    return query.order_by(Sketch.created_at.desc()).limit(MOST)
