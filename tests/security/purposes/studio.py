"""What the forms about sketches, likenesses, their photos and their work are for."""

import io

from sqlalchemy import select, update

from models import (
    Job,
    JobKind,
    JobState,
    Likeness,
    RealPhoto,
    utc_now,
)
from tests.app.drawings import drawing_png
from tests.security.purposes.purpose import Purpose
from tests.security.purposes.states import in_a_unit, job_is
from tests.security.world import World

NEW_SKETCH = frozenset({"sketch+", "job+"})
EYES = frozenset({"left_x", "left_y", "right_x", "right_y"})


def none_kept(world: World) -> None:
    with world.session() as db:
        likeness = db.get_one(Likeness, world.values["likeness_id"])
        likeness.kept_at = likeness.kept_by = None
        db.commit()


def first_photo(world: World) -> None:
    """The photo that was there from the start is the current one, nobody agreed to anything, and nothing waits."""
    with world.session() as db:
        for photo in db.scalars(select(RealPhoto).where(RealPhoto.likeness_id == world.values["likeness_id"])):
            photo.replaced_at = None if photo.id == world.values["photo_id"] else utc_now()
            photo.consent, photo.consent_note = False, ""
        waiting = update(Job).where(Job.kind == JobKind.PHOTO, Job.state == JobState.QUEUED)
        db.execute(waiting.values(state=JobState.CANCELLED))
        db.commit()


PURPOSES = [
    Purpose("POST /sketches/<uuid:sketch_id>/custody/verify", {}, frozenset()),
    Purpose(
        "POST /jobs/<uuid:job_id>/cancel",
        {},
        frozenset({"job.state", "job.reason", "job.finished_at"}),
        job_is(JobState.QUEUED),
    ),
    Purpose(
        "POST /jobs/<uuid:job_id>/retry",
        {},
        frozenset({"job.state", "job.reason", "job.finished_at", "job.started_at", "job.queued_at"}),
        job_is(JobState.FAILED),
    ),
    Purpose(
        "POST /sketches/<uuid:sketch_id>/render",
        {"engine": "pix2pix", "seed": "7", "strength": "0.5"},
        frozenset({"job+"}),
        documented=EYES | frozenset({"skin", "hair", "eyes", "candidates"}),
    ),
    Purpose(
        "POST /likenesses/<uuid:likeness_id>/keep", {}, frozenset({"likeness.kept_at", "likeness.kept_by"}), none_kept
    ),
    Purpose(
        "POST /likenesses/<uuid:likeness_id>/photo",
        {"photo": lambda _: (io.BytesIO(drawing_png(8)), "a.png")},
        frozenset({"real_photo+", "real_photo.replaced_at", "job+"}),
        first_photo,
    ),
    Purpose("POST /photos/<uuid:photo_id>/eyes", {}, frozenset({"job+"}), first_photo, documented=EYES),
    Purpose(
        "POST /photos/<uuid:photo_id>/consent",
        {"consent": "yes", "note": "A letter"},
        frozenset({"real_photo.consent", "real_photo.consent_note"}),
        first_photo,
    ),
    Purpose(
        "POST /sketches/<uuid:sketch_id>/title",
        {"title": "Only this"},
        frozenset({"sketch.title", "sketch.title_folded"}),
    ),
    Purpose(
        "POST /sketches/new",
        {"title": "Mine", "files": lambda _: (io.BytesIO(drawing_png(7)), "a.png")},
        NEW_SKETCH,
        documented=frozenset({"parent", "unit"}),
    ),
    Purpose("POST /sketches/sample", {"name": "short-hair"}, NEW_SKETCH),
    Purpose(
        "POST /sketches/<uuid:sketch_id>/unit",
        {"unit": lambda world: str(world.values["unit_id"])},
        frozenset({"sketch.unit_id"}),
        in_a_unit,
    ),
    Purpose("POST /pairs/export", {}, frozenset()),
]
