"""Asking for likenesses of a sketch: one, or several candidates that differ in what the sketch does not say.

Every candidate is a job of its own, so that several workers share them, one that fails takes no other with it, and
each result is recorded once. The jobs of one request carry the same ``set`` in their parameters.
"""

import math
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import custody, idempotency, jobs, workers
from app.agency import quotas
from app.database import transaction
from app.errors import Conflict, Refused
from app.idempotency import Asked
from app.languages.telling import told
from app.studio.shelf import get_job
from app.studio.sight import held_for_reading, held_sketch, workable_sketch
from app.studio.states import STOPPED
from models import Account, EyePair, Job, JobKind, RealPhoto, Sketch

MAX_SEED = 2**31 - 1
MAX_CANDIDATES = 8
MIN_EYE_DISTANCE, MIN_EYE_STEP = 8.0, 4.0
"""Pixels of the clean image: apart, and from left to right."""
REGIONS = {
    "skin": lazy_gettext("skin tone"),
    "hair": lazy_gettext("hair colour"),
    "eyes": lazy_gettext("eye colour"),
}
"""What a sketch does not say, with its name for a person."""
Eyes = Sequence[Sequence[float]]
_TELLS_APART = ("set", "candidate")
"""Parameters of a job by which it differs from the others of its request."""


def named(colours: Mapping[str, str]) -> dict[str, str]:
    """By region what was asked for, in words."""
    return {
        region: str(_("%(region)s %(colour)s", region=words, colour=told(colours[region])))
        for region, words in REGIONS.items()
        if region in colours
    }


def request_render(
    db: Session,
    account: Account,
    sketch: Sketch,
    engine: str,
    seed: int = 0,
    strength: float | None = None,
    eyes: Eyes | None = None,
    request: Asked | None = None,
    appearance: Mapping[str, str] | None = None,
    candidates: int = 1,
) -> Job:
    """Ask for likenesses; the job of the first one. ``appearance`` names colours by region of REGIONS, those that are
    left out are unknown. Eyes, when given, are kept on the sketch; None leaves finding them to the engine.

    Asking again for what is still waiting or running gives the same job, and so does the same request. Raises
    Refused, QuotaReached, NotFound for a sketch that the account does not see any more, and Forbidden for one that it
    may only look at.
    """
    appearance = dict(appearance or {})
    _check(db, engine, seed, strength, appearance, candidates)
    pair = eyes_on(sketch, eyes) if eyes is not None else sketch.eyes
    params: dict[str, Any] = {"engine": engine, "seed": seed, "strength": strength, "eyes": pair}
    params |= {"appearance": appearance} if appearance else {}
    owner_id, sketch_id = account.id, sketch.id
    made: list[Job] = []

    def make() -> list[uuid.UUID]:
        held = held_sketch(db, account, sketch_id)
        if eyes is not None:
            _put_eyes(db, account, held, pair)
        made.extend(_same_request(db, sketch_id, params, candidates))
        if not made:
            made.extend(_enqueue(db, sketch_id, owner_id, params, candidates))
            quotas.hold_to(db, owner_id, held.unit_id, quotas.MEASURES)
            _record_asked(db, account, held, params, made)
        return [job.id for job in made]

    outcome = idempotency.once(db, request, make)
    return get_job(db, account, outcome.made[0]) if outcome.replayed else made[0]


def _put_eyes(db: Session, account: Account, sketch: Sketch, pair: EyePair | None) -> None:
    if sketch.eyes == pair:
        return
    before, after = (custody.digest(eyes) if eyes else None for eyes in (sketch.eyes, pair))
    sketch.eyes = pair
    thing = custody.Thing("sketch", sketch.id)
    custody.record(db, custody.of_sketch(sketch), account, "sketch.eyes", thing, before=before, after=after)


def _record_asked(
    db: Session, account: Account, sketch: Sketch, params: Mapping[str, Any], made: Sequence[Job]
) -> None:
    said = {name: params[name] for name in ("engine", "seed", "strength", "appearance") if name in params}
    ids = [str(job.id) for job in made]
    thing = custody.Thing("sketch", sketch.id)
    custody.record(db, custody.of_sketch(sketch), account, "likeness.asked", thing, jobs=ids, **said)


def _enqueue(
    db: Session, sketch_id: uuid.UUID, owner_id: uuid.UUID, params: dict[str, Any], candidates: int
) -> list[Job]:
    if candidates == 1:
        return [jobs.enqueue(db, JobKind.RENDER, sketch_id, owner_id, params)]
    together = {**params, "set": str(uuid.uuid4()), "candidates": candidates}
    # The neutral one first, also where the clock stands still.
    ids = sorted(uuid.uuid4() for _ in range(candidates))
    return [
        jobs.enqueue(db, JobKind.RENDER, sketch_id, owner_id, {**together, "candidate": number}, job_id)
        for number, job_id in enumerate(ids, start=1)
    ]


def _check(
    db: Session, engine: str, seed: int, strength: float | None, appearance: Mapping[str, str], candidates: int
) -> None:
    """Raises Refused."""
    worker = workers.newest_live(db, JobKind.RENDER) or workers.newest(db)
    known = {str(entry["name"]): entry for entry in worker.capabilities.get("engines", [])} if worker else None
    if not engine or len(engine) > 64 or (known is not None and engine not in known):
        raise Refused(_("That engine is not available here; choose another."))
    if not 0 <= seed <= MAX_SEED:
        raise Refused(_("The seed must be a whole number from 0 to %(most)s.", most=MAX_SEED))
    if strength is not None and not 0 <= strength <= 1:
        raise Refused(_("The strength must be between 0 and 1."))
    if not 1 <= candidates <= MAX_CANDIDATES:
        raise Refused(_("The number of candidates must be from 1 to %(most)s.", most=MAX_CANDIDATES))
    choices = known[engine].get("choices", {}) if known else {}
    for region, name in appearance.items():
        _check_colour(region, name, [str(choice["name"]) for choice in choices.get(region, [])])


def _check_colour(region: str, name: str, known: Sequence[str]) -> None:
    words = REGIONS.get(region, region)
    if not known:
        raise Refused(_("This engine does not take a %(region)s here. Leave it at “Not known”.", region=words))
    if name not in known:
        names = ", ".join(told(one) for one in known)
        raise Refused(_("That %(region)s is not known here. Choose one of: %(names)s.", region=words, names=names))


def eyes_on(picture: Sketch | RealPhoto, eyes: Eyes) -> EyePair:
    """The two points from left to right. Raises Refused unless they lie on the picture and apart."""
    pair = sorted([float(value) for value in point] for point in eyes)
    if len(pair) != 2 or any(len(point) != 2 for point in pair):
        raise Refused(_("Mark two eyes, each with one point."))
    inside = all(0 <= x <= picture.width and 0 <= y <= picture.height for x, y in pair)
    apart = math.dist(*pair) >= MIN_EYE_DISTANCE and pair[1][0] - pair[0][0] >= MIN_EYE_STEP
    if not inside or not apart:
        raise Refused(_("Put the two marks on the two eyes."))
    return [[round(value, 2) for value in point] for point in pair]


def _same_request(db: Session, sketch_id: uuid.UUID, params: dict[str, Any], candidates: int) -> list[Job]:
    """Those of its jobs that are still waiting or running."""
    wanted = params | ({"candidates": candidates} if candidates > 1 else {})
    query = select(Job).where(Job.subject_id == sketch_id, Job.kind == JobKind.RENDER, Job.state.in_(jobs.OPEN))
    open_jobs = db.scalars(query.order_by(Job.queued_at, Job.id))
    return [job for job in open_jobs if {k: v for k, v in job.params.items() if k not in _TELLS_APART} == wanted]


def together(db: Session, job: Job) -> list[Job]:
    """The jobs of the request that this one is of, in the order of the candidates."""
    if "set" not in job.params:
        return [job]
    query = select(Job).where(Job.subject_id == job.subject_id, Job.kind == job.kind)
    found = [one for one in db.scalars(query) if one.params.get("set") == job.params["set"]]
    return sorted(found, key=lambda one: int(one.params["candidate"]))


def retry(db: Session, account: Account, job: Job) -> Job:
    """Try again, with the other candidates that failed. Raises Conflict unless it failed, was parked or
    cancelled, QuotaReached, and Forbidden for whoever may only look."""
    others = [one for one in together(db, get_job(db, account, job.id)) if one.state in STOPPED and one.id != job.id]
    with transaction(db):
        sketch = workable_sketch(db, account, job.subject_id)
        again = jobs.retry(db, job)
        _record_job(db, account, "job.retried", again)
        for other in others:
            with suppress(Conflict):  # somebody else was faster
                _record_job(db, account, "job.retried", jobs.retry(db, other))
        quotas.hold_to(db, again.owner_id, sketch.unit_id, quotas.MEASURES)
    return again


def cancel(db: Session, account: Account, job: Job) -> None:
    """Cancel what is not done of its candidates. Raises Conflict when all is over, Forbidden for whoever may only
    look."""
    workable_sketch(db, account, job.subject_id)
    unfinished = [one for one in together(db, get_job(db, account, job.id)) if one.state in jobs.OPEN]
    with transaction(db):
        if len(unfinished) < 2:
            _record_job(db, account, "job.cancelled", jobs.cancel(db, (unfinished or [job])[0]))
            return
        for one in unfinished:
            with suppress(Conflict):  # done meanwhile
                _record_job(db, account, "job.cancelled", jobs.cancel(db, one))


def _record_job(db: Session, account: Account, action: str, job: Job) -> None:
    sketch = held_for_reading(db, job.subject_id)  # its chain is another once it is filed
    facts = {"kind": str(job.kind), "sketch": str(sketch.id)}
    custody.record(db, custody.of_sketch(sketch), account, action, custody.Thing("job", job.id), **facts)
