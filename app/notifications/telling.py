"""Telling people, in the transaction of what they are told of."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import clock
from app.notifications.kinds import DEFAULTS, KINDS
from app.studio.sight import seen_by
from models import (
    Account,
    AccountRole,
    AccountUnit,
    Job,
    JobKind,
    Likeness,
    Notice,
    Notification,
    RealPhoto,
    Role,
    Sketch,
)


def tell(
    db: Session,
    account_ids: Iterable[uuid.UUID],
    kind: str,
    path: str,
    facts: Mapping[str, Any],
    *,
    by: uuid.UUID | None = None,
) -> None:
    """Tell these accounts, but not whoever did it (``by``) nor anybody who is suspended, in the caller's transaction.

    ``path`` leads there, beginning with a slash. As long as somebody has not read what they were told of the same
    kind and place, that is renewed and nothing is added, but for kinds of which each time counts. Raises ValueError for
    a kind that KINDS does not have.
    """
    if kind not in KINDS:
        raise ValueError(f"No notification is called {kind}; app/notifications/kinds.py lists them.")
    query = select(Account.id, Account.mail_kinds).where(Account.suspended_at.is_(None))
    query = query.where(Account.id.in_({one for one in account_ids if one != by}))
    now = clock(db)
    for account_id, chosen in db.execute(query.order_by(Account.id)).all():
        unread = None if KINDS[kind].each else _unread(db, account_id, kind, path)
        if unread is not None:
            unread.facts, unread.created_at = dict(facts), now
            continue
        by_mail = kind in (DEFAULTS if chosen is None else chosen)
        told = Notification(account_id=account_id, kind=kind, path=path, facts=dict(facts), created_at=now)
        told.mail_due_at = now if by_mail else None
        db.add(told)
    db.flush()


def _unread(db: Session, account_id: uuid.UUID, kind: str, path: str) -> Notification | None:
    theirs = Notification.account_id == account_id
    query = select(Notification).where(theirs, Notification.kind == kind, Notification.path == path)
    return db.scalar(query.where(Notification.read_at.is_(None)).limit(1).with_for_update())


def supervisors_of(db: Session, unit_id: uuid.UUID) -> list[uuid.UUID]:
    """The supervisors of a unit."""
    query = select(AccountUnit.account_id).join(AccountRole, AccountRole.account_id == AccountUnit.account_id)
    return list(db.scalars(query.where(AccountUnit.unit_id == unit_id, AccountRole.role == Role.SUPERVISOR)))


def tell_asker(db: Session, account_id: uuid.UUID, kind: str, path: str, sketch: Sketch, **facts: Any) -> None:
    """Tell whoever asked for work on a sketch how it went, as long as they see the sketch: its case may have moved on
    since, or they."""
    account = db.get_one(Account, account_id)
    if db.scalar(select(Sketch.id).where(Sketch.id == sketch.id, seen_by(account))) is not None:
        tell(db, [account_id], kind, path, {"sketch": sketch.title, **facts})


def tell_stopped(db: Session, job: Job) -> None:
    """Tell whoever asked for it that a job failed or was set aside."""
    if job.kind == JobKind.NOTICE:
        notice = db.get(Notice, job.subject_id)
        if notice is not None:
            tell(db, [job.owner_id], "unpictured", f"/notices/{notice.id}", {"slug": notice.slug})
        return
    if job.kind == JobKind.PHOTO:
        photo = db.get(RealPhoto, job.subject_id)
        likeness = db.get(Likeness, photo.likeness_id) if photo else None
        sketch = db.get(Sketch, likeness.sketch_id) if likeness else None
        path = photo_path(likeness.id) if likeness else ""
    else:
        sketch = db.get(Sketch, job.subject_id)
        path = sketch_path(job.subject_id)
    if sketch is not None:
        tell_asker(db, job.owner_id, "failed", path, sketch)


def sketch_path(sketch_id: uuid.UUID) -> str:
    # Written out, as the others here: a worker knows no routes.
    return f"/sketches/{sketch_id}"


def photo_path(likeness_id: uuid.UUID) -> str:
    return f"/likenesses/{likeness_id}/photo"
