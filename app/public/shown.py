"""What the public is shown of one notice in one language: by its page, its print, its feeds and its preview alike."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from app.notices.content import Wording
from models import Category, FileUse, NoticeFile, Publication, PublicationFile

WEBP = "image/webp"

FileRow = Row[*tuple[Any, ...]]
"""As many columns of a file as `ShownFile` has."""
AnyFile = PublicationFile | NoticeFile | FileRow
"""What is shown of a file: from its stored record, from one that was made up, or from some columns."""


@dataclass(frozen=True, kw_only=True)
class ShownFile:
    """One file of a picture. ``language`` is that of its label; ``size`` is in bytes, the sides in pixels."""

    use: FileUse
    language: str
    mime: str
    width: int
    height: int
    size: int
    sha256: str
    key: str


@dataclass(frozen=True, kw_only=True)
class ShownPicture:
    """One picture, ``position`` counted from 1. ``alt`` is in ``alt_language``; ``views`` are the sizes for pages, the
    smallest first, all of one kind; ``share`` and ``signed`` are None where they were not asked for or not made yet.
    ``morphed`` is how many likenesses it is a morph of, 1 for a likeness as it was made."""

    position: int
    morphed: int
    alt: str
    alt_language: str
    views: tuple[ShownFile, ...] = ()
    share: ShownFile | None = None
    signed: ShownFile | None = None

    def view(self, width: int) -> ShownFile | None:
        """The smallest view that is at least so wide, else the largest; None where there is none."""
        wide = [one for one in self.views if one.width >= width]
        return wide[0] if wide else self.views[-1] if self.views else None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A notice as its page shows it.

    ``language`` is the one that ``wording`` is in: the one asked for where the notice has it, else the one it was
    written in first. ``languages`` are all that it can be read in. ``corrected_at`` is when this version took the
    place of another that was wrong; ``published_at`` is when the public first saw the notice.
    """

    slug: str
    version: int
    category: Category
    language: str
    languages: tuple[str, ...]
    wording: Wording
    happened_from: dt.date | None
    happened_to: dt.date | None
    published_at: dt.datetime
    corrected_at: dt.datetime | None
    expires_at: dt.datetime
    pictures: tuple[ShownPicture, ...]

    @property
    def changed_at(self) -> dt.datetime:
        return self.corrected_at or self.published_at


def of_publication(
    publication: Publication,
    files: Iterable[AnyFile],
    language: str,
    *,
    first_published_at: dt.datetime | None = None,
) -> Shown:
    """The publication in this language, or in the one it has. Neither the row nor its files must be stored: a preview
    makes them up from a draft. ``first_published_at`` is given where this version corrects an earlier one."""
    facts = publication.content
    speaks = language if language in facts["words"] else next(iter(facts["words"]), language)
    made = list(files)
    return Shown(
        slug=publication.slug,
        version=publication.version,
        category=Category(facts["category"]),
        language=speaks,
        languages=tuple(facts["words"]),
        wording=Wording(**facts["words"].get(speaks, {})),
        happened_from=_day(facts["happened_from"]),
        happened_to=_day(facts["happened_to"]),
        published_at=first_published_at or publication.published_at,
        corrected_at=publication.published_at if first_published_at else None,
        expires_at=publication.expires_at,
        pictures=tuple(
            _picture(position, one, [file for file in made if file.position == position], (language, speaks))
            for position, one in enumerate(facts["pictures"], 1)
        ),
    )


def _picture(position: int, facts: Mapping[str, Any], files: Sequence[AnyFile], wishes: Sequence[str]) -> ShownPicture:
    """With the files whose label is in the first of the languages that there are any in."""
    spoken = _first(wishes, {one.language for one in files})
    ours = sorted((one for one in files if one.language == spoken), key=lambda one: one.width)
    views = [one for one in ours if one.use == FileUse.VIEW]
    alts: dict[str, str] = facts["alt"]
    told = _first(wishes, {language for language, alt in alts.items() if alt})
    return ShownPicture(
        position=position,
        morphed=facts.get("morphed", 1),
        alt=alts.get(told, ""),
        alt_language=told,
        views=tuple(file_of(one) for one in views if one.mime == WEBP or all(view.mime != WEBP for view in views)),
        share=next((file_of(one) for one in ours if one.use == FileUse.SHARE), None),
        signed=next((file_of(one) for one in ours if one.use == FileUse.SIGNED), None),
    )


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _first(wishes: Sequence[str], there: Collection[str]) -> str:
    return next((one for one in wishes if one in there), min(there, default=wishes[0]))


def file_of(row: AnyFile) -> ShownFile:
    return ShownFile(
        use=row.use,
        language=row.language,
        mime=row.mime,
        width=row.width,
        height=row.height,
        size=row.size,
        sha256=row.sha256,
        key=row.key,
    )
