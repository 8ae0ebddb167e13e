"""What the forms of notices are for."""

import uuid
from collections.abc import Callable

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.database import transaction
from app.identity import accounts
from app.notices import forms as notice_forms
from app.notices import submitting
from models import (
    Case,
    CaseStatus,
    Job,
    JobState,
    Notice,
    NoticeDecision,
    NoticeFile,
    NoticeStage,
    Notification,
    Publication,
    Purge,
    utc_now,
)
from tests import noticed
from tests.app.web import work
from tests.security.purposes.cases import REVISED, TOUCHED, open_case
from tests.security.purposes.purpose import Purpose
from tests.security.world import World


def notice_is(stage: NoticeStage) -> Callable[[World], None]:
    """The notice is at a revision of its own, drafted by somebody else, and nobody has decided about it; its case is
    open."""

    def put(world: World) -> None:
        with world.session() as db, transaction(db):
            notice = db.get_one(Notice, world.values["notice_id"])
            db.execute(delete(Publication).where(Publication.notice_id == notice.id))
            db.execute(delete(NoticeDecision).where(NoticeDecision.notice_id == notice.id))
            db.execute(delete(Purge))
            db.execute(update(Job).where(Job.subject_id == notice.id).values(state=JobState.CANCELLED))
            notice.created_by = notice.submitted_by = world.accounts["third"].id
            notice.stage, notice.revision, notice.job_id = stage, notice.revision + 1, None
            db.execute(update(NoticeFile).where(NoticeFile.notice_id == notice.id).values(revision=notice.revision))
            db.get_one(Case, notice.case_id).status = CaseStatus.OPEN
            db.execute(update(Notification).values(read_at=utc_now()))

    return put


def pictured_by_another(world: World) -> None:
    """What the owner changed in it, as custody has on record, was published by an earlier decision."""
    pictured(world)
    with world.session() as db, transaction(db):
        facts = {"approved": True, "checklist": {}, "by_id": world.accounts["third"].id}
        db.add(NoticeDecision(notice_id=world.values["notice_id"], revision=0, **facts))


def published_notice(world: World) -> None:
    pictured_by_another(world)
    with world.session() as db:
        owner, notice = (
            accounts.get_account(db, world.accounts["owner"].id),
            db.get_one(Notice, world.values["notice_id"]),
        )
        noticed.approve(world.app, db, owner, notice)


def of_notice(name: str) -> Callable[[World], str]:
    def read(world: World) -> str:
        with world.session() as db:
            return str(getattr(db.get_one(Notice, world.values["notice_id"]), name))

    return read


def own_likeness(world: World) -> str:
    """One that the notice's case has."""
    with world.session() as db:
        return str(db.get_one(Notice, world.values["notice_id"]).content["pictures"][0]["likenesses"][0])


def whole_draft(world: World) -> None:
    """It lacks nothing but its pictures' files."""
    notice_is(NoticeStage.DRAFT)(world)
    with world.session() as db, transaction(db):
        db.execute(delete(NoticeFile).where(NoticeFile.notice_id == world.values["notice_id"]))
        _write_whole(world, db)


def _write_whole(world: World, db: Session) -> None:
    notice = db.get_one(Notice, world.values["notice_id"])
    notice.content = noticed.content([uuid.UUID(own_likeness(world))]).to_json()


def pictured(world: World) -> None:
    """It waits for a decision and lacks nothing, its pictures' files neither."""
    whole_draft(world)
    with world.session() as db:
        owner = accounts.get_account(db, world.accounts["owner"].id)
        with transaction(db):
            db.execute(update(Notice).values(created_by=owner.id))
        notice = db.get_one(Notice, world.values["notice_id"], populate_existing=True)
        submitting.submit(db, owner, notice.id, notice.revision)
    work(world.app)
    with world.session() as db, transaction(db):
        third = world.accounts["third"].id
        db.execute(
            update(Notice).where(Notice.id == world.values["notice_id"]).values(created_by=third, submitted_by=third)
        )
        db.execute(update(Notification).values(read_at=utc_now()))


DRAFTED, SUBMITTED = notice_is(NoticeStage.DRAFT), notice_is(NoticeStage.SUBMITTED)
NOTICE_TOUCHED = TOUCHED | {"notice.changed_at"}
REOPENED = NOTICE_TOUCHED | {"notice.stage", "notice.revision", "notice_file-", "object_removal+"}
RECASED = REVISED | {"case_file.status", "case_file.status_since"}
NOTICE_TEXTS = frozenset(notice_forms.names(("en", "th")))
PICTURE_FIELDS = frozenset(
    {
        f"{part}_{side}_{n}"
        for part in ("crop", "box")
        for side in ("left", "top", "right", "bottom")
        for n in range(1, 5)
    }
    | {f"{name}_{n}" for name in ("likenesses", "alt_en", "alt_th") for n in range(1, 5)}
    | {"chosen"}
)

PURPOSES = [
    Purpose(
        "POST /cases/<uuid:case_id>/notices/new",
        {"category": "missing", "headline_en": "Who?"},
        TOUCHED | {"notice+"},
        open_case,
        documented=NOTICE_TEXTS | {"likeness"},
    ),
    Purpose(
        "POST /notices/<uuid:notice_id>/edit",
        {"category": "missing", "headline_en": "Who is she?", "revision": of_notice("revision")},
        NOTICE_TOUCHED | {"notice.content", "notice.search_text", "notice.revision", "notice_file-", "object_removal+"},
        DRAFTED,
        documented=NOTICE_TEXTS | {"likeness"},
    ),
    Purpose(
        "POST /notices/<uuid:notice_id>/pictures",
        {"action": "add", "chosen": own_likeness, "likenesses_1": own_likeness, "revision": of_notice("revision")},
        NOTICE_TOUCHED | {"notice.content", "notice.revision"},
        DRAFTED,
        documented=PICTURE_FIELDS,
    ),
    Purpose(
        "POST /notices/<uuid:notice_id>/make-pictures",
        {"revision": of_notice("revision")},
        frozenset({"job+", "notice.job_id"}),
        DRAFTED,
    ),
    Purpose(
        "POST /notices/<uuid:notice_id>/submit",
        {"revision": of_notice("revision")},
        NOTICE_TOUCHED | {"notice.stage", "notice.submitted_at", "notice.submitted_by", "notice.job_id", "job+"},
        whole_draft,
    ),
    Purpose(
        "POST /notices/<uuid:notice_id>/take-back",
        {"revision": of_notice("revision")},
        NOTICE_TOUCHED | {"notice.stage", "notice.revision"},
        SUBMITTED,
    ),
    Purpose(
        "POST /notices/<uuid:notice_id>/return",
        {"comment": "Say more", "revision": of_notice("revision")},
        NOTICE_TOUCHED | {"notice.stage", "notice.revision", "notice_decision+", "notification+"},
        SUBMITTED,
    ),
    Purpose(
        "POST /notices/<uuid:notice_id>/approve",
        {"checked": "seen", "revision": of_notice("revision")},
        NOTICE_TOUCHED
        | RECASED
        | {"notice.stage", "notice_decision+", "publication+", "publication_file+", "purge+", "notification+"},
        pictured_by_another,
    ),
    Purpose(
        "POST /notices/<uuid:notice_id>/withdraw",
        {},
        RECASED | {"publication.ended_at", "publication.ended_why", "purge.since", "purge.due_at"},
        published_notice,
        documented=frozenset({"revision"}),
    ),
]
