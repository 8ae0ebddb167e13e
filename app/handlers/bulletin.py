"""Making a bulletin."""

import re

from sqlalchemy.orm import Session

from app import custody
from app.bulletins import reading, setting
from app.bulletins.keeping import KEPT
from app.bulletins.reading import Matter
from app.bulletins.sight import cases_of
from app.database import clock
from app.errors import NotFound
from app.handlers.work import Record, Tools
from app.leases import Claim
from app.storage import object_key, split_key
from models import Account, Bulletin, Publication


def bulletin(claim: Claim, tools: Tools) -> Record:
    with tools.database.session(read_only=True) as db:
        matter = reading.read(db, claim.subject_id, clock(db))
    made = setting.make(matter, tools.store.get)
    key, preview_key = (object_key(claim.owner_id, data) for data in (made.data, made.preview))
    tools.store.put(key, made.data)
    tools.store.put(preview_key, made.preview)

    def record(db: Session) -> None:
        held = db.get(Bulletin, claim.subject_id, with_for_update=True, populate_existing=True)
        publications = reading.publications_of(db, claim.subject_id, held=True)
        if held is None or not publications:
            raise NotFound(reading.GONE)
        # It may have been withdrawn while the poster was set: then there is none.
        reading.check_current(publications, clock(db))
        held.key, held.preview_key, held.sha256, held.size = key, preview_key, split_key(key)[1], len(made.data)
        held.mime, held.sheets, held.lacks_font = made.mime, made.sheets, made.lacks_font
        held.file_name = f"{_stem(matter)}.{made.ending}"
        held.made_at = clock(db)
        held.expires_at = held.made_at + KEPT
        _note(db, held, publications)

    return record


def _note(db: Session, made: Bulletin, publications: list[Publication]) -> None:
    """In the chain of every case that it is of."""
    thing, by = custody.Thing("bulletin", made.id), db.get_one(Account, made.asked_by)
    cases = cases_of(db, [one.id for one in publications])
    for one in publications:
        custody.record(
            db,
            custody.of_case(cases[one.id]),
            by,
            "bulletin.made",
            thing,
            after=made.sha256,
            notice=one.slug,
            version=one.version,
            format=str(made.format),
            paper=made.paper,
            languages=made.languages,
        )


def _stem(matter: Matter) -> str:
    """A name that says what it is, on any system."""
    first, wish = matter.notices[0], matter.bulletin
    what = f"notice-{first.slug}-v{first.version}" if len(matter.notices) == 1 else f"{len(matter.notices)}-notices"
    return re.sub(r"[^A-Za-z0-9.-]+", "-", f"{what}-{'-'.join(wish.languages)}-{wish.paper}")
