"""What the forms of holds, deletion, policies and broken glass are for."""

import datetime as dt
import uuid

from sqlalchemy import delete, select, update

from app.cases import glass
from app.identity import accounts
from app.retention import deletion
from models import (
    Case,
    DeletionRequest,
    EmergencyAccess,
    Notification,
    Tip,
    TipKind,
    TipPolicy,
    TipState,
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


def policy_for_tips(world: World) -> None:
    """Somebody else says that spam goes after three months."""
    with world.session() as db:
        db.execute(delete(TipPolicy))
        policy = TipPolicy(id=uuid.uuid4(), state=TipState.SPAM, months=3, set_by=world.accounts["third"].id)
        world.values["tip_policy_id"] = policy.id
        db.add(policy)
        db.commit()


def old_spam(world: World) -> None:
    policy_for_tips(world)
    long_ago = utc_now() - dt.timedelta(days=200)
    what = {"kind": TipKind.TIP, "state": TipState.SPAM, "language": "en", "secret_hash": "-", "reply_public": b"-"}
    with world.session() as db:
        db.add(Tip(receipt="0" * 12, received_at=long_ago, noted_at=long_ago, **what))
        db.commit()


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
    Purpose("POST /retention/tips", {"state": "closed", "months": "12"}, frozenset({"tip_policy+"})),
    Purpose("POST /retention/tips/<uuid:tip_policy_id>/remove", {}, frozenset({"tip_policy-"}), policy_for_tips),
    Purpose("POST /retention/tips/<uuid:tip_policy_id>/delete", {}, frozenset({"tip-", "ended_tip+"}), old_spam),
    Purpose(
        "POST /glass",
        {"number": "of Person 2", "reason": "Nobody of the unit is on duty"},
        frozenset({"emergency_access+", "notification+"}),
        closed_glass,
    ),
    Purpose("POST /glass/<uuid:access_id>/close", {}, frozenset({"emergency_access.ends_at"}), broken_glass),
]
