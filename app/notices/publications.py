"""Publications: making one of an approved notice, and ending one. Both in the caller's transaction, which holds the
notice or its case."""

import datetime as dt
import uuid
import zoneinfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import custody, shelving
from app.agency import settings
from app.custody import digest
from app.database import clock
from app.notices import document, files, purging
from app.notices.content import Content
from app.notices.recording import record
from app.storage import PUBLISHED as PUBLISHED_OBJECTS
from app.storage import ObjectStore, under
from models import Account, Case, CaseStatus, Ended, FileUse, Notice, NoticeFile, Publication, PublicationFile

By = Account | custody.Actor
OPEN, PUBLISHED = CaseStatus.OPEN, CaseStatus.PUBLISHED
HASHES = ("perceptual_hash", "face_hash")
COPIED = ("position", "language", "use", "mime", "width", "height", "size", "sha256", *HASHES)


def current(db: Session, notice_id: uuid.UUID) -> Publication | None:
    """The version that was not ended; whether its day has come, ``expires_at`` says."""
    return db.scalar(select(Publication).where(Publication.notice_id == notice_id, Publication.ended_at.is_(None)))


def of_notice(db: Session, notice_id: uuid.UUID) -> list[Publication]:
    """Every version, the newest first."""
    query = select(Publication).where(Publication.notice_id == notice_id)
    return list(db.scalars(query.order_by(Publication.version.desc())))


def first_published(db: Session, notice_id: uuid.UUID) -> dt.datetime | None:
    """When the public first saw what the current version corrects, or what the next one will."""
    found = None
    for row in of_notice(db, notice_id):
        if row.ended_at is not None and row.ended_why != Ended.CORRECTED:
            break
        found = row.published_at
    return found


def publish(db: Session, store: ObjectStore, by: Account, notice: Notice, content: Content) -> Publication:
    """The next version, which takes the place of the one before. Its pictures are copies of those that were approved.
    Raises StorageUnavailable, StorageFull, MissingObject and DamagedObject."""
    former, made = current(db, notice.id), files.files_of(db, notice)
    shelving.copy(store, [file.key for file in made], PUBLISHED_OBJECTS)
    last = db.scalar(select(func.max(Publication.version)).where(Publication.notice_id == notice.id)) or 0
    row = Publication(id=uuid.uuid4(), notice_id=notice.id, slug=notice.slug, version=last + 1)
    row.published_at, row.expires_at = clock(db), expires(db, content)
    document.write(row, content)
    if former is not None:
        former.ended_at, former.ended_why = row.published_at, Ended.CORRECTED
    db.add(row)
    db.flush()
    db.add_all(_published(row, file) for file in made)
    purging.mark(db, notice.slug)
    _record_version(db, by, notice, row, former, made)
    return row


def end(db: Session, by: By, notice: Notice, why: Ended) -> bool:
    """Take the current version from the public, if there is one; whether there was."""
    row = current(db, notice.id)
    if row is None:
        return False
    row.ended_at, row.ended_why = clock(db), why
    purging.mark(db, notice.slug)
    record(db, by, notice, f"notice.{why}", before=digest(row.content), version=row.version)
    return True


def end_of_case(db: Session, by: By, case: Case, why: Ended) -> int:
    """Take every publication of the held case from the public. How many there were."""
    held = select(Notice).where(Notice.case_id == case.id).order_by(Notice.id).with_for_update()
    notices = db.scalars(held.execution_options(populate_existing=True)).all()
    return sum(end(db, by, notice, why) for notice in notices)


def follow(db: Session, by: By, case: Case) -> None:
    """Have the held case's status say whether anything of it is public."""
    query = select(Publication.id).join(Notice, Publication.notice_id == Notice.id)
    public = db.scalar(query.where(Notice.case_id == case.id, Publication.ended_at.is_(None)).limit(1)) is not None
    before, after = (OPEN, PUBLISHED) if public else (PUBLISHED, OPEN)
    if case.status != before:
        return
    case.status, case.revision = after, case.revision + 1
    case.status_since = case.changed_at = clock(db)
    thing, moved = custody.Thing("case", case.id), {"was": str(before), "now": str(after)}
    chain, changed = custody.of_case(case.id), ["status"]
    custody.record(db, chain, by, "case.status", thing, fields=changed, revision=case.revision, **moved)


def expires(db: Session, content: Content) -> dt.datetime:
    """When the last day is over where the agency is."""
    if content.expires_on is None:
        raise ValueError("A notice without an end is not published.")
    zone, after = zoneinfo.ZoneInfo(settings.current(db).time_zone), content.expires_on + dt.timedelta(days=1)
    return dt.datetime.combine(after, dt.time(), zone).astimezone(dt.UTC)


def _published(row: Publication, file: NoticeFile) -> PublicationFile:
    facts = {name: getattr(file, name) for name in COPIED}
    return PublicationFile(publication_id=row.id, key=under(PUBLISHED_OBJECTS, file.key), **facts)


def _record_version(
    db: Session, by: By, notice: Notice, row: Publication, former: Publication | None, made: list[NoticeFile]
) -> None:
    before, after = digest(former.content) if former else None, digest(row.content)
    signed = [file.sha256 for file in made if file.use == FileUse.SIGNED]
    action = "notice.corrected" if former else "notice.published"
    record(db, by, notice, action, before=before, after=after, version=row.version, pictures=signed)
