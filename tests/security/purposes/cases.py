"""What the forms of cases are for: their facts, people, notes, drawing sessions and files."""

import io
from collections.abc import Callable

from sqlalchemy import delete, select, update

from app.cases import filters, notes
from app.cases.editing import FIELDS as FACTS
from app.database import transaction
from app.identity import accounts
from app.witness.forms import FIELDS
from models import (
    Case,
    CaseAssignment,
    CaseStatus,
    Ended,
    Notice,
    Notification,
    Publication,
    Purge,
    Sketch,
    WitnessSession,
    utc_now,
)
from tests.security.purposes.purpose import Purpose
from tests.security.purposes.states import chosen, in_a_unit
from tests.security.world import World

FILED = frozenset({"sketch.case_id", "sketch.session_id", "sketch.unit_id", "case_file.changed_at"})
SAID = frozenset(FIELDS)
TOUCHED = frozenset({"case_file.changed_at"})
REVISED = TOUCHED | {"case_file.revision"}
MOVED = frozenset({"case_file.unit_id", "sketch.unit_id"})
PUT_ON = frozenset({"case_assignment+", "notification+"})
SEARCH = frozenset(filters.NAMES)


def in_no_case(world: World) -> None:
    with world.session() as db:
        mine = Sketch.id == world.values["sketch_id"]
        db.execute(update(Sketch).where(mine).values(case_id=None, session_id=None, unit_id=None))
        db.commit()


def case_number(world: World) -> str:
    with world.session() as db:
        return db.get_one(Case, world.values["case_id"]).number


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
            return str(getattr(db.get_one(Case, world.values["case_id"]), name))

    return read


def open_case(world: World) -> None:
    """The case is open, of the account's, and nothing keeps it from being deleted."""
    with world.session() as db:
        case = db.get_one(Case, world.values["case_id"])
        case.status, case.hold_reason, case.hold_by, case.hold_since = CaseStatus.OPEN, "", None, None
        db.commit()


def open_and_not_public(world: World) -> None:
    """A case whose person is identified ends what is public of it, which would be more than the form is for."""
    open_case(world)
    with world.session() as db:
        notices = select(Notice.id).where(Notice.case_id == world.values["case_id"])
        open_ones = update(Publication).where(Publication.notice_id.in_(notices), Publication.ended_at.is_(None))
        db.execute(open_ones.values(ended_at=utc_now(), ended_why=Ended.WITHDRAWN))
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


TAKEN_DOWN = frozenset({"publication.ended_at", "publication.ended_why", "purge+"})


def open_and_public(world: World) -> None:
    """The case is open and has a public notice."""
    open_case(world)
    with world.session() as db, transaction(db):
        mine = Publication.id == world.values["publication_id"]
        db.execute(update(Publication).where(mine).values(ended_at=None, ended_why=None))
        db.execute(delete(Purge))


PURPOSES = [
    Purpose("POST /cases/<uuid:case_id>/custody/verify", {}, frozenset()),
    Purpose(
        "POST /cases/<uuid:case_id>/sessions/new",
        {"artist": "Ada", "witness": "Witness 9", "hair": "black"},
        frozenset({"witness_session+", "case_file.changed_at"}),
        documented=SAID,
    ),
    Purpose(
        "POST /cases/<uuid:case_id>/sessions/<uuid:session_id>/edit",
        {"artist": "Ada", "witness": "Witness 8", "revision": session_revision},
        frozenset({"witness_session.witness", "witness_session.revision", "case_file.changed_at"}),
        another_witness,
        documented=SAID,
    ),
    Purpose(
        "POST /cases/<uuid:case_id>/sketches",
        {
            "sketch": lambda world: str(world.values["sketch_id"]),
            "session": lambda world: str(world.values["session_id"]),
        },
        FILED,
        in_no_case,
    ),
    Purpose(
        "POST /sketches/<uuid:sketch_id>/case",
        {"number": case_number, "session": lambda world: str(world.values["session_id"])},
        FILED,
        in_no_case,
    ),
    Purpose(
        "POST /cases/new",
        {"title": "Quay", "unit": chosen("unit_id")},
        frozenset({"case_file+", "case_counter+"}),
        in_a_unit,
        documented=frozenset(FACTS),
    ),
    Purpose(
        "POST /cases/<uuid:case_id>/edit",
        {"title": "Quay", "revision": of_case("revision")},
        REVISED | {"case_file.title", "case_file.search_text"},
        documented=frozenset(FACTS),
    ),
    Purpose(
        "POST /cases/<uuid:case_id>/status",
        {"status": "identified", "seen": "open"},
        REVISED | {"case_file.status", "case_file.status_since"},
        open_and_not_public,
    ),
    Purpose("POST /cases/<uuid:case_id>/unit", {"unit": chosen("unit_id")}, REVISED | MOVED, in_a_unit),
    Purpose("POST /cases/<uuid:case_id>/people", {"person": chosen("account_id")}, TOUCHED | PUT_ON, off_the_case),
    Purpose(
        "POST /cases/<uuid:case_id>/people/<uuid:account_id>/remove", {}, TOUCHED | {"case_assignment-"}, on_the_case
    ),
    Purpose(
        "POST /cases/assign",
        {"case": chosen("case_id"), "assignee": chosen("account_id")},
        TOUCHED | PUT_ON,
        off_the_case,
        documented=SEARCH,
    ),
    Purpose("POST /cases/filters", {"called": "Quay", "q": "quay"}, frozenset({"saved_filter+"}), documented=SEARCH),
    Purpose("POST /cases/filters/<uuid:filter_id>/remove", {}, frozenset({"saved_filter-"})),
    Purpose("POST /cases/<uuid:case_id>/notes", {"body": "A scar"}, TOUCHED | {"case_note+"}),
    Purpose(
        "POST /cases/<uuid:case_id>/notes/<uuid:note_id>",
        {"body": "No scar"},
        TOUCHED | {"case_note.body", "case_note.changed_at"},
        own_note,
    ),
    Purpose("POST /cases/<uuid:case_id>/notes/<uuid:note_id>/remove", {}, TOUCHED | {"case_note-"}, own_note),
    Purpose(
        "POST /cases/<uuid:case_id>/export",
        {"format": "pdf", "language": "en"},
        frozenset({"case_export+", "job+"}),
        documented=frozenset({"paper"}),
    ),
    Purpose(
        "POST /cases/import",
        {"file": lambda _: (io.BytesIO(b"PK"), "case.zip"), "unit": chosen("unit_id")},
        frozenset({"case_import+", "job+"}),
        in_a_unit,
        documented=frozenset({"number"}),
    ),
]
