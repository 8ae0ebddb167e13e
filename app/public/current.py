"""What is before the public at this moment. It is asked for with every request and never remembered: what is withdrawn
is gone with the next answer."""

import datetime as dt
import re
import uuid

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, func, literal, select
from sqlalchemy.orm import Session

from app import keyset
from app.errors import NotFound
from app.keyset import Cursor, Slice
from app.public.filters import Filter
from app.public.found import COLUMNS, Over
from app.public.shown import FileRow
from models import EndedSlug, FileUse, Publication, utc_now
from models import PublicationFile as File
from models.base import UTCDateTime

SLUG = re.compile(r"[A-Za-z0-9_-]{1,16}")
"""Anything else names no notice and is not asked for: databases disagree about some signs."""


def now(db: Session) -> ColumnElement[dt.datetime]:
    """By the clock that all machines share, without asking for it apart."""
    kind = UTCDateTime()
    return func.now(type_=kind) if db.get_bind().dialect.name == "postgresql" else literal(utc_now(), kind)


def is_current(db: Session) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Publication.ended_at.is_(None), Publication.expires_at > now(db)


def page(db: Session, wanted: Filter, after: Cursor | None, size: int) -> Slice[uuid.UUID]:
    """The identities of some of the current notices that fit, the newest first."""
    place = Publication.published_at, Publication.id
    query = (
        select(*place)
        .where(*is_current(db), *wanted.conditions(db), *keyset.past(*place, after))
        .order_by(*keyset.newest_first(*place))
        .limit(size + 1)
    )
    rows = keyset.sliced(db.execute(query).all(), size, lambda row: Cursor(row.published_at, row.id))
    return Slice([row.id for row in rows.items], rows.after)


def find(db: Session, slug: str) -> uuid.UUID:
    """The identity of what is current of a notice. Raises Over where it is over, and NotFound for a name that no
    notice ever had."""
    query = select(Publication.id).where(Publication.slug == slug, *is_current(db))
    query = query.order_by(Publication.version.desc()).limit(1)
    found = db.scalar(query) if SLUG.fullmatch(slug) else None
    if found is None:
        raise absent(db, slug)
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
