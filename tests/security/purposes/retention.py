"""What the forms of holds, deletion, policies and broken glass are for."""

import uuid

from sqlalchemy import select, update

from app.cases import glass
from app.identity import accounts
from app.retention import deletion
from models import (
    Case,
    DeletionRequest,
    EmergencyAccess,
    Notification,
    utc_now,
)
from tests.security.purposes.cases import REVISED, open_case
from tests.security.purposes.purpose import Purpose
from tests.security.world import World, add_case

HELD = REVISED | {"case_file.hold_reason", "case_file.hold_by", "case_file.hold_since"}
DECIDED = frozenset({f"deletion_request.{name}" for name in ("decided_by", "decided_at", "approved")})


def held_back(world: World) -> None:
    with world.session() as db:
        case = db.get_one(Case, world.values["case_id"])
        case.hold_reason, case.hold_by, case.hold_since = "A court", case.created_by, utc_now()
        db.commit()


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


PURPOSES = [
    Purpose("POST /cases/<uuid:case_id>/hold", {"reason": "A court"}, HELD, open_case),
    Purpose("POST /cases/<uuid:case_id>/release", {}, HELD, held_back),
    Purpose("POST /cases/<uuid:case_id>/deletion", {"reason": "Over"}, frozenset({"deletion_request+"}), open_case),
    Purpose("POST /deletions/<uuid:request_id>/refuse", {}, DECIDED, asked_by_another),
    Purpose(
        "POST /deletions/<uuid:request_id>/approve",
        {},
        DECIDED | {"case_file-", "case_assignment-"},
        asked_by_another,
    ),
    Purpose(
        "POST /retention/policies",
        {"status": "closed", "months": "12", "proposal": "delete"},
        frozenset({"retention_policy+"}),
    ),
    Purpose("POST /retention/policies/<uuid:policy_id>/remove", {}, frozenset({"retention_policy-"})),
    Purpose(
        "POST /glass",
        {"number": "of Person 2", "reason": "Nobody of the unit is on duty"},
        frozenset({"emergency_access+", "notification+"}),
        closed_glass,
    ),
    Purpose("POST /glass/<uuid:access_id>/close", {}, frozenset({"emergency_access.ends_at"}), broken_glass),
]
