"""Publications with their files, as many as an answer needs. Nothing that is read here ever changes; whether it is
current does, which `app.public.current` says."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.errors import Gone
from app.public.shown import FileRow, Shown, of_publication
from models import Ended, Publication
from models import PublicationFile as File

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


def load(db: Session, ids: Sequence[uuid.UUID], *which: ColumnElement[bool]) -> list[Found]:
    """These publications in this order, each with those of its files for which ``which`` hold. One whose case was
    deleted a moment ago is left out."""
    if not ids:
        return []
    rows = {row.id: row for row in db.scalars(select(Publication).where(Publication.id.in_(ids)))}
    publications = [rows[one] for one in ids if one in rows]
    files: dict[uuid.UUID, list[FileRow]] = defaultdict(list)
    for file in db.execute(select(*COLUMNS).where(File.publication_id.in_(ids), *which)):
        files[file.publication_id].append(file)
    since = _first_published(db, [one for one in publications if one.version > 1])
    return [Found(one, files[one.id], since.get(one.id)) for one in publications]


def load_one(db: Session, identity: uuid.UUID) -> Found:
    """It with all its files. Raises Over when its case was deleted a moment ago."""
    found = load(db, [identity])
    if not found:
        raise Over
    return found[0]


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
