"""Filters of the case list that their owner comes back to."""

import uuid

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.cases.filters import Filter
from app.database import clock, insert, transaction
from app.errors import Refused
from app.texts import one_line
from models import Account, SavedFilter, fold

MAX_NAME, MOST = 80, 30


def list_saved(db: Session, account: Account) -> list[SavedFilter]:
    found = db.scalars(select(SavedFilter).where(SavedFilter.account_id == account.id))
    return sorted(found, key=lambda one: fold(one.name))


def save(db: Session, account: Account, name: str, by: Filter) -> None:
    """Under a name of the account's own; one that it has already is replaced. Raises Refused."""
    name = one_line(name)
    if not 1 <= len(name) <= MAX_NAME:
        raise Refused(_("Give the filter a name of at most %(most)s characters.", most=MAX_NAME))
    if not by.said:
        raise Refused(_("Narrow the list down first; there is nothing to save."))
    values = {"id": uuid.uuid4(), "account_id": account.id, "name": name, "query": by.said, "created_at": clock(db)}
    statement = insert(db, SavedFilter).values(**values)
    with transaction(db):
        statement = statement.on_conflict_do_update(index_elements=["account_id", "name"], set_={"query": by.said})
        db.execute(statement)
        mine = select(func.count()).select_from(SavedFilter).where(SavedFilter.account_id == account.id)
        if (db.scalar(mine) or 0) > MOST:
            raise Refused(_("You have %(most)s saved filters already; remove one first.", most=MOST))


def remove(db: Session, account: Account, filter_id: uuid.UUID) -> None:
    """One that is gone, or somebody else's, is none of theirs: nothing happens."""
    with transaction(db):
        db.execute(delete(SavedFilter).where(SavedFilter.id == filter_id, SavedFilter.account_id == account.id))
