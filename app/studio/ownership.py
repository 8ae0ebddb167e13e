"""Whose a sketch is, in names for a person to read."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.exchange.names import made_by
from app.studio.sight import seen_by
from models import Account, Sketch, Unit


@dataclass(frozen=True)
class Whose:
    """``unit`` is empty for a sketch that its owner alone sees."""

    owner: str
    unit: str


@dataclass(frozen=True)
class Several:
    """Whether what an account sees is not all its own, or of more than one unit: only then do lists need to say."""

    owners: bool
    units: bool


def whose(db: Session, sketches: Sequence[Sketch]) -> dict[uuid.UUID, Whose]:
    """By the sketch's identity; one query however many there are."""
    query = (
        select(Sketch.id, made_by(Sketch.id, Account.name), Unit.name)
        .join(Account, Sketch.owner_id == Account.id)
        .outerjoin(Unit, Sketch.unit_id == Unit.id)
        .where(Sketch.id.in_([sketch.id for sketch in sketches]))
    )
    return {key: Whose(owner, unit or "") for key, owner, unit in db.execute(query)}


def several(db: Session, account: Account) -> Several:
    others = exists().where(seen_by(account), Sketch.owner_id != account.id)
    units = select(Sketch.unit_id).where(seen_by(account)).distinct().limit(2).subquery()
    both = select(others, select(func.count()).select_from(units).scalar_subquery())
    owners, count = db.execute(both).one()
    return Several(bool(owners), count > 1)
