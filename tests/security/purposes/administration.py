"""What the forms of administrators are for."""

import io
import uuid

from sqlalchemy import update

from app.database import transaction
from app.identity import invitations
from models import (
    JobState,
    Role,
    SettingSection,
    Sketch,
)
from tests.app.drawings import drawing_png
from tests.security.purposes.purpose import Purpose
from tests.security.purposes.states import in_a_unit, job_is, token, unit
from tests.security.world import World

LINK_OF = frozenset({"one_time_link+", "one_time_link-"})
INVITED = frozenset({"account+", "account_role+", "one_time_link+"})


def logo_revision(world: World) -> str:
    with world.session() as db:
        return str(db.get_one(SettingSection, "logo").revision)


def invited(world: World) -> None:
    """Somebody who has not accepted yet, in place of the account that is chosen."""
    with world.session() as db:
        email = f"{uuid.uuid4().hex}@example.org"
        world.values["account_id"] = invitations.invite(db, email, "Person 6", [Role.INVESTIGATOR])[0].id


def without_units(world: World) -> None:
    """The owner is the account that is chosen, and their sketches are in no unit."""
    in_a_unit(world)
    world.values["account_id"] = world.accounts["owner"].id
    with world.session() as db, transaction(db):
        db.execute(update(Sketch).where(Sketch.owner_id == world.values["account_id"]).values(unit_id=None))


PURPOSES = [
    Purpose(
        "POST /admin/accounts/<uuid:account_id>/tokens/<uuid:token_id>/revoke",
        {},
        frozenset({"access_token.revoked_at"}),
        token,
    ),
    Purpose("POST /admin/accounts/<uuid:account_id>/password-link", {}, LINK_OF),
    Purpose("POST /admin/accounts/<uuid:account_id>/sign-out", {}, frozenset()),
    Purpose(
        "POST /admin/accounts/<uuid:account_id>/standing",
        {"roles": "supervisor"},
        frozenset({"account.claims_due_at", "account_role+", "account_role-"}),
        documented=frozenset({"units"}),
    ),
    Purpose(
        "POST /admin/accounts/<uuid:account_id>/sketches",
        {"unit": lambda world: str(world.values["unit_id"])},
        frozenset({"sketch.unit_id"}),
        without_units,
    ),
    Purpose(
        "POST /admin/accounts/<uuid:account_id>/suspend",
        {},
        frozenset({"account.disabled_at", "account.claims_due_at", "one_time_link-"}),
    ),
    Purpose(
        "POST /admin/accounts/<uuid:account_id>/restore",
        {},
        frozenset({"account.disabled_at", "account.claims_due_at"}),
    ),
    Purpose(
        "POST /admin/accounts/import",
        {"action": "import", "text": "email,name,roles\nperson5@example.org,Person 5,investigator\n"},
        INVITED,
        documented=frozenset({"add_units"}),
    ),
    Purpose(
        "POST /admin/invitations/new",
        {"name": "Person 4", "email": "person4@example.org", "roles": "investigator"},
        INVITED,
        documented=frozenset({"units"}),
    ),
    Purpose("POST /admin/custody/export", {}, frozenset()),
    Purpose("POST /admin/custody/verify", {}, frozenset()),
    Purpose("POST /admin/invitations/<uuid:account_id>/renew", {}, LINK_OF, invited),
    Purpose(
        "POST /admin/invitations/<uuid:account_id>/revoke",
        {},
        frozenset({"account-", "account_role-", "one_time_link-"}),
        invited,
    ),
    Purpose("POST /admin/units", {"name": "North"}, frozenset({"unit+"})),
    Purpose("POST /admin/units/<uuid:unit_id>/name", {"name": "South"}, frozenset({"unit.name"}), unit),
    Purpose("POST /admin/units/<uuid:unit_id>/remove", {}, frozenset({"unit-"}), unit),
    Purpose(
        "POST /admin/jobs/<uuid:job_id>/cancel",
        {},
        frozenset({"job.state", "job.reason", "job.finished_at"}),
        job_is(JobState.QUEUED),
    ),
    Purpose(
        "POST /admin/jobs/<uuid:job_id>/retry",
        {},
        frozenset({"job.state", "job.reason", "job.finished_at", "job.started_at", "job.queued_at"}),
        job_is(JobState.FAILED),
    ),
    Purpose(
        "POST /admin/jobs/<uuid:job_id>/priority",
        {"urgency": "raised"},
        frozenset({"job.priority"}),
        job_is(JobState.QUEUED),
    ),
    Purpose(
        "POST /admin/operations/retry-failed",
        {"job_kind": "render"},
        frozenset({"job.state", "job.queued_at", "job.started_at", "job.finished_at"}),
        job_is(JobState.FAILED),
    ),
    Purpose(
        "POST /admin/quotas/<any(unit,account):kind>/<uuid:subject_id>",
        {"renders_a_day": "5", "revision": "0"},
        frozenset({"quota+"}),
        documented=frozenset({"open_jobs", "stored_bytes"}),
    ),
    Purpose(
        "POST /admin/settings/<section>",
        {"name": "Harbour police", "time_zone": "UTC", "revision": "0"},
        frozenset({"setting_section+"}),
        documented=frozenset({"address", "email", "phone"}),
    ),
    Purpose(
        "POST /admin/settings/logo",
        {"file": lambda _: (io.BytesIO(drawing_png(91)), "logo.png"), "revision": logo_revision},
        frozenset({f"setting_section.{name}" for name in ("object_key", "revision", "changed_at")}),
        documented=frozenset({"action"}),
    ),
]
