"""What the forms of tips are for."""

from collections.abc import Callable

from sqlalchemy import delete

from app.database import transaction
from models import Case, Notice, Tip, TipAuthor, TipMessage, TipState
from tests.security.purposes.cases import open_case
from tests.security.purposes.purpose import Purpose
from tests.security.world import World


def tip_is(state: TipState) -> Callable[[World], None]:
    """The tip is in this state of its case, with no other one, and nobody has read or answered it."""

    def put(world: World) -> None:
        open_case(world)
        with world.session() as db, transaction(db):
            tip = db.get_one(Tip, world.values["tip_id"])
            tip.state, tip.seen, tip.merged_into, tip.case_id = state, 0, None, world.values["case_id"]
            db.execute(delete(TipMessage).where(TipMessage.author == TipAuthor.AGENCY))

    return put


NEW = tip_is(TipState.NEW)


def two_tips(world: World) -> None:
    """Another one that says the same is in the same case."""
    NEW(world)
    with world.session() as db, transaction(db):
        db.get_one(Tip, world.foreign["tip_id"]).case_id = world.values["case_id"]


def tip_together(world: World) -> None:
    two_tips(world)
    with world.session() as db, transaction(db):
        db.get_one(Tip, world.values["tip_id"]).merged_into = world.foreign["tip_id"]


def same_tip(world: World) -> str:
    with world.session() as db:
        return db.get_one(Tip, world.foreign["tip_id"]).receipt


def number_elsewhere(world: World) -> str:
    """Of another case that the owner works on."""
    with world.session() as db:
        return db.get_one(Case, db.get_one(Notice, world.values["notice_id"]).case_id).number


MERGED, READ = frozenset({"tip.merged_into"}), frozenset({"tip.state", "tip.state_since", "tip.seen"})
HERE = "POST /inbox/<uuid:tip_id>"
PURPOSES = [
    Purpose(f"{HERE}/state", {"state": "useful", "seen": "new", "shown": "1"}, READ, NEW),
    Purpose(f"{HERE}/case", {"case": number_elsewhere}, frozenset({"tip.case_id"}), NEW),
    Purpose(f"{HERE}/reply", {"text": "On which day?", "shown": "1"}, READ | {"tip_message+"}, NEW),
    Purpose(f"{HERE}/merge", {"into": same_tip}, MERGED, two_tips),
    Purpose(f"{HERE}/part", {}, MERGED, tip_together),
    Purpose(f"{HERE}/redacted", {"strike": "harbour"}, frozenset(), NEW, documented=frozenset({"replies"})),
]
