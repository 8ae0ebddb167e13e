"""Making a case into a file."""

import tempfile
from typing import BinaryIO, cast

from sqlalchemy.orm import Session

from app import custody
from app.database import clock
from app.errors import NotFound
from app.exchange import bundle, pdf
from app.exchange.dossier import Dossier, read
from app.exchange.exports import KEPT
from app.exchange.readable import describe
from app.exchange.speaking import speaking
from app.handlers.work import Record, Tools
from app.leases import Claim
from app.storage import ObjectStore, file_key, split_key
from imaging.words import N_
from models import Account, CaseExport, ExportFormat

GONE = N_("The case is no longer there.")


def export(claim: Claim, tools: Tools) -> Record:
    with tools.database.session(read_only=True) as db:
        asked = db.get(CaseExport, claim.subject_id)
    dossier = read(tools.database, asked.case_id) if asked else None
    if asked is None or dossier is None:
        raise NotFound(GONE)
    with tempfile.TemporaryFile() as temporary:
        file = cast(BinaryIO, temporary)
        _write(dossier, asked, tools.store, file)
        size, key = file.seek(0, 2), file_key(claim.owner_id, file)
        tools.store.put_file(key, file)

    def record(db: Session) -> None:
        held = db.get(CaseExport, claim.subject_id, with_for_update=True, populate_existing=True)
        if held is None:
            raise NotFound(GONE)
        held.key, held.sha256, held.size = key, split_key(key)[1], size
        held.made_at = clock(db)
        held.expires_at = held.made_at + KEPT
        thing, chain = custody.Thing("export", held.id), custody.of_case(held.case_id)
        by, kind = db.get_one(Account, held.asked_by), str(held.format)
        custody.record(db, chain, by, "case.exported", thing, after=held.sha256, format=kind, size=size)

    return record


def _write(dossier: Dossier, asked: CaseExport, store: ObjectStore, file: BinaryIO) -> None:
    with speaking(asked.language):
        readable = describe(dossier, bundle.digests(dossier), asked.language)
    if asked.format == ExportFormat.PDF:
        pdf.write(dossier, store, file, readable, asked.paper)
    else:
        bundle.write(dossier, store, file, readable)
