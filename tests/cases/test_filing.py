"""Filing: a sketch with all its versions goes into a case, its unit and its chain; between cases by a supervisor."""

import threading

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import custody
from app.database import Database
from app.errors import Forbidden, NotFound, Refused
from app.filing import service, shelf
from app.filing.place import Place
from app.retention import holds
from app.storage import LocalStore
from app.studio import moving
from app.studio import service as studio
from app.witness.forms import Said
from app.witness.service import add_session
from models import Account, Case, ChainKind, CustodyChain, CustodyEntry, Role, Sketch, Unit
from tests.cases.conftest import Opened
from tests.people import Member


@pytest.fixture
def one(member: Member, unit: Unit) -> Account:
    return member(unit)


@pytest.fixture
def case(opened: Opened, one: Account) -> Case:
    return opened(one)


@pytest.fixture
def sketch(db: Session, store: LocalStore, one: Account, png: bytes) -> Sketch:
    return studio.create_sketch(db, store, one, png, "a.png", "Harbour")


def lineage(db: Session, sketch: Sketch) -> list[Sketch]:
    db.rollback()
    return list(db.scalars(select(Sketch).where(Sketch.lineage_id == sketch.lineage_id).order_by(Sketch.version)))


def chain(db: Session, kind: ChainKind, subject: object) -> CustodyChain:
    return db.scalars(select(CustodyChain).where(CustodyChain.kind == kind, CustodyChain.subject_id == subject)).one()


def actions(db: Session, kind: ChainKind, subject: object) -> list[str]:
    query = select(CustodyEntry.action).where(CustodyEntry.chain_id == chain(db, kind, subject).id)
    return list(db.scalars(query.order_by(CustodyEntry.number)))


def test_every_version_is_filed_and_the_case_names_the_chain(
    db: Session, store: LocalStore, one: Account, case: Case, sketch: Sketch, png: bytes
) -> None:
    studio.create_sketch(db, store, one, png, "b.png", parent=sketch)
    length = chain(db, ChainKind.SKETCH, sketch.id).length
    row = add_session(db, one, case.id, Said("Ada", "Witness 1"))
    service.file_sketch(db, one, sketch, case.id, row.id)
    assert {(s.case_id, s.session_id, s.unit_id) for s in lineage(db, sketch)} == {(case.id, row.id, case.unit_id)}
    own = chain(db, ChainKind.SKETCH, sketch.id)
    filed = db.scalars(select(CustodyEntry).where(CustodyEntry.action == "sketch.filed"))
    named = next(found for found in filed if found.chain_id == custody.of_case(case.id).id)
    assert (named.details["length"], named.details["head"]) == (own.length, own.head)
    assert own.length == length + 1
    (found,), _ = shelf.filed_in(db, case.id, [row], one)
    assert (found.newest.session, found.versions) == (1, 2)


def test_what_happens_afterwards_is_in_the_cases_chain(
    db: Session, store: LocalStore, one: Account, case: Case, sketch: Sketch, png: bytes
) -> None:
    service.file_sketch(db, one, sketch, case.id)
    before = chain(db, ChainKind.SKETCH, sketch.id).length
    second = studio.create_sketch(db, store, one, png, "b.png", parent=lineage(db, sketch)[0])
    assert second.case_id == case.id
    assert actions(db, ChainKind.CASE, case.id)[-1] == "sketch.added"
    assert chain(db, ChainKind.SKETCH, sketch.id).length == before


def test_a_sketch_begins_in_a_case(db: Session, store: LocalStore, one: Account, case: Case, png: bytes) -> None:
    row = add_session(db, one, case.id, Said("Ada", "Witness 1"))
    made = studio.create_sketch(db, store, one, png, "a.png", place=Place(case.id, row.id))
    assert (made.case_id, made.session_id, made.unit_id) == (case.id, row.id, case.unit_id)
    assert "sketch.added" in actions(db, ChainKind.CASE, case.id)


def test_a_session_of_another_case_is_refused_whole(
    db: Session, store: LocalStore, one: Account, case: Case, opened: Opened, sketch: Sketch, png: bytes
) -> None:
    foreign = add_session(db, one, opened(one, "Hills").id, Said("Ada", "Witness 1"))
    with pytest.raises(NotFound):
        service.file_sketch(db, one, sketch, case.id, foreign.id)
    with pytest.raises(NotFound):
        studio.create_sketch(db, store, one, png, "b.png", place=Place(case.id, foreign.id))
    assert lineage(db, sketch)[0].case_id is None


def test_the_session_alone_changes_without_an_entry_of_filing(
    db: Session, one: Account, case: Case, sketch: Sketch
) -> None:
    service.file_sketch(db, one, sketch, case.id)
    row = add_session(db, one, case.id, Said("Ada", "Witness 1"))
    service.file_sketch(db, one, lineage(db, sketch)[0], case.id, row.id)
    assert lineage(db, sketch)[0].session_id == row.id
    service.file_sketch(db, one, lineage(db, sketch)[0], case.id, row.id)  # it is so already
    assert actions(db, ChainKind.CASE, case.id).count("sketch.filed") == 1
    said = db.scalars(select(CustodyEntry).where(CustodyEntry.action == "sketch.session")).one()
    assert (said.actor_id, said.object_id, said.details["session"]) == (one.id, sketch.id, str(row.id))


def test_a_supervisor_moves_it_to_another_case(
    db: Session, one: Account, case: Case, opened: Opened, sketch: Sketch, member: Member, unit: Unit, other_unit: Unit
) -> None:
    service.file_sketch(db, one, sketch, case.id)
    other = opened(one, "Hills")
    with pytest.raises(Forbidden, match="Only a supervisor"):
        service.file_sketch(db, one, sketch, other.id)
    service.file_sketch(db, member(unit, role=Role.SUPERVISOR), sketch, other.id)
    assert lineage(db, sketch)[0].case_id == other.id
    assert actions(db, ChainKind.CASE, case.id)[-1] == "sketch.taken"
    assert actions(db, ChainKind.CASE, other.id)[-1] == "sketch.filed"
    with pytest.raises(NotFound):
        service.file_sketch(db, member(other_unit, role=Role.SUPERVISOR), sketch, case.id)


def test_a_sketch_does_not_leave_a_case_on_hold(
    db: Session, one: Account, case: Case, opened: Opened, sketch: Sketch, member: Member, unit: Unit
) -> None:
    """Else whoever wants it gone moves it into a case that can be deleted."""
    service.file_sketch(db, one, sketch, case.id)
    other, chief = opened(one, "Hills"), member(unit, role=Role.SUPERVISOR)
    holds.put(db, chief, case.id, "A court asked")
    with pytest.raises(Refused, match="legal hold"):
        service.file_sketch(db, chief, sketch, other.id)
    assert lineage(db, sketch)[0].case_id == case.id
    holds.release(db, chief, case.id)
    service.file_sketch(db, chief, sketch, other.id)
    assert lineage(db, sketch)[0].case_id == other.id


def test_the_unit_follows_the_case_and_is_not_moved_beside_it(
    db: Session, store: LocalStore, member: Member, unit: Unit, other_unit: Unit, opened: Opened, png: bytes
) -> None:
    both = member(unit, other_unit)
    sketch = studio.create_sketch(db, store, both, png, "a.png", unit_id=unit.id)
    case = opened(both, unit=other_unit)
    service.file_sketch(db, both, sketch, case.id)
    filed = lineage(db, sketch)[0]
    assert filed.unit_id == other_unit.id
    assert moving.targets(db, both, filed) == []
    with pytest.raises(Refused, match="filed in a case"):
        moving.move(db, both, filed, unit.id)


def test_only_what_one_works_on_is_filed(
    db: Session, one: Account, case: Case, sketch: Sketch, member: Member, other_unit: Unit, opened: Opened
) -> None:
    stranger = member(other_unit)
    with pytest.raises(NotFound):
        service.file_sketch(db, stranger, sketch, opened(stranger, "Theirs").id)
    with pytest.raises(NotFound):
        service.file_sketch(db, one, sketch, opened(stranger, "Theirs too").id)
    assert service.case_by_number(db, one, f" {case.number} ") == case.id
    with pytest.raises(Refused, match="No case that you work on"):
        service.case_by_number(db, stranger, case.number)
    with pytest.raises(Refused, match="by its number"):
        service.case_by_number(db, one, " ")


def test_quick_renders_are_those_in_no_case(
    db: Session, store: LocalStore, one: Account, case: Case, sketch: Sketch, png: bytes
) -> None:
    other = studio.create_sketch(db, store, one, png, "b.png", "Alley")
    filed, quick = shelf.filed_in(db, case.id, [], one)
    assert (filed, [found.title for found in quick]) == ([], ["Alley", "Harbour"])
    service.file_sketch(db, one, sketch, case.id)
    filed, quick = shelf.filed_in(db, case.id, [], one)
    assert ([found.newest.sketch.title for found in filed], [found.id for found in quick]) == (["Harbour"], [other.id])


def test_versions_and_filings_at_once_leave_no_version_behind(
    database: Database, db: Session, store: LocalStore, one: Account, case: Case, sketch: Sketch, png: bytes
) -> None:
    ids = one.id, case.id, sketch.id  # each thread reads its own records

    def add() -> None:
        with database.session() as mine:
            parent = mine.get_one(Sketch, ids[2])
            studio.create_sketch(mine, store, mine.get_one(Account, ids[0]), png, "b.png", parent=parent)

    def put() -> None:
        with database.session() as mine:
            service.file_sketch(mine, mine.get_one(Account, ids[0]), mine.get_one(Sketch, ids[2]), ids[1])

    threads = [threading.Thread(target=work) for work in (add, put, add, put, add)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = lineage(db, sketch)
    assert [version.version for version in found] == [1, 2, 3, 4]
    assert {version.case_id for version in found} == {case.id}
    assert actions(db, ChainKind.CASE, case.id).count("sketch.filed") == 1
