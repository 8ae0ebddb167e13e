"""Every name that a record has, posted to every endpoint that writes: only what the form is for may change."""

import io
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import gate
from app.cases import filters, glass, notes
from app.cases.editing import FIELDS as FACTS
from app.database import transaction
from app.identity import access_tokens, accounts, invitations, units
from app.notices import forms as notice_forms
from app.notices import submitting
from app.retention import deletion
from app.witness.forms import FIELDS
from models import (
    Account,
    Base,
    CaseAssignment,
    CaseStatus,
    CustodyEntry,
    DeletionRequest,
    EmergencyAccess,
    Job,
    JobKind,
    JobState,
    Likeness,
    Notice,
    NoticeDecision,
    NoticeFile,
    NoticeStage,
    Notification,
    Publication,
    Purge,
    RealPhoto,
    Role,
    Scope,
    SettingSection,
    Sketch,
    Tip,
    TipAuthor,
    TipMessage,
    TipState,
    WitnessSession,
    utc_now,
)
from models import Case as CaseFile
from tests import noticed
from tests.app.drawings import drawing_png
from tests.app.web import work
from tests.people import PASSWORD
from tests.security.world import World, add_case, changes, dump

NEW_PASSWORD = "eleven grey paper moons"
WRONG_TRY = frozenset({"account.failed_attempts"})
NOTED = frozenset({"sign_in_session.last_seen_at"})
"""Once a minute, whatever is asked."""
SESSIONS = frozenset({"sign_in_session+", "sign_in_session-"})
LINK_OF = frozenset({"one_time_link+", "one_time_link-"})
PASSWORD_SET = frozenset({"account.password_hash", "account.password_changed_at"})
NEW_SKETCH = frozenset({"sketch+", "job+"})
INVITED = frozenset({"account+", "account_role+", "one_time_link+"})
FILED = frozenset({"sketch.case_id", "sketch.session_id", "sketch.unit_id", "case_file.changed_at"})
SAID = frozenset(FIELDS)
TOUCHED = frozenset({"case_file.changed_at"})
REVISED = TOUCHED | {"case_file.revision"}
HELD = REVISED | {"case_file.hold_reason", "case_file.hold_by", "case_file.hold_since"}
DECIDED = frozenset({f"deletion_request.{name}" for name in ("decided_by", "decided_at", "approved")})
MOVED = frozenset({"case_file.unit_id", "sketch.unit_id"})
PUT_ON = frozenset({"case_assignment+", "notification+"})
SEARCH = frozenset(filters.NAMES)
EYES = frozenset({"left_x", "left_y", "right_x", "right_y"})
NOBODY = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Case:
    """What an endpoint is for: its documented fields, and what they change."""

    rule: str
    fields: dict[str, Any]
    changes: frozenset[str]
    prepare: Callable[[World], None] | None = None
    documented: frozenset[str] = field(default_factory=frozenset)
    """Names that are documented but left out of ``fields``."""


def job_is(state: JobState) -> Callable[[World], None]:
    def put(world: World) -> None:
        with world.session() as db:
            job = db.get_one(Job, world.values["job_id"])
            job.state = state
            if state == JobState.FAILED:
                job.started_at = job.finished_at = utc_now()
            db.commit()

    return put


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


def unread(world: World) -> None:
    with world.session() as db:
        db.execute(update(Notification).values(read_at=None))
        db.commit()


def no_mail(world: World) -> None:
    with world.session() as db, transaction(db):
        accounts.locked(db, world.accounts["owner"].id).mail_kinds = None


def in_no_case(world: World) -> None:
    with world.session() as db:
        mine = Sketch.id == world.values["sketch_id"]
        db.execute(update(Sketch).where(mine).values(case_id=None, session_id=None, unit_id=None))
        db.commit()


def case_number(world: World) -> str:
    with world.session() as db:
        return db.get_one(CaseFile, world.values["case_id"]).number


def session_revision(world: World) -> str:
    with world.session() as db:
        return str(db.get_one(WitnessSession, world.values["session_id"]).revision)


def another_witness(world: World) -> None:
    with world.session() as db:
        db.get_one(WitnessSession, world.values["session_id"]).witness = "Somebody"
        db.commit()


def of_case(name: str) -> Callable[[World], str]:
    """What a form was drawn with."""

    def read(world: World) -> str:
        with world.session() as db:
            return str(getattr(db.get_one(CaseFile, world.values["case_id"]), name))

    return read


def chosen(name: str) -> Callable[[World], str]:
    return lambda world: str(world.values[name])


def open_case(world: World) -> None:
    """The case is open, of the account's, and nothing keeps it from being deleted."""
    with world.session() as db:
        case = db.get_one(CaseFile, world.values["case_id"])
        case.status, case.hold_reason, case.hold_by, case.hold_since = CaseStatus.OPEN, "", None, None
        db.commit()


def held_back(world: World) -> None:
    with world.session() as db:
        case = db.get_one(CaseFile, world.values["case_id"])
        case.hold_reason, case.hold_by, case.hold_since = "A court", case.created_by, utc_now()
        db.commit()


def on_the_case(world: World) -> None:
    with world.session() as db:
        db.merge(CaseAssignment(case_id=world.values["case_id"], account_id=world.values["account_id"]))
        db.commit()


def off_the_case(world: World) -> None:
    with world.session() as db:
        db.execute(delete(CaseAssignment).where(CaseAssignment.account_id == world.values["account_id"]))
        db.execute(update(Notification).values(read_at=utc_now()))
        db.commit()


def own_note(world: World) -> None:
    with world.session() as db:
        owner = accounts.get_account(db, world.accounts["owner"].id)
        world.values["note_id"] = notes.add(db, owner, world.values["case_id"], "She is sure of the scar.").id


def asked_by_another(world: World) -> None:
    """Somebody else asked for a case of the owner's to be deleted, and nothing of it was looked at."""
    with world.session() as db:
        owner = accounts.get_account(db, world.accounts["owner"].id)
        request = deletion.ask(db, owner, add_case(db, owner, uuid.uuid4().hex), "Over")
        world.values["request_id"] = request.id
        db.execute(update(DeletionRequest).values(asked_by=world.accounts["third"].id))
        db.commit()


def closed_glass(world: World) -> None:
    with world.session() as db:
        db.execute(update(EmergencyAccess).values(ends_at=utc_now()))
        db.execute(update(Notification).values(read_at=utc_now()))
        db.commit()


def broken_glass(world: World) -> None:
    closed_glass(world)
    with world.session() as db:
        owner = accounts.get_account(db, world.accounts["owner"].id)
        glass.break_glass(db, owner, "of Person 2", "Nobody of the unit is on duty")
        query = select(EmergencyAccess.id).where(EmergencyAccess.ends_at > utc_now())
        world.values["access_id"] = db.scalars(query).one()


def logo_revision(world: World) -> str:
    with world.session() as db:
        return str(db.get_one(SettingSection, "logo").revision)


def no_language(world: World) -> None:
    with world.session() as db, transaction(db):
        accounts.locked(db, world.accounts["owner"].id).language = None


def invited(world: World) -> None:
    """Somebody who has not accepted yet, in place of the account that is chosen."""
    with world.session() as db:
        email = f"{uuid.uuid4().hex}@example.org"
        world.values["account_id"] = invitations.invite(db, email, "Person 6", [Role.INVESTIGATOR])[0].id


def unit(world: World) -> None:
    with world.session() as db:
        world.values["unit_id"] = units.add_unit(db, f"Unit {uuid.uuid4().hex}").id


def in_a_unit(world: World) -> None:
    """The owner is in one unit more, which their sketches are not in."""
    unit(world)
    with world.session() as db, transaction(db):
        owner = accounts.locked(db, world.accounts["owner"].id)
        owner.units = [*owner.units, *units.kept(db, [world.values["unit_id"]])]


def without_units(world: World) -> None:
    """The owner is the account that is chosen, and their sketches are in no unit."""
    in_a_unit(world)
    world.values["account_id"] = world.accounts["owner"].id
    with world.session() as db, transaction(db):
        db.execute(update(Sketch).where(Sketch.owner_id == world.values["account_id"]).values(unit_id=None))


def token(world: World, of: str = "third") -> None:
    """The account that is chosen has an access token."""
    with world.session() as db:
        account = accounts.get_account(db, world.accounts[of].id)
        world.values["token_id"] = access_tokens.issue(db, account, "Importer", [Scope.SKETCHES_READ], 30).row.id


def own_token(world: World) -> None:
    token(world, "owner")


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
            db.get_one(CaseFile, notice.case_id).status = CaseStatus.OPEN
            db.execute(update(Notification).values(read_at=utc_now()))

    return put


def published_notice(world: World) -> None:
    pictured(world)
    with world.session() as db:
        owner, notice = (
            accounts.get_account(db, world.accounts["owner"].id),
            db.get_one(Notice, world.values["notice_id"]),
        )
        noticed.approve(db, owner, notice)


def of_notice(name: str) -> Callable[[World], str]:
    def read(world: World) -> str:
        with world.session() as db:
            return str(getattr(db.get_one(Notice, world.values["notice_id"]), name))

    return read


def own_likeness(world: World) -> str:
    """One that the notice's case has."""
    with world.session() as db:
        return str(db.get_one(Notice, world.values["notice_id"]).content["pictures"][0]["likenesses"][0])


def tip_is(state: TipState) -> Callable[[World], None]:
    """The tip is in this state of its case, with no other one, and nobody has read it."""

    def put(world: World) -> None:
        open_case(world)
        with world.session() as db, transaction(db):
            tip = db.get_one(Tip, world.values["tip_id"])
            tip.state, tip.seen, tip.merged_into, tip.case_id = state, 0, None, world.values["case_id"]

    return put


def tip_with_one_message(world: World) -> None:
    tip_is(TipState.NEW)(world)
    with world.session() as db, transaction(db):
        db.execute(delete(TipMessage).where(TipMessage.author == TipAuthor.AGENCY))


def tip_together(world: World) -> None:
    tip_is(TipState.NEW)(world)
    with world.session() as db, transaction(db):
        db.get_one(Tip, world.values["tip_id"]).merged_into = _same(world, db).id


def same_tip(world: World) -> str:
    """The number of one that says the same, in the same case."""
    with world.session() as db, transaction(db):
        return _same(world, db).receipt


def _same(world: World, db: Session) -> Tip:
    tip = db.get_one(Tip, world.foreign["tip_id"])
    tip.case_id = world.values["case_id"]
    return tip


def number_elsewhere(world: World) -> str:
    """Of another case that the owner works on."""
    with world.session() as db:
        return db.get_one(CaseFile, db.get_one(Notice, world.values["notice_id"]).case_id).number


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
CASES = [
    Case(
        "POST /cases/<uuid:case_id>/notices/new",
        {"category": "missing", "headline_en": "Who?"},
        TOUCHED | {"notice+"},
        open_case,
        documented=NOTICE_TEXTS | {"likeness"},
    ),
    Case(
        "POST /notices/<uuid:notice_id>/edit",
        {"category": "missing", "headline_en": "Who is she?", "revision": of_notice("revision")},
        NOTICE_TOUCHED | {"notice.content", "notice.revision", "notice_file-", "object_removal+"},
        DRAFTED,
        documented=NOTICE_TEXTS | {"likeness"},
    ),
    Case(
        "POST /notices/<uuid:notice_id>/pictures",
        {"action": "add", "chosen": own_likeness, "likenesses_1": own_likeness, "revision": of_notice("revision")},
        NOTICE_TOUCHED | {"notice.content", "notice.revision"},
        DRAFTED,
        documented=PICTURE_FIELDS,
    ),
    Case(
        "POST /notices/<uuid:notice_id>/make-pictures",
        {"revision": of_notice("revision")},
        frozenset({"job+", "notice.job_id"}),
        DRAFTED,
    ),
    Case(
        "POST /notices/<uuid:notice_id>/submit",
        {"revision": of_notice("revision")},
        NOTICE_TOUCHED | {"notice.stage", "notice.submitted_at", "notice.submitted_by", "notice.job_id", "job+"},
        whole_draft,
    ),
    Case(
        "POST /notices/<uuid:notice_id>/take-back",
        {"revision": of_notice("revision")},
        NOTICE_TOUCHED | {"notice.stage", "notice.revision"},
        SUBMITTED,
    ),
    Case(
        "POST /notices/<uuid:notice_id>/return",
        {"comment": "Say more", "revision": of_notice("revision")},
        NOTICE_TOUCHED | {"notice.stage", "notice.revision", "notice_decision+", "notification+"},
        SUBMITTED,
    ),
    Case(
        "POST /notices/<uuid:notice_id>/approve",
        {"checked": "seen", "revision": of_notice("revision")},
        NOTICE_TOUCHED
        | RECASED
        | {"notice.stage", "notice_decision+", "publication+", "publication_file+", "purge+", "notification+"},
        pictured,
    ),
    Case(
        "POST /notices/<uuid:notice_id>/withdraw",
        {},
        RECASED | {"publication.ended_at", "publication.ended_why", "purge.since", "purge.due_at"},
        published_notice,
        documented=frozenset({"revision"}),
    ),
    Case(
        "POST /inbox/<uuid:tip_id>/state",
        {"state": "useful", "seen": "new", "shown": "1"},
        frozenset({"tip.state", "tip.seen"}),
        tip_is(TipState.NEW),
    ),
    Case(
        "POST /inbox/<uuid:tip_id>/case", {"case": number_elsewhere}, frozenset({"tip.case_id"}), tip_is(TipState.NEW)
    ),
    Case(
        "POST /inbox/<uuid:tip_id>/reply",
        {"text": "On which day?", "shown": "1"},
        frozenset({"tip_message+", "tip.state", "tip.seen"}),
        tip_with_one_message,
    ),
    Case("POST /inbox/<uuid:tip_id>/merge", {"into": same_tip}, frozenset({"tip.merged_into"}), tip_is(TipState.NEW)),
    Case("POST /inbox/<uuid:tip_id>/part", {}, frozenset({"tip.merged_into"}), tip_together),
    Case(
        "POST /inbox/<uuid:tip_id>/redacted",
        {"strike": "harbour"},
        frozenset(),
        tip_is(TipState.NEW),
        documented=frozenset({"replies"}),
    ),
    Case("POST /confirm", {"password": PASSWORD}, frozenset({"sign_in_session.confirmed_at"})),
    Case("POST /account", {"action": "name", "name": "New Name"}, frozenset({"account.name"})),
    Case("POST /account", {"action": "theme", "theme": "dark"}, frozenset()),
    Case("POST /account", {"action": "sessions"}, frozenset()),
    Case(
        "POST /account",
        {"action": "password", "current": PASSWORD, "password": NEW_PASSWORD, "repeat": NEW_PASSWORD},
        PASSWORD_SET | SESSIONS | {"access_token.revoked_at"},
    ),
    Case("POST /account", {"action": "session", "session_id": NOBODY}, frozenset()),
    Case(
        "POST /account/tokens",
        {"name": "Importer", "scopes": "sketches:read", "days": "30"},
        frozenset({"access_token+"}),
    ),
    Case("POST /account/tokens/<uuid:token_id>/revoke", {}, frozenset({"access_token.revoked_at"}), own_token),
    Case(
        "POST /admin/accounts/<uuid:account_id>/tokens/<uuid:token_id>/revoke",
        {},
        frozenset({"access_token.revoked_at"}),
        token,
    ),
    Case("POST /account/second-factor", {"action": "begin"}, frozenset({"account.totp_secret"})),
    Case("POST /account/second-factor", {"action": "finish", "code": "000000"}, frozenset()),
    Case("POST /admin/accounts/<uuid:account_id>/password-link", {}, LINK_OF),
    Case("POST /admin/accounts/<uuid:account_id>/sign-out", {}, frozenset()),
    Case(
        "POST /admin/accounts/<uuid:account_id>/standing",
        {"roles": "supervisor"},
        frozenset({"account.claims_due_at", "account_role+", "account_role-"}),
        documented=frozenset({"units"}),
    ),
    Case(
        "POST /admin/accounts/<uuid:account_id>/sketches",
        {"unit": lambda world: str(world.values["unit_id"])},
        frozenset({"sketch.unit_id"}),
        without_units,
    ),
    Case(
        "POST /admin/accounts/<uuid:account_id>/suspend",
        {},
        frozenset({"account.disabled_at", "account.claims_due_at", "one_time_link-"}),
    ),
    Case(
        "POST /admin/accounts/<uuid:account_id>/restore",
        {},
        frozenset({"account.disabled_at", "account.claims_due_at"}),
    ),
    Case(
        "POST /admin/accounts/import",
        {"action": "import", "text": "email,name,roles\nperson5@example.org,Person 5,investigator\n"},
        INVITED,
        documented=frozenset({"add_units"}),
    ),
    Case(
        "POST /admin/invitations/new",
        {"name": "Person 4", "email": "person4@example.org", "roles": "investigator"},
        INVITED,
        documented=frozenset({"units"}),
    ),
    Case("POST /admin/custody/export", {}, frozenset()),
    Case("POST /admin/custody/verify", {}, frozenset()),
    Case("POST /cases/<uuid:case_id>/custody/verify", {}, frozenset()),
    Case("POST /sketches/<uuid:sketch_id>/custody/verify", {}, frozenset()),
    Case("POST /admin/invitations/<uuid:account_id>/renew", {}, LINK_OF, invited),
    Case(
        "POST /admin/invitations/<uuid:account_id>/revoke",
        {},
        frozenset({"account-", "account_role-", "one_time_link-"}),
        invited,
    ),
    Case("POST /admin/units", {"name": "North"}, frozenset({"unit+"})),
    Case("POST /admin/units/<uuid:unit_id>/name", {"name": "South"}, frozenset({"unit.name"}), unit),
    Case("POST /admin/units/<uuid:unit_id>/remove", {}, frozenset({"unit-"}), unit),
    Case(
        "POST /admin/jobs/<uuid:job_id>/cancel",
        {},
        frozenset({"job.state", "job.reason", "job.finished_at"}),
        job_is(JobState.QUEUED),
    ),
    Case(
        "POST /admin/jobs/<uuid:job_id>/retry",
        {},
        frozenset({"job.state", "job.reason", "job.finished_at", "job.started_at", "job.queued_at"}),
        job_is(JobState.FAILED),
    ),
    Case(
        "POST /admin/jobs/<uuid:job_id>/priority",
        {"urgency": "raised"},
        frozenset({"job.priority"}),
        job_is(JobState.QUEUED),
    ),
    Case(
        "POST /admin/operations/retry-failed",
        {"job_kind": "render"},
        frozenset({"job.state", "job.queued_at", "job.started_at", "job.finished_at"}),
        job_is(JobState.FAILED),
    ),
    Case("POST /first-account/<token>", {"name": "X", "email": "x@example.org"}, frozenset()),
    Case("POST /sign-in/code", {"code": "000000"}, frozenset()),
    Case("POST /sign-in/firebase", {"id_token": "x"}, frozenset()),
    Case(
        "POST /jobs/<uuid:job_id>/cancel",
        {},
        frozenset({"job.state", "job.reason", "job.finished_at"}),
        job_is(JobState.QUEUED),
    ),
    Case(
        "POST /jobs/<uuid:job_id>/retry",
        {},
        frozenset({"job.state", "job.reason", "job.finished_at", "job.started_at", "job.queued_at"}),
        job_is(JobState.FAILED),
    ),
    Case(
        "POST /sketches/<uuid:sketch_id>/render",
        {"engine": "pix2pix", "seed": "7", "strength": "0.5"},
        frozenset({"job+"}),
        documented=EYES | frozenset({"skin", "hair", "eyes", "candidates"}),
    ),
    Case(
        "POST /likenesses/<uuid:likeness_id>/keep", {}, frozenset({"likeness.kept_at", "likeness.kept_by"}), none_kept
    ),
    Case(
        "POST /likenesses/<uuid:likeness_id>/photo",
        {"photo": lambda _: (io.BytesIO(drawing_png(8)), "a.png")},
        frozenset({"real_photo+", "real_photo.replaced_at", "job+"}),
        first_photo,
    ),
    Case("POST /photos/<uuid:photo_id>/eyes", {}, frozenset({"job+"}), first_photo, documented=EYES),
    Case(
        "POST /photos/<uuid:photo_id>/consent",
        {"consent": "yes", "note": "A letter"},
        frozenset({"real_photo.consent", "real_photo.consent_note"}),
        first_photo,
    ),
    Case(
        "POST /sketches/<uuid:sketch_id>/title",
        {"title": "Only this"},
        frozenset({"sketch.title", "sketch.title_folded"}),
    ),
    Case(
        "POST /sketches/new",
        {"title": "Mine", "files": lambda _: (io.BytesIO(drawing_png(7)), "a.png")},
        NEW_SKETCH,
        documented=frozenset({"parent", "unit"}),
    ),
    Case("POST /sketches/sample", {"name": "short-hair"}, NEW_SKETCH),
    Case(
        "POST /sketches/<uuid:sketch_id>/unit",
        {"unit": lambda world: str(world.values["unit_id"])},
        frozenset({"sketch.unit_id"}),
        in_a_unit,
    ),
    Case(
        "POST /cases/<uuid:case_id>/sessions/new",
        {"artist": "Ada", "witness": "Witness 9", "hair": "black"},
        frozenset({"witness_session+", "case_file.changed_at"}),
        documented=SAID,
    ),
    Case(
        "POST /cases/<uuid:case_id>/sessions/<uuid:session_id>/edit",
        {"artist": "Ada", "witness": "Witness 8", "revision": session_revision},
        frozenset({"witness_session.witness", "witness_session.revision", "case_file.changed_at"}),
        another_witness,
        documented=SAID,
    ),
    Case(
        "POST /cases/<uuid:case_id>/sketches",
        {
            "sketch": lambda world: str(world.values["sketch_id"]),
            "session": lambda world: str(world.values["session_id"]),
        },
        FILED,
        in_no_case,
    ),
    Case(
        "POST /sketches/<uuid:sketch_id>/case",
        {"number": case_number, "session": lambda world: str(world.values["session_id"])},
        FILED,
        in_no_case,
    ),
    Case(
        "POST /cases/new",
        {"title": "Quay", "unit": chosen("unit_id")},
        frozenset({"case_file+", "case_counter+"}),
        in_a_unit,
        documented=frozenset(FACTS),
    ),
    Case(
        "POST /cases/<uuid:case_id>/edit",
        {"title": "Quay", "revision": of_case("revision")},
        REVISED | {"case_file.title", "case_file.search_text"},
        documented=frozenset(FACTS),
    ),
    Case(
        "POST /cases/<uuid:case_id>/status",
        {"status": "identified", "seen": "open"},
        REVISED | {"case_file.status", "case_file.status_since"},
        open_case,
    ),
    Case("POST /cases/<uuid:case_id>/unit", {"unit": chosen("unit_id")}, REVISED | MOVED, in_a_unit),
    Case("POST /cases/<uuid:case_id>/people", {"person": chosen("account_id")}, TOUCHED | PUT_ON, off_the_case),
    Case("POST /cases/<uuid:case_id>/people/<uuid:account_id>/remove", {}, TOUCHED | {"case_assignment-"}, on_the_case),
    Case(
        "POST /cases/assign",
        {"case": chosen("case_id"), "assignee": chosen("account_id")},
        TOUCHED | PUT_ON,
        off_the_case,
        documented=SEARCH,
    ),
    Case("POST /cases/filters", {"called": "Quay", "q": "quay"}, frozenset({"saved_filter+"}), documented=SEARCH),
    Case("POST /cases/filters/<uuid:filter_id>/remove", {}, frozenset({"saved_filter-"})),
    Case("POST /cases/<uuid:case_id>/notes", {"body": "A scar"}, TOUCHED | {"case_note+"}),
    Case(
        "POST /cases/<uuid:case_id>/notes/<uuid:note_id>",
        {"body": "No scar"},
        TOUCHED | {"case_note.body", "case_note.changed_at"},
        own_note,
    ),
    Case("POST /cases/<uuid:case_id>/notes/<uuid:note_id>/remove", {}, TOUCHED | {"case_note-"}, own_note),
    Case(
        "POST /cases/<uuid:case_id>/export",
        {"format": "pdf", "language": "en"},
        frozenset({"case_export+", "job+"}),
        documented=frozenset({"paper"}),
    ),
    Case(
        "POST /bulletins",
        {"publication": chosen("publication_id"), "format": "png", "paper": "letter", "language": "en"},
        frozenset({"bulletin+", "bulletin_publication+", "job+"}),
        documented=frozenset({"dots"}),
    ),
    Case(
        "POST /publications/<slug>/bulletins",
        {"format": "png", "paper": "a4", "language": "both"},
        frozenset({"bulletin+", "bulletin_publication+", "job+"}),
        documented=frozenset({"dots"}),
    ),
    Case(
        "POST /cases/import",
        {"file": lambda _: (io.BytesIO(b"PK"), "case.zip"), "unit": chosen("unit_id")},
        frozenset({"case_import+", "job+"}),
        in_a_unit,
        documented=frozenset({"number"}),
    ),
    Case("POST /cases/<uuid:case_id>/hold", {"reason": "A court"}, HELD, open_case),
    Case("POST /cases/<uuid:case_id>/release", {}, HELD, held_back),
    Case("POST /cases/<uuid:case_id>/deletion", {"reason": "Over"}, frozenset({"deletion_request+"}), open_case),
    Case("POST /deletions/<uuid:request_id>/refuse", {}, DECIDED, asked_by_another),
    Case(
        "POST /deletions/<uuid:request_id>/approve",
        {},
        DECIDED | {"case_file-", "case_assignment-"},
        asked_by_another,
    ),
    Case(
        "POST /retention/policies",
        {"status": "closed", "months": "12", "proposal": "delete"},
        frozenset({"retention_policy+"}),
    ),
    Case("POST /retention/policies/<uuid:policy_id>/remove", {}, frozenset({"retention_policy-"})),
    Case(
        "POST /glass",
        {"number": "of Person 2", "reason": "Nobody of the unit is on duty"},
        frozenset({"emergency_access+", "notification+"}),
        closed_glass,
    ),
    Case("POST /glass/<uuid:access_id>/close", {}, frozenset({"emergency_access.ends_at"}), broken_glass),
    Case(
        "POST /admin/quotas/<any(unit,account):kind>/<uuid:subject_id>",
        {"renders_a_day": "5", "revision": "0"},
        frozenset({"quota+"}),
        documented=frozenset({"open_jobs", "stored_bytes"}),
    ),
    Case(
        "POST /admin/settings/<section>",
        {"name": "Harbour police", "time_zone": "UTC", "revision": "0"},
        frozenset({"setting_section+"}),
        documented=frozenset({"address", "email", "phone"}),
    ),
    Case(
        "POST /admin/settings/logo",
        {"file": lambda _: (io.BytesIO(drawing_png(91)), "logo.png"), "revision": logo_revision},
        frozenset({f"setting_section.{name}" for name in ("object_key", "revision", "changed_at")}),
        documented=frozenset({"action"}),
    ),
    Case("POST /language", {"language": "th"}, frozenset({"account.language"}), no_language),
    Case("POST /pairs/export", {}, frozenset()),
    Case("POST /notifications/<uuid:notification_id>/open", {}, frozenset({"notification.read_at"}), unread),
    Case("POST /notifications/read", {}, frozenset({"notification.read_at"}), unread),
    Case("POST /notifications/mail", {"kinds": "tip"}, frozenset({"account.mail_kinds"}), no_mail),
    Case("POST /set-password/<token>", {"password": NEW_PASSWORD, "repeat": NEW_PASSWORD}, frozenset()),
    Case("POST /sign-in", {"email": "third@example.org", "password": PASSWORD}, SESSIONS),
    Case("POST /sign-out", {}, frozenset({"sign_in_session-"})),
]


UNRECORDED = {
    ("POST /confirm", ""): "it changes the session alone, and what is then done has an entry",
    ("POST /account/second-factor", "begin"): "it counts once a code has shown that its owner has it",
    ("POST /sign-in", ""): "the log has it; what is done in the session has entries that name who did it",
    ("POST /sign-out", ""): "the log has it",
    ("POST /photos/<uuid:photo_id>/eyes", ""): "without points it asks the program to place them, which has its entry",
    ("POST /notices/<uuid:notice_id>/make-pictures", ""): "once they are made, that has its entry",
    ("POST /cases/filters", ""): "what somebody looks for in the list of cases is theirs",
    ("POST /cases/filters/<uuid:filter_id>/remove", ""): "as above",
    ("POST /cases/<uuid:case_id>/export", ""): "once the file is made, that has its entry, with who asked",
    ("POST /bulletins", ""): "once the file is made, that has its entry in every case, with who asked",
    ("POST /publications/<slug>/bulletins", ""): "as above",
    ("POST /cases/import", ""): "once the case is taken from the file, that has its entry, with who handed it in",
    ("POST /language", ""): "in which language somebody reads is theirs",
    ("POST /notifications/<uuid:notification_id>/open", ""): "whether somebody has read their own notices is theirs",
    ("POST /notifications/read", ""): "as above",
    ("POST /notifications/mail", ""): "about what somebody wants mail is theirs",
}
"""What changes a record and leaves no entry of custody, and why. docs/custody.md says so too."""


def poison(case: Case) -> dict[str, str]:
    """Every column of every table, and names that frameworks and other products have been broken by."""
    columns = {column.name for table in Base.metadata.sorted_tables for column in table.columns}
    others = [
        "is_admin",
        "admin",
        "roles",
        "role",
        "owner",
        "unit",
        "units",
        "permissions",
        "__class__",
        "_method",
        "account",
        "user_id",
        "sketch_id",
        "job_id",
        "likeness_id",
        "account_id",
        "X-Access",
    ]
    names = (columns | set(others)) - case.fields.keys() - case.documented - {"csrf_token"}
    return {name: "admin" if "role" in name or "admin" in name else NOBODY for name in names}


def rule_of(world: World, case: Case) -> Rule:
    return next(rule for method, rule in world.rules(safe=False) if f"{method} {rule.rule}" == case.rule)


def cases(world: World) -> list[Case]:
    """Those of endpoints that are there."""
    there = set(forms(world))
    return [case for case in CASES if case.rule in there]


def forms(world: World) -> list[str]:
    """Every endpoint that writes and reads a form. The JSON API refuses whatever it does not know, which
    tests/api/test_document.py holds."""
    rules = world.rules(safe=False)
    return [f"{method} {rule.rule}" for method, rule in rules if not rule.rule.startswith(gate.API)]


def send(world: World, case: Case, way: str) -> TestResponse:
    fields = {name: value(world) if callable(value) else value for name, value in case.fields.items()}
    path, token, extra = world.path(rule_of(world, case)), world.owner.token(), poison(case)
    post, headers = world.owner.client.post, {"X-CSRF-Token": token}
    if way == "form":
        return post(path, data={**fields, **extra}, headers=headers)
    if way == "address":
        return post(path, data=fields, query_string=extra, headers=headers)
    texts = {name: value for name, value in fields.items() if isinstance(value, str)}
    return post(path, json={**texts, **extra}, headers=headers)


@pytest.mark.parametrize("way", ["form", "address", "json"])
def test_only_documented_fields_change(world: World, way: str) -> None:
    wrong = []
    for case in cases(world):
        world.values["account_id"] = world.accounts["third"].id
        if case.prepare:
            case.prepare(world)
        before, recorded = dump(world.app), entries(world)
        answer = send(world, case, way)
        after, new = dump(world.app), entries(world)[len(recorded) :]
        changed = changes(before, after) - NOTED
        if changed - WRONG_TRY and bool(new) == ((case.rule, case.fields.get("action", "")) in UNRECORDED):
            wrong.append(f"{case.rule}: {len(new)} entries of custody for what it changed")
        strangers = {one.actor for one in new} & {"operator", "stranger"}
        assert not strangers, f"{case.rule}: {strangers} did it"
        # A form that says what it is for is taken; what comes as JSON, which no form reads, may change nothing.
        expected = changed == case.changes if way != "json" else changed <= case.changes | WRONG_TRY
        if answer.status_code >= 500 or not expected:
            what = sorted(changed ^ case.changes)
            wrong.append(f"{case.rule} {case.fields.get('action', '')}: {answer.status_code}, {what}")
        assert owned_as_before(before, after), case.rule
        assert untouched(world, before, after), case.rule
        if world.owner.get("/account").status_code != 200:
            world.owner.sign_in(world.accounts["owner"], NEW_PASSWORD if changed_password(world) else PASSWORD)
    assert not wrong, "\n".join(wrong)


def entries(world: World) -> Sequence[CustodyEntry]:
    """In the order in which they were written, by whichever chain."""
    with world.session() as db:
        return db.scalars(select(CustodyEntry).order_by(CustodyEntry.at, CustodyEntry.number)).all()


def changed_password(world: World) -> bool:
    with world.session() as db:
        return db.get_one(Account, world.accounts["owner"].id).password_changed_at is not None


def owned_as_before(before: Any, after: Any) -> bool:
    """Nobody became administrator, nothing changed hands, and what is new belongs to somebody who is there."""
    people = {str(key) for key in after["account"]}
    new = [row for table in ("sketch", "job") for row in after[table].values()]
    admins = [key for key in after["account_role"] if key.endswith("/admin")]
    return len(admins) == 1 and all(str(row["owner_id"]) in people for row in new)


def untouched(world: World, before: Any, after: Any) -> bool:
    """The records of the other investigator are as they were."""
    other = str(world.accounts["other"].id)
    ids = {other, *(str(world.foreign[name]) for name in ("sketch_id", "likeness_id", "job_id"))}
    tables = ("account", "sketch", "likeness", "job")
    return all(before[table][key] == after[table][key] for table in tables for key in before[table].keys() & ids)


def test_every_endpoint_that_writes_is_tried(world: World) -> None:
    """A new one fails here until CASES says what it is for."""
    assert set(forms(world)) == {case.rule for case in cases(world)}


def test_the_comparison_would_see_a_change_of_every_kind(world: World) -> None:
    before = dump(world.app)
    with world.session() as db:
        job = db.get_one(Job, world.values["job_id"])
        job.owner_id = world.accounts["third"].id
        db.commit()
    assert changes(before, dump(world.app)) == {"job.owner_id"}


def test_one_time_links_give_what_they_are_for(world: World) -> None:
    case = Case("POST /set-password/<token>", {"password": NEW_PASSWORD, "repeat": NEW_PASSWORD}, frozenset())
    before = dump(world.app)
    answer = send(world, case, "form")
    after = dump(world.app)
    assert answer.status_code == 303
    assert changes(before, after) == PASSWORD_SET | SESSIONS | {"one_time_link.used_at"}
    changed = [key for key, row in after["account"].items() if row != before["account"][key]]
    assert changed == [str(world.accounts["third"].id)]
