"""What the studio does, for whoever asks: every function takes the session and the account first.

A function that changes something commits it before it returns. Looking things up is in app.studio.shelf, asking for
likenesses in app.studio.asking, keeping one in app.studio.keeping, and all are offered here as well.
"""

import uuid
from pathlib import PureWindowsPath

import structlog
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import custody, idempotency, jobs
from app.agency import quotas
from app.database import transaction
from app.errors import Refused
from app.filing.place import Place, check_session, put
from app.idempotency import Asked
from app.identity import units
from app.intake import take_in
from app.storage import ObjectStore, split_key
from app.studio.asking import cancel, request_render, retry
from app.studio.keeping import keep
from app.studio.shelf import (
    NO_SKETCH,
    capabilities,
    get_job,
    get_likeness,
    get_sketch,
    jobs_of,
    likenesses,
    lineage,
    list_sketches,
    queue_position,
)
from app.studio.sight import held_sketch, require_role, unit_for
from app.texts import one_line
from models import Account, JobKind, Sketch, utc_now

log = structlog.get_logger(__name__)


def create_sketch(
    db: Session,
    store: ObjectStore,
    account: Account,
    data: bytes,
    file_name: str,
    title: str | None = None,
    parent: Sketch | None = None,
    unit_id: uuid.UUID | None = None,
    request: Asked | None = None,
    place: Place | None = None,
) -> Sketch:
    """Take in a sketch and have its face found; with a parent it is the next version of that lineage.

    It belongs to the parent's unit and case, else to the case of ``place``, else to the given unit, else to the only
    one that the account is in; the session of ``place`` is that of a new version too. A request that has been
    executed before gives the sketch that it made then, if the account still sees it.
    Raises imaging.decode.ImageRefused for bytes that are no usable sketch, Refused for a title that
    is too long or a unit that is not the account's, QuotaReached, Forbidden without a role for it, NotFound for a
    parent, or what was made then, that the account no longer sees, and StorageFull; then no row is kept.
    """
    require_role(account)
    owner_id, name = account.id, kept_name(file_name)
    title = _title(title or (parent.title if parent else PureWindowsPath(name).stem) or _("Sketch"))
    parent_id, lineage_id = (parent.id, parent.lineage_id) if parent else (None, None)
    if earlier := idempotency.find(db, request):
        return get_sketch(db, account, earlier.made[0])
    if lineage_id is None and place is None:
        unit_for(db, owner_id, unit_id)  # before anything is kept
    taken = take_in(data)
    sketch = Sketch(
        id=uuid.uuid4(),
        owner_id=owner_id,
        title=title,
        file_name=name,
        parent_id=parent_id,
        stored_size=taken.stored_size,
        created_at=utc_now(),
        **taken.keep(store, owner_id),
    )

    def make() -> list[uuid.UUID]:
        sketch.lineage_id = lineage_id or sketch.id
        if lineage_id is not None:
            _follow(db, account, sketch, lineage_id, place)
        elif place is not None:
            sketch.version = 1
            put(db, account, sketch, place)
        else:
            sketch.version, sketch.unit_id = 1, unit_for(db, owner_id, unit_id)
            units.kept(db, [sketch.unit_id] if sketch.unit_id else [])
        db.add(sketch)
        jobs.enqueue(db, JobKind.ALIGN, sketch.id, owner_id, {})
        quotas.hold_to(db, owner_id, sketch.unit_id, [quotas.STORED])
        _record_added(db, account, sketch)
        return [sketch.id]

    outcome = idempotency.once(db, request, make)
    if outcome.replayed:
        return get_sketch(db, account, outcome.made[0])
    log.info("sketch_created", sketch=str(sketch.id), version=sketch.version, bytes=sketch.original_size)
    return sketch


def _record_added(db: Session, account: Account, sketch: Sketch) -> None:
    custody.record(
        db,
        custody.of_sketch(sketch),
        account,
        "sketch.added",
        custody.Thing("sketch", sketch.id),
        after=sketch.original_sha256,
        picture=split_key(sketch.clean_key)[1],
        version=sketch.version,
        session=str(sketch.session_id) if sketch.session_id else None,
        mime=sketch.original_mime,
        bytes=sketch.original_size,
    )


def _follow(db: Session, account: Account, sketch: Sketch, lineage_id: uuid.UUID, place: Place | None) -> None:
    """Make it the lineage's next version, where the others are. Raises NotFound."""
    sketch.version, first = _next_version(db, account, lineage_id)
    sketch.unit_id, sketch.case_id, sketch.session_id = first.unit_id, first.case_id, first.session_id
    if place is not None and place.session_id is not None:
        check_session(db, first.case_id, place.session_id)
        sketch.session_id = place.session_id


def _next_version(db: Session, account: Account, lineage_id: uuid.UUID) -> tuple[int, Sketch]:
    """The lineage's next number, and its first version. Raises NotFound for one that the account does not see."""
    # Holding the first version keeps two new versions from getting the same number.
    first = held_sketch(db, account, lineage_id)
    newest = db.scalar(select(func.max(Sketch.version)).where(Sketch.lineage_id == lineage_id))
    return (newest or 0) + 1, first


def kept_name(text: str) -> str:
    """The last part of whatever path the browser told, kept for people to read and for nothing else."""
    name = "".join(sign for sign in PureWindowsPath(text).name if sign.isprintable())
    return name[-255:] or "sketch"


def _title(text: str) -> str:
    title = one_line(text)
    if not title:
        raise Refused(_("Give the sketch a title."))
    if len(title) > 200:
        raise Refused(_("A title can have at most 200 characters."))
    return title


def rename(db: Session, account: Account, sketch: Sketch, title: str) -> None:
    """Give the whole lineage a title. Raises Refused, NotFound, and Forbidden for whoever may only look."""
    title, lineage_id = _title(title), sketch.lineage_id
    with transaction(db):
        held_sketch(db, account, lineage_id)
        query = select(Sketch).where(Sketch.lineage_id == lineage_id).order_by(Sketch.version)
        versions = db.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
        was = versions[0].title
        for version in versions:
            version.title = title
        # Chains outlive what they tell of, so they hold no text that people wrote.
        digests = {"before": custody.digest(was), "after": custody.digest(title)}
        thing = custody.Thing("sketch", lineage_id)
        custody.record(db, custody.of_sketch(versions[0]), account, "sketch.renamed", thing, **digests)


__all__ = [
    "NO_SKETCH",
    "cancel",
    "capabilities",
    "create_sketch",
    "get_job",
    "get_likeness",
    "get_sketch",
    "jobs_of",
    "keep",
    "likenesses",
    "lineage",
    "list_sketches",
    "queue_position",
    "rename",
    "request_render",
    "retry",
]
