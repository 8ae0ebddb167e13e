"""What is done with real photos, for whoever asks. A function that changes something commits it before it returns."""

import uuid

import structlog
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import custody, jobs
from app.database import clock, transaction
from app.errors import Conflict, NotFound, Refused
from app.intake import take_in
from app.photos.shelf import NO_PHOTO, current
from app.storage import ObjectStore
from app.studio.asking import Eyes, eyes_on
from app.studio.service import kept_name
from app.studio.sight import held_sketch, require_role
from app.texts import one_line
from imaging.words import N_
from models import Account, Job, JobKind, JobState, Likeness, RealPhoto, Sketch

log = structlog.get_logger(__name__)

MAX_NOTE = 500
REPLACED = N_("This photo was replaced by a newer one meanwhile. Reload the page.")
NO_LIKENESS = N_("There is no such likeness, or it is not yours.")


def add_photo(
    db: Session, store: ObjectStore, account: Account, likeness: Likeness, data: bytes, file_name: str
) -> RealPhoto:
    """Put the real photo of the person beside a likeness, and have the two compared.

    The bytes are kept as they came; what is shown carries none of their metadata. A photo that was there before
    is replaced on the page and stays in custody. Raises imaging.decode.ImageRefused for bytes that are no usable
    picture, NotFound for a likeness that the account does not see any more, and StorageFull; then nothing is kept.
    """
    require_role(account)
    likeness_id, owner_id = likeness.id, account.id
    taken = take_in(data, drawing=False)
    photo = RealPhoto(
        id=uuid.uuid4(),
        likeness_id=likeness_id,
        file_name=kept_name(file_name),
        created_by=owner_id,
        consent=False,
        **taken.keep(store, owner_id),
    )
    with transaction(db):
        sketch = _held_sketch(db, account, likeness_id)
        former = current(db, likeness_id)
        photo.created_at = clock(db)
        if former is not None:
            former.replaced_at = photo.created_at
        db.add(photo)
        jobs.enqueue(db, JobKind.PHOTO, photo.id, owner_id, {})
        custody.record(
            db,
            custody.of_sketch(sketch),
            account,
            "photo.added",
            custody.Thing("photo", photo.id),
            before=former.original_sha256 if former else None,
            after=photo.original_sha256,
            likeness=str(likeness_id),
            replaces=str(former.id) if former else None,
        )
    log.info("photo_added", photo=str(photo.id), likeness=str(likeness_id), bytes=photo.original_size)
    return photo


def compare_again(db: Session, account: Account, photo: RealPhoto, eyes: Eyes | None) -> Job:
    """Have a photo compared anew, by eyes that a person placed or, with None, by those that are found.

    What was asked for before and is not done yet is cancelled. Raises Refused for eyes that are not on the photo,
    Conflict for a photo that was replaced, NotFound for one that the account does not see any more.
    """
    pair = eyes_on(photo, eyes) if eyes is not None else None
    photo_id, account_id = photo.id, account.id
    with transaction(db):
        held, sketch = _held_photo(db, account, photo_id)
        _cancel_open(db, held)
        job = jobs.enqueue(db, JobKind.PHOTO, held.id, account_id, {"eyes": pair} if pair else {})
        if pair:
            custody.record(
                db,
                custody.of_sketch(sketch),
                account,
                "photo.eyes",
                custody.Thing("photo", held.id),
                before=custody.digest({"eyes": held.eyes}) if held.eyes else None,
                after=custody.digest({"eyes": pair}),
            )
    return job


def set_consent(db: Session, account: Account, photo: RealPhoto, consent: bool, note: str) -> None:
    """Say whether the pair of sketch and photo may be exported for training, and on whose word.

    Raises Refused for consent without a word, Conflict for a photo that was replaced, and NotFound.
    """
    note = one_line(note)
    if consent and not note:
        raise Refused(_("Say on whose word: who agreed, and how, e.g. “Form 12, signed 3 May”."))
    if len(note) > MAX_NOTE:
        raise Refused(_("This can have at most %(number)s characters.", number=MAX_NOTE))
    photo_id = photo.id
    with transaction(db):
        held, sketch = _held_photo(db, account, photo_id)
        if (held.consent, held.consent_note) == (consent, note):
            return
        held.consent, held.consent_note = consent, note
        custody.record(
            db,
            custody.of_sketch(sketch),
            account,
            "photo.consent",
            custody.Thing("photo", held.id),
            # Whose word it was may be a person's name: the chain outlives the photo, so it keeps a digest only.
            after=custody.digest({"note": note}),
            consent=consent,
        )
    log.info("photo_consent", photo=str(photo_id), consent=str(consent))


def _held_sketch(db: Session, account: Account, likeness_id: uuid.UUID) -> Sketch:
    """The likeness's sketch, held: of two photos that come at once one is the later, and its case stays the same."""
    sketch_id = db.scalar(select(Likeness.sketch_id).where(Likeness.id == likeness_id))
    if sketch_id is None:
        raise NotFound(NO_LIKENESS)
    return held_sketch(db, account, sketch_id)


def _held_photo(db: Session, account: Account, photo_id: uuid.UUID) -> tuple[RealPhoto, Sketch]:
    row = db.get(RealPhoto, photo_id)
    if row is None:
        raise NotFound(NO_PHOTO)
    sketch = _held_sketch(db, account, row.likeness_id)
    db.refresh(row)
    if row.replaced_at is not None:
        raise Conflict(REPLACED)
    return row, sketch


def _cancel_open(db: Session, photo: RealPhoto) -> None:
    query = select(Job).where(Job.subject_id == photo.id, Job.kind == JobKind.PHOTO, Job.state.in_(jobs.OPEN))
    for job in db.scalars(query.with_for_update().execution_options(populate_existing=True)):
        jobs.close(job, JobState.CANCELLED, N_("Cancelled."))
        job.finished_at = clock(db)
