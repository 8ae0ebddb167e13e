"""Telling a CDN which addresses of the public pages changed: a POST of them as a JSON list, tried until it is taken.

It comes after the change and never holds it up: without a word from us a CDN asks again within a minute anyway.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import requests
import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.database import Database, clock, transaction
from app.languages.names import NAMES
from app.public import addresses
from app.public.feed import PATH as FEED
from app.public.shown import ShownFile
from app.settings import Settings
from app.settings.purge import PurgeSettings
from models import Publication, PublicationFile, Purge

log = structlog.get_logger(__name__)

BACKOFF = tuple(dt.timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900))
"""How long after each try that failed the next one comes; the last of them from then on."""
BATCH = 20
TIMEOUT = (5.0, 10.0)
"""Seconds to connect, and to wait for an answer."""
MACHINES = ("notices.json", "sitemap.xml")


@dataclass(frozen=True)
class Waiting:
    """What is still to be told: of how many notices, since when, and what the last try was answered."""

    notices: int
    since: dt.datetime | None
    attempts: int
    answer: str


def waiting(db: Session) -> Waiting:
    """By one query."""
    query = select(func.count(), func.min(Purge.since), func.max(Purge.attempts), func.max(Purge.answer))
    count, since, attempts, answer = db.execute(query).one()
    return Waiting(count, since, attempts or 0, answer or "")


def send_due(database: Database, settings: Settings) -> int:
    """Tell of what is due. Of how many notices somebody was told."""
    with database.session() as db:
        if settings.purge is None:
            _forget(db)
            return 0
        due = list(db.scalars(select(Purge).where(Purge.due_at <= clock(db)).order_by(Purge.due_at).limit(BATCH)))
        told = [(one.slug, one.since, one.attempts, list(changed(db, settings, one.slug))) for one in due]
    done = 0
    for slug, since, attempts, urls in told:
        answer = _post(settings.purge, urls)
        with database.session() as db, transaction(db):
            _note(db, slug, since, attempts, answer)
        done += not answer
    return done


def changed(db: Session, settings: Settings, slug: str) -> Iterator[str]:
    """Every address under which the public has seen the notice, its pictures included, and the lists it is in."""
    at = addresses.absolute(settings)
    for language in NAMES:
        yield at.page(language)
        yield at.page(language, FEED)
        yield at.notice(language, slug)
        yield f"{at.notice(language, slug)}/print"
    yield from (f"{at.root}/{name}" for name in (*MACHINES, f"notices/{slug}.json", f"notices/{slug}/misp.json"))
    query = select(Publication.version, PublicationFile).join(
        Publication, PublicationFile.publication_id == Publication.id
    )
    for version, row in db.execute(query.where(Publication.slug == slug)):
        file = ShownFile(**{name: getattr(row, name) for name in ShownFile.__dataclass_fields__})
        yield at.picture(slug, version, row.position, file)


def _post(to: PurgeSettings, urls: list[str]) -> str:
    """Empty when it was taken, else what went wrong."""
    headers = {"Authorization": f"Bearer {to.token}"} if to.token else {}
    try:
        # A redirect would take the token somewhere else.
        answer = requests.post(to.url, json=urls, headers=headers, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        return type(error).__name__
    return "" if 200 <= answer.status_code < 300 else f"HTTP {answer.status_code}"


def _note(db: Session, slug: str, since: dt.datetime, attempts: int, answer: str) -> None:
    """A change that came while we told of the one before has another ``since``: its row stays as it is."""
    this = Purge.slug == slug, Purge.since == since
    if not answer:
        db.execute(delete(Purge).where(*this))
        log.info("purge_told", slug=slug)
        return
    after = clock(db) + BACKOFF[min(attempts, len(BACKOFF) - 1)]
    db.execute(update(Purge).where(*this).values(attempts=attempts + 1, due_at=after, answer=answer[:200]))
    log.warning("purge_not_told", slug=slug, attempt=attempts + 1, answer=answer)


def _forget(db: Session) -> None:
    if db.scalar(select(Purge.slug).limit(1)) is not None:
        with transaction(db):
            db.execute(delete(Purge))
