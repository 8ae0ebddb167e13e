"""What was published of a case, as its file has it: every version of its notices with the pictures as the public saw
them. It is a record to be read: an import takes none of it in, for it is not the other agency's to publish."""

import uuid
from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange import facts
from app.exchange.names import Names
from app.exchange.pieces import Piece
from models import FileUse, Notice, NoticeDecision, Publication, PublicationFile


def read(db: Session, case_id: uuid.UUID, names: Names) -> Iterator[Piece]:
    """Each publication, by notice and version."""
    approvals = _approvals(db, case_id)
    query = select(Publication, Notice).join(Notice, Publication.notice_id == Notice.id)
    query = query.where(Notice.case_id == case_id).order_by(Notice.created_at, Notice.id, Publication.version)
    for row, notice in db.execute(query).all():
        # Every approval publishes one version, so the first approval is of the first.
        by = dict(enumerate(approvals[notice.id], 1)).get(row.version)
        found = facts.of_publication(row, notice, by, names)
        yield Piece("publication", f"notices/{row.slug}-v{row.version}", found, _pictures(db, row))


def _approvals(db: Session, case_id: uuid.UUID) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Who approved, by notice and in order."""
    query = select(NoticeDecision.notice_id, NoticeDecision.by_id).join(Notice, NoticeDecision.notice_id == Notice.id)
    query = query.where(Notice.case_id == case_id, NoticeDecision.approved).order_by(NoticeDecision.revision)
    found: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for notice_id, by_id in db.execute(query):
        found[notice_id].append(by_id)
    return found


def _pictures(db: Session, row: Publication) -> dict[str, str]:
    """The signed ones, by name: the picture of all its sizes that says itself what it is."""
    file = PublicationFile
    query = select(file).where(file.publication_id == row.id, file.use == FileUse.SIGNED)
    found = db.scalars(query.order_by(file.position, file.language, file.width))
    return {f"picture-{one.position}-{one.language}.{facts.extension(one.mime)}": one.key for one in found}
