"""What is before the public at this moment. Nothing is remembered from one request to the next: what is withdrawn is
gone with the next answer."""

import datetime as dt
import re
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, func, literal, select
from sqlalchemy.orm import Session

from app import keyset
from app.errors import Gone, NotFound
from app.keyset import Cursor, Slice
from app.public.filters import Filter
from app.public.shown import FileRow, Shown, of_publication
from models import Ended, EndedSlug, FileUse, Publication, PublicationFile, utc_now
from models.base import UTCDateTime

SLUG = re.compile(r"[A-Za-z0-9_-]{1,16}")
"""Anything else names no notice and is not asked for: databases disagree about some signs."""
File = PublicationFile
COLUMNS = (
    File.publication_id,
    File.position,
    File.use,
    File.language,
    File.mime,
    File.width,
    File.height,
    File.size,
    File.sha256,
    File.key,
)
"""All that is shown of a file: rows of columns cost a third of what whole records do."""


class Over(Gone):
    """There was such a notice, and it is over; why is nobody's business."""

    def __init__(self) -> None:
        super().__init__(_("This notice is over."))


@dataclass(frozen=True)
class Found:
    """A current publication with its files; ``first_published_at`` where it corrects an earlier version."""

    publication: Publication
    files: Sequence[FileRow]
    first_published_at: dt.datetime | None = None

    def shown(self, language: str) -> Shown:
        return of_publication(self.publication, self.files, language, first_published_at=self.first_published_at)


def now(db: Session) -> ColumnElement[dt.datetime]:
    """By the clock that all machines share, without asking for it apart."""
    kind = UTCDateTime()
    return func.now(type_=kind) if db.get_bind().dialect.name == "postgresql" else literal(utc_now(), kind)


def is_current(db: Session) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Publication.ended_at.is_(None), Publication.expires_at > now(db)


def page(db: Session, wanted: Filter, after: Cursor | None, size: int, *files: ColumnElement[bool]) -> Slice[Found]:
    """Some of the current notices that fit, the newest first, each with those of its files for which ``files`` hold."""
    place = Publication.published_at, Publication.id
    query = (
        select(Publication)
        .where(*is_current(db), *wanted.conditions, *keyset.past(*place, after))
        .order_by(*keyset.newest_first(*place))
        .limit(size + 1)
    )
    rows = keyset.sliced(db.scalars(query).all(), size, lambda row: Cursor(row.published_at, row.id))
    return Slice(_with_files(db, rows.items, *files), rows.after)


def find(db: Session, slug: str) -> Found:
    """The notice as it is now. Raises Over for one that is over, and NotFound for a name that no notice ever had."""
    query = select(Publication).where(Publication.slug == slug, *is_current(db))
    query = query.order_by(Publication.version.desc()).limit(1)
    publication = db.scalar(query) if SLUG.fullmatch(slug) else None
    if publication is None:
        raise absent(db, slug)
    (found,) = _with_files(db, [publication])
    return found


def find_file(
    db: Session, slug: str, version: int, position: int, language: str, use: FileUse, width: int, mime: str
) -> FileRow:
    """A picture's file, of a version that is current. Raises Over and NotFound."""
    is_it = (
        File.position == position,
        File.language == language,
        File.use == use,
        File.width == width,
        File.mime == mime,
    )
    query = select(*COLUMNS).join(Publication, File.publication_id == Publication.id).where(
        Publication.slug == slug, Publication.version == version, *is_current(db), *is_it
    )  # fmt: skip
    found = db.execute(query).first() if SLUG.fullmatch(slug) else None
    if found is None:
        raise absent(db, slug, version)
    return found


def absent(db: Session, slug: str, version: int | None = None) -> Over | NotFound:
    """What to say of a name, or of a version of it, under which nothing is current."""
    rows = [Publication.slug == slug, *([Publication.version == version] if version is not None else [])]
    was = exists().where(*rows, ~_both(is_current(db))) | exists().where(EndedSlug.slug == slug)
    used = bool(SLUG.fullmatch(slug)) and db.scalar(select(was))
    return Over() if used else NotFound(_("There is nothing at this address. It may have been typed wrongly."))


def _both(conditions: tuple[ColumnElement[bool], ColumnElement[bool]]) -> ColumnElement[bool]:
    first, second = conditions
    return first & second


def _with_files(db: Session, publications: Sequence[Publication], *which: ColumnElement[bool]) -> list[Found]:
    if not publications:
        return []
    query = select(*COLUMNS).where(File.publication_id.in_([one.id for one in publications]), *which)
    files: dict[uuid.UUID, list[FileRow]] = defaultdict(list)
    for row in db.execute(query):
        files[row.publication_id].append(row)
    since = _first_published(db, [one for one in publications if one.version > 1])
    return [Found(one, files[one.id], since.get(one.id)) for one in publications]


def _first_published(db: Session, later: Sequence[Publication]) -> dict[uuid.UUID, dt.datetime]:
    """Of those that correct a version before them, when the public first saw the notice. One that was withdrawn and
    published again corrects nothing."""
    if not later:
        return {}
    columns = Publication.slug, Publication.version, Publication.published_at, Publication.ended_why
    query = select(*columns).where(Publication.slug.in_([one.slug for one in later]))
    before = {(row.slug, row.version): row for row in db.execute(query)}
    found = {}
    for one in later:
        version = one.version
        while (row := before.get((one.slug, version - 1))) is not None and row.ended_why == Ended.CORRECTED:
            found[one.id], version = row.published_at, version - 1
    return found
