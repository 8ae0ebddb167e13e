"""Saying what was done: it becomes an entry when the transaction that did it commits."""

import uuid
from dataclasses import replace

from sqlalchemy.orm import Session

from app.custody.acting import Actor, acting
from app.custody.actions import ACTIONS
from app.custody.appending import Chain, Thing, Waiting, append
from app.custody.canonical import Detail
from app.database import write_last
from models import AGENCY, Account, ChainKind, Sketch

AGENCY_CHAIN = Chain(ChainKind.AGENCY, AGENCY)


def of_case(case_id: uuid.UUID) -> Chain:
    return Chain(ChainKind.CASE, case_id)


def of_sketch(sketch: Sketch) -> Chain:
    """Its case's; its own, which all its versions share, while it is not filed."""
    return of_case(sketch.case_id) if sketch.case_id else Chain(ChainKind.SKETCH, sketch.lineage_id)


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
) -> None:
    """Have an entry appended in the caller's transaction. ``before`` and ``after`` are sha256 of what was changed.

    It is written last of all, so that chains are held for a moment only and by everybody in one order. Raises
    ValueError for an action that is not listed and RuntimeError outside a transaction.
    """
    _wait(db, Waiting(chain, _actor(db, by), action, thing, before, after, details))


def bind(db: Session, sketch: Sketch, case_id: uuid.UUID, by: Account | Actor) -> None:
    """Record that a sketch and all its versions are filed in a case, in the caller's transaction, which holds the
    sketch. Its own chain ends with an entry that names the case; the case's names how long that chain is and its head.
    """
    own, thing = Chain(ChainKind.SKETCH, sketch.lineage_id), Thing("sketch", sketch.lineage_id)
    actor = _actor(db, by)
    _wait(db, Waiting(own, actor, "sketch.filed", thing, details={"case": str(case_id)}))
    _wait(db, Waiting(of_case(case_id), actor, "sketch.filed", thing, names=own))


def _actor(db: Session, by: Account | Actor) -> Actor:
    """With the token by which the session works for this account, if it does."""
    if isinstance(by, Actor):
        return by
    now = acting(db)
    return replace(now, name=by.name) if now.account_id == by.id else Actor(by.id, by.name)


def _wait(db: Session, entry: Waiting) -> None:
    if entry.action not in ACTIONS:
        raise ValueError(f"No action is called {entry.action}; app/custody/actions.py lists them.")
    write_last(db, append, entry)
