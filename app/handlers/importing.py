"""Making a case from a file."""

from sqlalchemy.orm import Session

from app.custody.acting import Actor
from app.errors import NotFound
from app.exchange.imports import read_case
from app.handlers.work import Record, Tools
from app.leases import Claim
from imaging.words import N_
from models import Account, CaseImport

GONE = N_("The file is no longer here. Hand it in again.")


def import_case(claim: Claim, tools: Tools) -> Record:
    with tools.database.session(read_only=True) as db:
        asked = db.get(CaseImport, claim.subject_id)
    if asked is None or asked.key is None:
        raise NotFound(GONE)
    with tools.store.open(asked.key) as file:
        wanted = (asked.file_name, claim.owner_id, asked.unit_id, asked.number)
        case, write = read_case(tools.database, tools.store, file, *wanted)

    def record(db: Session) -> None:
        held = db.get(CaseImport, claim.subject_id, with_for_update=True, populate_existing=True)
        if held is None:
            raise NotFound(GONE)
        account = db.get_one(Account, claim.owner_id)
        write(db, Actor(account.id, account.name), held.sha256)
        held.case_id = case.id

    return record
