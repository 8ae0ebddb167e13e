"""Who made a record, by name: as their account is called now, or as they were called where it was imported from."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, ImportedAuthor


@dataclass(frozen=True)
class Names:
    accounts: dict[uuid.UUID, str]
    imported: dict[uuid.UUID, str]

    def of(self, record_id: uuid.UUID, account_id: uuid.UUID | None) -> str:
        return self.imported.get(record_id) or (self.accounts.get(account_id, "") if account_id else "")


def names_of(db: Session, case_id: uuid.UUID) -> Names:
    """For the records of one case. An agency has some hundred accounts: all of them are read at once."""
    accounts = {row.id: row.name for row in db.execute(select(Account.id, Account.name))}
    query = select(ImportedAuthor.record_id, ImportedAuthor.name).where(ImportedAuthor.case_id == case_id)
    return Names(accounts, {row.record_id: row.name for row in db.execute(query)})
