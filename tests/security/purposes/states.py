"""How the world is made before a form of more than one room is sent, and what forms then say of it."""

import uuid
from collections.abc import Callable

from app.database import transaction
from app.identity import access_tokens, accounts, units
from models import (
    Job,
    JobState,
    Scope,
    utc_now,
)
from tests.security.world import World


def job_is(state: JobState) -> Callable[[World], None]:
    def put(world: World) -> None:
        with world.session() as db:
            job = db.get_one(Job, world.values["job_id"])
            job.state = state
            if state == JobState.FAILED:
                job.started_at = job.finished_at = utc_now()
            db.commit()

    return put


def chosen(name: str) -> Callable[[World], str]:
    return lambda world: str(world.values[name])


def unit(world: World) -> None:
    with world.session() as db:
        world.values["unit_id"] = units.add_unit(db, f"Unit {uuid.uuid4().hex}").id


def in_a_unit(world: World) -> None:
    """The owner is in one unit more, which their sketches are not in."""
    unit(world)
    with world.session() as db, transaction(db):
        owner = accounts.locked(db, world.accounts["owner"].id)
        owner.units = [*owner.units, *units.kept(db, [world.values["unit_id"]])]


def token(world: World, of: str = "third") -> None:
    """The account that is chosen has an access token."""
    with world.session() as db:
        account = accounts.get_account(db, world.accounts[of].id)
        world.values["token_id"] = access_tokens.issue(db, account, "Importer", [Scope.SKETCHES_READ], 30).row.id
