"""Whether a picture, or an address, is of a notice that this agency published, and whether that is still current.

A picture is known by its content credentials or, where they were stripped, by its looks, or by the face in it where
much was cut off or stands around it. An address is read, never fetched. Nothing is kept of either.
"""

import datetime as dt
import enum
import hashlib
import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.notices import credentials
from app.notices.credentials import Told
from app.public.known import Known
from imaging.decode import DecodedImage
from models import Publication, PublicationFile, utc_now

IN_ADDRESS = re.compile(
    r"(?:/[a-z]{2,8})?/notices/([A-Za-z0-9_-]{1,16})(?:\.json|/.*)?|/pictures/([A-Za-z0-9_-]{1,16})/(\d{1,4})/.*"
)
IN_TITLE = re.compile(r"([A-Za-z0-9_-]{1,16}), revision \d+")


class Outcome(enum.StrEnum):
    """``corrected``: another version has taken its place. ``elsewhere``: the address is another site's."""

    CURRENT = "current"
    CORRECTED = "corrected"
    OVER = "over"
    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"


class By(enum.StrEnum):
    """How a notice was known."""

    CREDENTIALS = "credentials"
    LOOKS = "looks"
    FACE = "face"
    ADDRESS = "address"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """``altered``: the file's credentials are not of these pixels. ``signer`` is whoever signed it, where that was
    somebody else. ``distance`` is in bits, of pictures known by their looks or by a face."""

    outcome: Outcome
    by: By | None = None
    slug: str = ""
    version: int = 0
    published_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    distance: int | None = None
    altered: bool = False
    signer: str = ""


def of_picture(db: Session, known: Known, data: bytes, decoded: DecodedImage, trusted: bytes | None) -> Verdict:
    """``trusted`` are the certificates, PEM, that this installation signs with, None where this process has none."""
    told = credentials.read(data, decoded.mime, trusted)
    if told is not None and told.intact and told.ours and (found := _published(db, told, data)) is not None:
        return _verdict(db, found, By.CREDENTIALS)
    altered = told is not None and not told.intact
    signer = told.signer if told is not None and told.intact and not told.ours else ""
    # The face last: it takes longer, and says less of what stands around it.
    for by, search in ((By.LOOKS, known.pictures), (By.FACE, known.of_faces)):
        near = search(db, decoded.image)
        if (best := _best(db, near)) is not None:
            return _verdict(db, best, by, distance=near[best.id], altered=altered, signer=signer)
    return Verdict(outcome=Outcome.UNKNOWN, altered=altered, signer=signer)


def of_address(db: Session, text: str, ours: Collection[str], folder: str) -> Verdict:
    """``ours`` are the hosts of these pages, and ``folder`` is where they begin there."""
    text = text.strip()
    try:
        parts = urlsplit(text if "//" in text or text.startswith("/") else f"//{text}")
        host, path = parts.netloc.lower(), unquote(parts.path)
    except ValueError:
        return Verdict(outcome=Outcome.UNKNOWN)
    if host and host not in ours:
        return Verdict(outcome=Outcome.ELSEWHERE)
    match = IN_ADDRESS.fullmatch(path.removeprefix(folder))
    if match is None:
        return Verdict(outcome=Outcome.UNKNOWN)
    slug, version = match[1] or match[2], int(match[3]) if match[3] else None
    found = _latest(db, slug, version)
    return Verdict(outcome=Outcome.UNKNOWN) if found is None else _verdict(db, found, By.ADDRESS)


def _published(db: Session, told: Told, data: bytes) -> Publication | None:
    """The newest version that was published with this very file. A draft's pictures are signed as well, and may have
    left the house without ever being approved."""
    match = IN_TITLE.fullmatch(told.title)
    if match is None:
        return None
    query = select(Publication).join(PublicationFile, PublicationFile.publication_id == Publication.id)
    query = query.where(Publication.slug == match[1], PublicationFile.sha256 == hashlib.sha256(data).hexdigest())
    return db.scalar(query.order_by(Publication.version.desc()).limit(1))


def _latest(db: Session, slug: str, version: int | None = None) -> Publication | None:
    query = select(Publication).where(Publication.slug == slug)
    if version is not None:
        query = query.where(Publication.version == version)
    return db.scalar(query.order_by(Publication.version.desc()).limit(1))


def _best(db: Session, near: Mapping[uuid.UUID, int]) -> Publication | None:
    """The nearest; of one picture in several publications the current one, else the newest."""
    if not near:
        return None
    rows = db.scalars(select(Publication).where(Publication.id.in_(list(near)))).all()
    least = min(near.values())
    alike = [row for row in rows if near[row.id] <= least + 4]
    return max(alike, key=lambda row: (_is_current(row), row.published_at), default=None)


def _is_current(row: Publication) -> bool:
    return row.ended_at is None and row.expires_at > utc_now()


def _verdict(
    db: Session, row: Publication, by: By, *, distance: int | None = None, altered: bool = False, signer: str = ""
) -> Verdict:
    current, latest = _is_current(row), _latest(db, row.slug)
    outcome = Outcome.CORRECTED if latest is not None and _is_current(latest) else Outcome.OVER
    return Verdict(
        outcome=Outcome.CURRENT if current else outcome,
        by=by,
        slug=row.slug,
        version=row.version,
        published_at=row.published_at,
        ended_at=None if current else row.ended_at or row.expires_at,
        distance=distance,
        altered=altered,
        signer=signer,
    )
