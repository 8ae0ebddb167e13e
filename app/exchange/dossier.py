"""Everything that a case is made of, read at one moment: facts as plain JSON, pictures by the keys of their objects.

Nothing in it says when or by whom it was read, so the same records give the same dossier.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database
from app.exchange import facts, published
from app.exchange.chains import ChainText, chain_text
from app.exchange.names import Names, names_of
from app.exchange.pieces import Piece
from models import (
    Case,
    CaseNote,
    CaseTag,
    ChainKind,
    ForeignChain,
    Job,
    Likeness,
    RealPhoto,
    Sketch,
    Unit,
    WitnessSession,
)


@dataclass(frozen=True)
class Dossier:
    case: dict[str, Any]
    sessions: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    sketches: tuple[Piece, ...]
    published: tuple[Piece, ...]
    """Every version of its notices that was ever public."""
    chains: tuple[ChainText, ...]
    """The case's own and those that its sketches had before they were filed."""
    origins: tuple[str, ...]
    """Keys of the custody that former installations wrote, in the order of the case's journeys."""

    def pieces(self) -> Iterator[Piece]:
        for piece in (*self.sketches, *self.published):
            yield from piece.all()


def read(database: Database, case_id: uuid.UUID) -> Dossier | None:
    """The case as it is at one moment; None when there is no such case."""
    with database.session(read_only=True) as db:
        if db.get_bind().dialect.name == "postgresql":  # SQLite's readers see one moment anyway
            db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        case = db.get(Case, case_id)
        return _read(db, case) if case else None


def _read(db: Session, case: Case) -> Dossier:
    names = names_of(db, case.id)
    sketches = list(
        db.scalars(select(Sketch).where(Sketch.case_id == case.id).order_by(Sketch.lineage_id, Sketch.version))
    )
    sessions = select(WitnessSession).where(WitnessSession.case_id == case.id).order_by(WitnessSession.number)
    notes = select(CaseNote).where(CaseNote.case_id == case.id).order_by(CaseNote.created_at, CaseNote.id)
    tags = db.scalars(select(CaseTag.name).where(CaseTag.case_id == case.id).order_by(CaseTag.folded))
    unit = db.scalars(select(Unit.name).where(Unit.id == case.unit_id)).one()
    origins = select(ForeignChain.key).where(ForeignChain.case_id == case.id).order_by(ForeignChain.number)
    return Dossier(
        case=facts.of_case(case, names, unit, list(tags)),
        sessions=[facts.of_session(one, names) for one in db.scalars(sessions)],
        notes=[facts.of_note(one, names) for one in db.scalars(notes)],
        sketches=tuple(_sketches(db, sketches, names)),
        published=tuple(published.read(db, case.id, names)),
        chains=tuple(_chains(db, case.id, sketches)),
        origins=tuple(db.scalars(origins)),
    )


def _sketches(db: Session, sketches: list[Sketch], names: Names) -> Iterator[Piece]:
    lineages = sorted({(one.created_at, one.lineage_id) for one in sketches if one.id == one.lineage_id})
    place = {lineage_id: number for number, (_, lineage_id) in enumerate(lineages, 1)}
    for sketch in sorted(sketches, key=lambda one: (place.get(one.lineage_id, 0), one.version)):
        folder = f"sketches/{place.get(sketch.lineage_id, 0):02}-v{sketch.version}"
        yield Piece(
            "sketch",
            folder,
            facts.of_sketch(sketch, names),
            {
                facts.original_name(sketch.original_mime): sketch.original_key,
                "picture.png": sketch.clean_key,
                "thumbnail.webp": sketch.thumbnail_key,
            },
            tuple(_likenesses(db, sketch, folder, names)),
        )


def _likenesses(db: Session, sketch: Sketch, folder: str, names: Names) -> Iterator[Piece]:
    query = select(Likeness, Job).join(Job, Likeness.job_id == Job.id).where(Likeness.sketch_id == sketch.id)
    for likeness, job in db.execute(query.order_by(Likeness.number)):
        here = f"{folder}/likeness-{likeness.number}"
        yield Piece(
            "likeness",
            here,
            facts.of_likeness(likeness, job, names),
            {"likeness.png": likeness.image_key, "thumbnail.webp": likeness.thumbnail_key},
            tuple(_photos(db, likeness, here, names)),
            {"provenance.json": likeness.provenance},
        )


def _photos(db: Session, likeness: Likeness, folder: str, names: Names) -> Iterator[Piece]:
    query = select(RealPhoto).where(RealPhoto.likeness_id == likeness.id).order_by(RealPhoto.created_at, RealPhoto.id)
    for number, photo in enumerate(db.scalars(query), 1):
        objects = {
            facts.original_name(photo.original_mime): photo.original_key,
            "picture.png": photo.clean_key,
            "thumbnail.webp": photo.thumbnail_key,
        }
        if photo.aligned_key:
            objects["aligned.png"] = photo.aligned_key
        yield Piece("photo", f"{folder}/photo-{number}", facts.of_photo(photo, names), objects)


def _chains(db: Session, case_id: uuid.UUID, sketches: list[Sketch]) -> Iterator[ChainText]:
    wanted = [(ChainKind.CASE, case_id), *((ChainKind.SKETCH, one) for one in sorted({s.lineage_id for s in sketches}))]
    for kind, subject_id in wanted:
        found = chain_text(db, kind, subject_id)
        if found is not None:
            yield found
