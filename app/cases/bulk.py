"""The same done to several cases: each in a transaction of its own, so that one that is refused keeps no other."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.sight import seen_by
from app.errors import AppError
from models import Account, Case

MOST = 200
"""Cases of one request."""


@dataclass(frozen=True)
class Outcome:
    """How many were ``changed``, how many were so ``already``, and which were refused, by number, with why."""

    changed: int
    already: int
    refused: tuple[tuple[str, str], ...]


def each(
    db: Session, account: Account, case_ids: Sequence[uuid.UUID], act: Callable[[Session, Account, uuid.UUID], bool]
) -> Outcome:
    """Do ``act`` to each case in the order of their identities; it says whether it changed anything."""
    asked = sorted(set(case_ids))[:MOST]
    query = select(Case.id, Case.number).where(Case.id.in_(asked), seen_by(account))
    numbers = {row.id: row.number for row in db.execute(query)}
    changed, refused = 0, []
    for case_id in asked:
        try:
            changed += act(db, account, case_id)
        except AppError as error:
            refused.append((numbers.get(case_id, "?"), str(error)))
    return Outcome(changed, len(asked) - changed - len(refused), tuple(refused))
