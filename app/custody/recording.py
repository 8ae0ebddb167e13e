"""Appending to a chain."""

import uuid
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.custody.actions import ACTIONS
from app.custody.canonical import canonical, digest
from app.database import clock
from models import AGENCY, Account, ChainKind, CustodyChain, CustodyEntry, Sketch

Plain = str | int | float | bool | None
Detail = Plain | list[Plain] | list[str] | dict[str, Plain]
"""What an entry may say besides: plain JSON, so that it reads the same from every database."""


@dataclass(frozen=True)
class Chain:
    """Which chain, by what it is about."""

    kind: ChainKind
    subject_id: uuid.UUID


@dataclass(frozen=True)
class Actor:
    """Who did it, under the name they had then; no account for the program itself and its operator."""

    account_id: uuid.UUID | None
    name: str


@dataclass(frozen=True)
class Thing:
    """To what it was done: a kind such as "case", "sketch", "likeness", "account"."""

    kind: str
    id: uuid.UUID | None = None


AGENCY_CHAIN = Chain(ChainKind.AGENCY, AGENCY)


def of_case(case_id: uuid.UUID) -> Chain:
    return Chain(ChainKind.CASE, case_id)


def of_sketch(sketch: Sketch) -> Chain:
    """Its case's; its own, which all its versions share, while it is not filed."""
    return of_case(sketch.case_id) if sketch.case_id else Chain(ChainKind.SKETCH, sketch.lineage_id)


def program(part: str) -> Actor:
    """The program itself, e.g. its "worker"; or its "operator", who asks nobody."""
    return Actor(None, part)


def record(
    db: Session,
    chain: Chain,
    by: Account | Actor,
    action: str,
    thing: Thing,
    *,
    before: str | None = None,
    after: str | None = None,
    **details: Detail,
) -> CustodyEntry:
    """Append an entry in the caller's transaction. ``before`` and ``after`` are sha256 of what was changed.

    The chain is held until the transaction ends: record last, and where an action concerns a case and the agency,
    the case first. Raises ValueError for an action that is not listed and RuntimeError outside a transaction.
    """
    if action not in ACTIONS:
        raise ValueError(f"No action is called {action}; app/custody/actions.py lists them.")
    if not db.info.get("writing"):
        raise RuntimeError("An entry belongs into the transaction of what it tells of.")
    db.flush()
    head = _held(db, chain)
    actor = by if isinstance(by, Actor) else Actor(by.id, by.name)
    entry = CustodyEntry(
        id=uuid.uuid4(),
        chain_id=head.id,
        number=head.length + 1,
        at=clock(db),
        actor_id=actor.account_id,
        actor=actor.name[:200],
        action=action,
        object_kind=thing.kind,
        object_id=thing.id,
        before=before,
        after=after,
        details=dict(details),
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64],
        previous=head.head,
    )
    entry.hash = digest(canonical(entry))
    db.add(entry)
    head.length, head.head = entry.number, entry.hash
    db.flush()
    return entry


def _held(db: Session, chain: Chain) -> CustodyChain:
    """The chain's row, held; made when this is its first entry."""
    query = select(CustodyChain).where(CustodyChain.kind == chain.kind, CustodyChain.subject_id == chain.subject_id)
    query = query.with_for_update().execution_options(populate_existing=True)
    found = db.scalar(query)
    if found is not None:
        return found
    try:
        with db.begin_nested():
            made = CustodyChain(kind=chain.kind, subject_id=chain.subject_id, created_at=clock(db))
            db.add(made)
            db.flush()
        return made
    except IntegrityError:  # somebody else began it a moment ago
        return db.scalars(query).one()
