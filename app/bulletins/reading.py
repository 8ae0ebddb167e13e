"""What a bulletin is made of, read at one moment: publications with their pictures, and the agency as it is."""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.agency import settings
from app.agency.declared import AgencySettings
from app.errors import Conflict, NotFound
from app.notices.document import Document
from imaging.words import N_
from models import Bulletin, BulletinPublication, FileUse, Publication, PublicationFile

GONE = N_("The bulletin is no longer there.")
NOT_CURRENT = N_("The notice is no longer public, so no bulletin of it can be made.")
NO_PICTURES = N_("The notice has no published picture in this language.")
KINDS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
"""Of pictures that Typst can set, by their type."""


@dataclass(frozen=True)
class Notified:
    """A publication as a poster tells it. ``until`` is the last day on which it is current, the agency's own."""

    slug: str
    version: int
    content: Document
    languages: tuple[str, ...]
    until: dt.date
    files: tuple[PublicationFile, ...]

    def pictures(self, language: str) -> list[PublicationFile]:
        """One of each, labelled in the language, in their order. Raises NotFound."""
        best: dict[int, PublicationFile] = {}
        for file in self.files:
            if file.language == language and (file.position not in best or _rank(file) > _rank(best[file.position])):
                best[file.position] = file
        if not best:
            raise NotFound(NO_PICTURES)
        return [best[position] for position in sorted(best)]


@dataclass(frozen=True)
class Matter:
    """Everything that goes into a bulletin. ``day`` is that on which it was asked for."""

    bulletin: Bulletin
    notices: tuple[Notified, ...]
    agency: AgencySettings
    logo_key: str | None
    day: dt.date


def current(now: dt.datetime) -> ColumnElement[bool]:
    """Holds for the publications that are public."""
    return Publication.ended_at.is_(None) & (Publication.expires_at > now)


def is_current(publication: Publication, now: dt.datetime) -> bool:
    return publication.ended_at is None and publication.expires_at > now


def read(db: Session, bulletin_id: uuid.UUID, now: dt.datetime) -> Matter:
    """Raises NotFound when it is gone, and Conflict when one of its notices is no longer public."""
    bulletin = db.get(Bulletin, bulletin_id)
    publications = publications_of(db, bulletin_id)
    if bulletin is None or not publications:
        raise NotFound(GONE)
    check_current(publications, now)
    agency, logo_key = settings.fresh(db), settings.known(db).logo_key
    zone = zoneinfo.ZoneInfo(agency.time_zone)
    notices = tuple(_notified(db, one, zone) for one in publications)
    return Matter(bulletin, notices, agency, logo_key, bulletin.asked_at.astimezone(zone).date())


def publications_of(db: Session, bulletin_id: uuid.UUID, *, held: bool = False) -> list[Publication]:
    """In the order of the sheets; ``held`` keeps them as they are until the caller's transaction ends."""
    query = select(Publication).join(BulletinPublication, BulletinPublication.publication_id == Publication.id)
    query = query.where(BulletinPublication.bulletin_id == bulletin_id).order_by(BulletinPublication.position)
    if held:
        query = query.with_for_update(read=True, of=Publication).execution_options(populate_existing=True)
    return list(db.scalars(query))


def check_current(publications: Iterable[Publication], now: dt.datetime) -> None:
    """Raises Conflict unless all of them are public."""
    if not all(is_current(one, now) for one in publications):
        raise Conflict(NOT_CURRENT)


def _notified(db: Session, publication: Publication, zone: zoneinfo.ZoneInfo) -> Notified:
    usable = (
        PublicationFile.publication_id == publication.id,
        PublicationFile.use.in_((FileUse.SIGNED, FileUse.VIEW)),
        PublicationFile.mime.in_(KINDS),
    )
    files = db.scalars(select(PublicationFile).where(*usable).order_by(PublicationFile.id))
    content = Document.of(publication)
    # Of a moment at midnight the last day is the one that it ends.
    last = (publication.expires_at - dt.timedelta(microseconds=1)).astimezone(zone).date()
    return Notified(
        slug=publication.slug,
        version=publication.version,
        content=content,
        languages=tuple(publication.languages),
        until=content.expires_on or last,
        files=tuple(files),
    )


def _rank(file: PublicationFile) -> tuple[bool, int, str]:
    """The signed picture goes first, then the widest."""
    return file.use == FileUse.SIGNED, file.width, file.mime
