"""Who made a record, by name: as their account is called now, or as they were called where it was imported from."""

import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models import Account, ImportedAuthor


@dataclass(frozen=True)
class Names:
    accounts: dict[uuid.UUID, str]
    imported: dict[uuid.UUID, str]

    def of(self, record_id: uuid.UUID, account_id: uuid.UUID | None) -> str:
        return self.imported.get(record_id) or (self.accounts.get(account_id, "") if account_id else "")


def imported_name(record_id: InstrumentedAttribute[uuid.UUID]) -> ColumnElement[str | None]:
    """In a query of these records: who made it where it was imported from; NULL for one that was made here."""
    return select(ImportedAuthor.name).where(ImportedAuthor.record_id == record_id).scalar_subquery()


def made_by(record_id: InstrumentedAttribute[uuid.UUID], account: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """In a query of these records: who made it, ``account`` being the name of the account that owns it here."""
    return func.coalesce(imported_name(record_id), account)


def names_of(db: Session, case_id: uuid.UUID) -> Names:
    """For the records of one case. An agency has some hundred accounts: all of them are read at once."""
    accounts = {row.id: row.name for row in db.execute(select(Account.id, Account.name))}
    query = select(ImportedAuthor.record_id, ImportedAuthor.name).where(ImportedAuthor.case_id == case_id)
    return Names(accounts, {row.record_id: row.name for row in db.execute(query)})
