"""What is done to accounts, units and sketches is told by who did it, with what was there before and after."""

import datetime as dt
import uuid
from typing import Any

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import accounts as command
from app import custody
from app.database import Database, transaction
from app.identity import accounts, importing, invitations, links, second_factor, sessions, standing, units
from app.settings import Settings
from app.storage import LocalStore
from app.studio import moving, service
from models import AGENCY, Account, ChainKind, CustodyChain, CustodyEntry, Role, Sketch
from tests.people import PASSWORD, Person

SECRET = "s" * 40


@pytest.fixture
def admin(db: Session, person: Person) -> Account:
    account = person(Role.ADMIN)
    custody.act_as(db, account)
    return account


def of(db: Session, action: str) -> list[CustodyEntry]:
    db.rollback()
    query = select(CustodyEntry).where(CustodyEntry.action == action)
    return list(db.scalars(query.order_by(CustodyEntry.at, CustodyEntry.number)))


def told(db: Session, action: str) -> tuple[uuid.UUID | None, dict[str, Any]]:
    """Who did it, and the details, of the one entry of this action."""
    (entry,) = of(db, action)
    return entry.actor_id, entry.details


def test_an_invitation_is_by_whoever_gave_it(db: Session, admin: Account) -> None:
    unit = units.add_unit(db, "North")
    account, _ = invitations.invite(db, "new@example.org", "New Person", [Role.INVESTIGATOR], [unit.id])
    entry = of(db, "account.created")[-1]
    assert (entry.actor_id, entry.object_id) == (admin.id, account.id)
    assert entry.details == {"name": "New Person", "roles": ["investigator"], "units": ["North"], "first": False}
    links.issue_invitation(db, account)
    invited = of(db, "account.invited")
    assert [(one.actor_id, one.details) for one in invited] == [(admin.id, {"name": "New Person"})] * 2
    invitations.revoke(db, account)
    assert told(db, "account.removed") == (admin.id, {"name": "New Person"})


def test_what_somebody_may_do_has_a_digest_before_and_after(db: Session, admin: Account, person: Person) -> None:
    account, unit = person(), units.add_unit(db, "North")
    for roles in ([Role.SUPERVISOR], [Role.INVESTIGATOR]):
        standing.set_standing(db, admin, account, roles, [unit.id])
    first, second = of(db, "account.standing")
    assert (first.details["gained"], first.details["lost"]) == (["supervisor"], ["investigator"])
    assert (first.details["units_gained"], second.details["units_gained"]) == (["North"], [])
    assert first.before != first.after == second.before != second.after
    assert first.actor_id == admin.id


def test_suspending_and_letting_in_again(db: Session, admin: Account, person: Person) -> None:
    account = person()
    standing.suspend(db, admin, account)
    standing.restore(db, account, admin)
    sessions.end_all(db, account)
    for action in ("account.suspended", "account.restored", "account.signed_out"):
        actor_id, details = told(db, action)
        assert (actor_id, details["name"]) == (admin.id, account.name)


def test_what_people_do_to_their_own_account_is_theirs(db: Session, person: Person) -> None:
    account = person()
    custody.act_as(db, custody.STRANGER)  # a link is opened by somebody who is not signed in
    token = links.issue_set_password(db, account)
    links.set_password(db, token, "eleven grey paper moons")
    accounts.change_password(db, account, "eleven grey paper moons", "twelve thin copper wires")
    ways = [(entry.actor_id, entry.details["way"]) for entry in of(db, "account.password")]
    assert ways == [(account.id, "set_password"), (account.id, "changed")]
    second_factor.begin(db, SECRET, account)
    db.refresh(account)
    now = dt.datetime.now(dt.UTC)
    second_factor.finish(db, SECRET, account, pyotp.TOTP(second_factor.unseal(SECRET, account)).at(now))
    assert told(db, "account.factor") == (account.id, {"name": account.name, "present": True})


def test_no_entry_holds_a_password_a_token_or_an_address(db: Session, admin: Account, person: Person) -> None:
    account = person()
    token = links.issue_set_password(db, account, clear_second_factor=True)
    links.set_password(db, token, "eleven grey paper moons")
    written = "".join(str(vars(entry)) for entry in db.scalars(select(CustodyEntry)))
    for secret in (token, "eleven grey", PASSWORD, account.email, "argon2"):
        assert secret not in written


def test_the_first_account_is_by_whoever_had_the_link(db: Session) -> None:
    token = links.issue_first_admin(db)
    assert token is not None
    assert of(db, "account.link_issued")[0].actor == "operator"
    account = links.create_first_account(db, token, "first@example.org", "First Person", PASSWORD)
    actor_id, details = told(db, "account.created")
    assert (actor_id, details["first"], len(details["roles"])) == (account.id, True, 3)


def test_a_list_of_people_is_an_entry_each(db: Session, admin: Account) -> None:
    rows = "\n".join(f"p{number}@example.org,Person P{number},investigator,North" for number in range(3))
    importing.carry_out(db, f"email,name,roles,units\n{rows}\n", add_units=True)
    assert [entry.details["name"] for entry in of(db, "account.imported")] == ["Person P0", "Person P1", "Person P2"]
    assert told(db, "unit.added") == (admin.id, {"name": "North"})


def test_the_operator_is_named_as_such(database: Database, db: Session, person: Person, settings: Settings) -> None:
    account = person()
    command.reset_link(database, settings, account.email)
    command.restore(database, account.email)
    for action in ("account.link_issued", "account.restored"):
        (entry,) = of(db, action)
        assert (entry.actor_id, entry.actor, entry.object_id) == (None, "operator", account.id)


def test_units(db: Session, admin: Account) -> None:
    unit = units.add_unit(db, "North")
    units.rename_unit(db, unit.id, "South")
    units.remove_unit(db, unit.id)
    assert told(db, "unit.renamed") == (admin.id, {"name": "South", "was": "North"})
    assert told(db, "unit.removed") == (admin.id, {"name": "South"})


@pytest.fixture
def sketch(db: Session, store: LocalStore, person: Person, png: bytes) -> Sketch:
    return service.create_sketch(db, store, person(), png, "harbour.png", "A secret title")


def test_given_sketches_are_told_in_their_own_chains_too(db: Session, admin: Account, sketch: Sketch) -> None:
    unit = units.add_unit(db, "North")
    owner = db.get_one(Account, sketch.owner_id)
    units.give_sketches(db, admin, owner, unit.id)
    assert told(db, "account.sketches_given")[1] == {"name": owner.name, "unit": "North", "count": 1}
    (moved,) = of(db, "sketch.moved")
    assert moved.chain_id == custody.of_sketch(sketch).id
    assert moved.details == {"from_unit": None, "to_unit": str(unit.id), "unit": "North"}


def test_a_sketchs_own_chain(db: Session, store: LocalStore, sketch: Sketch, png: bytes) -> None:
    owner = db.get_one(Account, sketch.owner_id)
    unit = units.add_unit(db, "North")
    with transaction(db):
        accounts.locked(db, owner.id).units = units.kept(db, [unit.id])
    moving.move(db, owner, sketch, unit.id)
    service.rename(db, owner, sketch, "Another secret title")
    second = service.create_sketch(db, store, owner, png, "harbour-2.png", parent=sketch)
    eyes = [[10.0, 10.0], [40.0, 10.0]]
    job = service.request_render(db, owner, second, "pix2pix", eyes=eyes)
    assert service.request_render(db, owner, second, "pix2pix", eyes=eyes).id == job.id  # the same job: no entry
    service.cancel(db, owner, job)
    service.retry(db, owner, job)
    db.rollback()
    chain = custody.of_sketch(sketch)
    rows = db.scalars(select(CustodyEntry).where(CustodyEntry.chain_id == chain.id).order_by(CustodyEntry.number)).all()
    assert [row.action for row in rows] == [
        "sketch.added", "sketch.moved", "sketch.renamed", "sketch.added", "sketch.eyes", "likeness.asked",
        "job.cancelled", "job.retried",
    ]  # fmt: skip
    assert {row.actor_id for row in rows} == {owner.id}
    assert rows[0].after == sketch.original_sha256
    assert (rows[2].before, rows[2].after) == (custody.digest("A secret title"), custody.digest("Another secret title"))
    assert rows[5].details["jobs"] == [str(job.id)]
    assert "secret" not in "".join(str(vars(row)) for row in rows)
    assert {one.kind for one in db.scalars(select(CustodyChain))} == {ChainKind.AGENCY, ChainKind.SKETCH}
    assert custody.AGENCY_CHAIN.subject_id == AGENCY
