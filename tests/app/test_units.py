"""Units on both databases: keeping them, and who sees and works on a sketch."""

import threading
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.database import Database, transaction
from app.errors import AppError, Conflict, Forbidden, NotFound, Refused
from app.identity import accounts, standing, units
from app.storage import LocalStore, split_key
from app.studio import moving, ownership, service
from models import Account, JobState, Role, Sketch, Unit
from tests.app.drawings import drawing_png
from tests.people import Member, Person, put


def sees(db: Session, account: Account, sketch: Sketch) -> bool:
    listed = [one.id for one in service.list_sketches(db, account).items]
    try:
        service.get_sketch(db, account, sketch.id)
    except NotFound:
        assert sketch.id not in listed
        return False
    assert sketch.id in listed
    return True


def test_units_are_added_renamed_and_removed(db: Session) -> None:
    unit = units.add_unit(db, "  Cold   cases ")
    assert unit.name == "Cold cases"
    assert units.rename_unit(db, unit.id, "Homicide").name == "Homicide"
    assert [(one.unit.name, one.accounts, one.sketches, one.empty) for one in units.census(db)] == [
        ("Homicide", 0, 0, True)
    ]
    units.remove_unit(db, unit.id)
    assert units.list_units(db) == []
    for action in (lambda: units.remove_unit(db, unit.id), lambda: units.rename_unit(db, unit.id, "X")):
        with pytest.raises(NotFound):
            action()


@pytest.mark.parametrize("name", ["", "  ", "\x00", "n" * 101])
def test_a_unit_has_a_name(db: Session, unit: Unit, name: str) -> None:
    with pytest.raises(Refused):
        units.add_unit(db, name)
    with pytest.raises(Refused):
        units.rename_unit(db, unit.id, name)


@pytest.mark.parametrize("name", ["ÉTUDES", "études", "E\u0301tudes"])
def test_names_that_look_alike_are_one_name(db: Session, unit: Unit, name: str) -> None:
    first = units.add_unit(db, "Études")
    with pytest.raises(Conflict):
        units.add_unit(db, name)
    with pytest.raises(Conflict):
        units.rename_unit(db, unit.id, name)
    units.rename_unit(db, first.id, name)


def test_two_who_add_the_same_unit_make_one(database: Database, db: Session) -> None:
    outcomes = at_once(database, lambda own: units.add_unit(own, "Same"), lambda own: units.add_unit(own, "Same"))
    assert sorted(outcomes) == ["Conflict", "done"]
    assert len(units.list_units(db)) == 1


def at_once(database: Database, *actions: Callable[[Session], object]) -> list[str]:
    barrier, outcomes = threading.Barrier(len(actions)), []

    def act(action: Callable[[Session], object]) -> None:
        with database.session() as own:
            barrier.wait()
            try:
                action(own)
                outcomes.append("done")
            except AppError as error:
                outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=act, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_unit_in_use_is_not_removed(db: Session, store: LocalStore, unit: Unit, member: Member, png: bytes) -> None:
    owner = member(unit)
    with pytest.raises(Conflict, match="not empty"):
        units.remove_unit(db, unit.id)
    service.create_sketch(db, store, owner, png, "a.png")
    put(db, owner)
    with pytest.raises(Conflict, match="not empty"):
        units.remove_unit(db, unit.id)
    assert [(one.accounts, one.sketches) for one in units.census(db)] == [(0, 1)]


def test_nobody_is_put_into_a_unit_that_is_just_removed(database: Database, db: Session, person: Person) -> None:
    admin = person(Role.ADMIN)
    admin_id = admin.id
    for number in range(5):
        unit_id, account_id = units.add_unit(db, f"Unit {number}").id, person().id

        def join(own: Session, unit_id: uuid.UUID = unit_id, account_id: uuid.UUID = account_id) -> None:
            by, account = accounts.get_account(own, admin_id), accounts.get_account(own, account_id)
            standing.set_standing(own, by, account, [Role.SUPERVISOR], [unit_id])

        outcomes = at_once(database, join, lambda own, unit_id=unit_id: units.remove_unit(own, unit_id))  # type: ignore[misc]
        assert sorted(outcomes) in (["Conflict", "done"], ["Refused", "done"])
        db.rollback()
        joined = accounts.get_account(db, account_id)
        assert (len(joined.units), joined.has_role(Role.SUPERVISOR)) in ((1, True), (0, False))


def test_a_sketch_belongs_to_its_owners_unit(
    db: Session, store: LocalStore, unit: Unit, other_unit: Unit, member: Member, png: bytes
) -> None:
    owner, colleague, elsewhere = member(unit), member(unit), member(other_unit)
    supervisor, admin = member(unit, role=Role.SUPERVISOR), member(unit, role=Role.ADMIN)
    sketch = service.create_sketch(db, store, owner, png, "a.png")
    assert sketch.unit_id == unit.id
    everybody = (owner, colleague, elsewhere, supervisor, admin)
    assert [sees(db, one, sketch) for one in everybody] == [True, True, False, True, False]
    put(db, owner, other_unit)  # who leaves the unit leaves its sketches there
    assert [sees(db, one, sketch) for one in everybody] == [False, True, False, True, False]
    put(db, elsewhere, unit, other_unit)
    assert sees(db, elsewhere, sketch)


def test_without_a_unit_a_sketch_is_its_owners_alone(
    db: Session, store: LocalStore, unit: Unit, member: Member, png: bytes
) -> None:
    owner, alone = member(), member()
    sketch = service.create_sketch(db, store, owner, png, "a.png")
    assert sketch.unit_id is None
    assert [sees(db, one, sketch) for one in (owner, alone)] == [True, False]
    put(db, owner, unit)
    put(db, alone, unit)
    assert [sees(db, one, sketch) for one in (owner, alone)] == [True, False]


def test_who_is_in_several_units_chooses(
    db: Session, store: LocalStore, unit: Unit, other_unit: Unit, member: Member, png: bytes
) -> None:
    owner, foreign = member(unit, other_unit), units.add_unit(db, "Foreign")
    for wrong in (None, foreign.id, uuid.uuid4()):
        with pytest.raises(Refused):
            service.create_sketch(db, store, owner, png, "a.png", unit_id=wrong)
    assert list(store.objects()) == []
    sketch = service.create_sketch(db, store, owner, png, "a.png", unit_id=other_unit.id)
    assert sketch.unit_id == other_unit.id


def test_a_colleague_works_on_it_like_the_owner(
    db: Session, store: LocalStore, unit: Unit, other_unit: Unit, member: Member, png: bytes
) -> None:
    owner, colleague, elsewhere = member(unit), member(other_unit, unit), member(other_unit)
    sketch = service.create_sketch(db, store, owner, png, "a.png")
    second = service.create_sketch(db, store, colleague, drawing_png(2), "b.png", parent=sketch)
    assert (second.version, second.unit_id, second.owner_id) == (2, unit.id, colleague.id)
    assert {split_key(key)[0] for key in (second.original_key, second.clean_key)} == {str(colleague.id)}
    assert [one.id for one in service.lineage(db, second)] == [sketch.id, second.id]
    assert [one.id for one in service.list_sketches(db, owner).items] == [second.id]
    service.rename(db, colleague, sketch, "Renamed")
    assert {one.title for one in service.lineage(db, sketch)} == {"Renamed"}
    job = service.request_render(db, colleague, sketch, "pix2pix")
    service.cancel(db, owner, job)
    assert service.retry(db, colleague, job).state == JobState.QUEUED
    with pytest.raises(NotFound):
        service.get_job(db, elsewhere, job.id)


def test_nothing_is_done_to_what_is_not_seen(
    db: Session, store: LocalStore, unit: Unit, other_unit: Unit, member: Member, png: bytes
) -> None:
    """Also when the page was read while it was still seen."""
    owner, elsewhere = member(unit), member(unit)
    sketch = service.create_sketch(db, store, owner, png, "a.png")
    job = service.jobs_of(db, sketch)[0]
    put(db, elsewhere, other_unit)
    actions: list[Callable[[], object]] = [
        lambda: service.create_sketch(db, store, elsewhere, png, "b.png", parent=sketch),
        lambda: service.request_render(db, elsewhere, sketch, "pix2pix"),
        lambda: service.cancel(db, elsewhere, job),
        lambda: service.retry(db, elsewhere, job),
        lambda: service.rename(db, elsewhere, sketch, "Stolen"),
    ]
    for action in actions:
        with pytest.raises(NotFound):
            action()
    assert [one.title for one in service.lineage(db, sketch)] == ["a"]
    assert len(service.jobs_of(db, sketch)) == 1


def test_without_a_working_role_nothing_is_seen_or_added(
    db: Session, store: LocalStore, unit: Unit, member: Member, png: bytes
) -> None:
    owner = member(unit)
    sketch = service.create_sketch(db, store, owner, png, "a.png")
    with transaction(db):
        accounts.locked(db, owner.id).set_roles([])
    assert not sees(db, owner, sketch)
    with pytest.raises(Forbidden):
        service.create_sketch(db, store, owner, png, "b.png")


def test_lists_know_whether_to_say_whose_a_sketch_is(
    db: Session, store: LocalStore, unit: Unit, other_unit: Unit, member: Member, png: bytes
) -> None:
    owner, both = member(unit), member(unit, other_unit)
    first = service.create_sketch(db, store, owner, png, "a.png")
    assert ownership.several(db, owner) == ownership.Several(owners=False, units=False)
    assert ownership.several(db, both) == ownership.Several(owners=True, units=False)
    second = service.create_sketch(db, store, both, png, "b.png", unit_id=other_unit.id)
    assert ownership.several(db, both) == ownership.Several(owners=True, units=True)
    assert ownership.several(db, owner) == ownership.Several(owners=False, units=False)
    assert ownership.whose(db, [first, second]) == {
        first.id: ownership.Whose(owner.name, "Investigations"),
        second.id: ownership.Whose(both.name, "Cold cases"),
    }


def unit_of(db: Session, sketch: Sketch) -> uuid.UUID | None:
    db.rollback()
    (unit_id,) = {one.unit_id for one in service.lineage(db, sketch)}
    return unit_id


def test_the_owner_moves_all_versions_into_a_unit_of_theirs(
    db: Session, store: LocalStore, unit: Unit, other_unit: Unit, member: Member, png: bytes
) -> None:
    owner, colleague, elsewhere = member(), member(unit), member(other_unit)
    sketch = service.create_sketch(db, store, owner, png, "a.png")
    second = service.create_sketch(db, store, owner, drawing_png(2), "b.png", parent=sketch)
    assert moving.targets(db, owner, second) == []
    put(db, owner, unit, other_unit)
    assert {one.id for one in moving.targets(db, owner, second)} == {unit.id, other_unit.id}
    moving.move(db, owner, second, unit.id)
    assert unit_of(db, sketch) == unit.id
    assert [sees(db, one, second) for one in (owner, colleague, elsewhere)] == [True, True, False]
    third = service.create_sketch(db, store, colleague, drawing_png(3), "c.png", parent=second)
    assert [one.id for one in moving.targets(db, owner, third)] == [other_unit.id]
    moving.move(db, owner, third, other_unit.id)
    assert unit_of(db, sketch) == other_unit.id
    assert [sees(db, one, third) for one in (owner, colleague, elsewhere)] == [True, False, True]


def test_who_may_move_a_sketch_and_where(
    db: Session, store: LocalStore, unit: Unit, other_unit: Unit, member: Member, png: bytes
) -> None:
    owner, colleague = member(unit), member(unit, other_unit)
    stranger, supervisor = member(other_unit), member(unit, other_unit, role=Role.SUPERVISOR)
    admin = member(unit, other_unit, role=Role.ADMIN)
    sketch = service.create_sketch(db, store, owner, png, "a.png")
    for account, wanted, error in (
        (colleague, other_unit.id, Forbidden),
        (stranger, other_unit.id, NotFound),
        (admin, other_unit.id, NotFound),
        (owner, other_unit.id, Refused),
        (owner, uuid.uuid4(), Refused),
        (owner, None, Refused),
    ):
        with pytest.raises(error):
            moving.move(db, account, sketch, wanted)
    assert [moving.targets(db, account, sketch) for account in (owner, colleague)] == [[], []]
    assert unit_of(db, sketch) == unit.id
    moving.move(db, supervisor, sketch, other_unit.id)
    assert unit_of(db, sketch) == other_unit.id
    put(db, owner, unit)
    with pytest.raises(NotFound):  # it is no longer theirs to see
        moving.move(db, owner, sketch, unit.id)


def test_a_version_added_while_its_sketch_is_moved_goes_with_it(
    database: Database, db: Session, store: LocalStore, unit: Unit, member: Member, png: bytes
) -> None:
    owner, admin = member(), member(role=Role.ADMIN)
    owner_id, admin_id, unit_id = owner.id, admin.id, unit.id
    for number in range(4):
        put(db, owner)
        sketch = service.create_sketch(db, store, owner, drawing_png(number + 2), "a.png")
        put(db, owner, unit)
        sketch_id = sketch.id

        def add(own: Session, sketch_id: uuid.UUID = sketch_id) -> None:
            account = accounts.get_account(own, owner_id)
            parent = service.get_sketch(own, account, sketch_id)
            service.create_sketch(own, store, account, png, "b.png", parent=parent)

        def move(own: Session, sketch_id: uuid.UUID = sketch_id) -> None:
            account = accounts.get_account(own, owner_id)
            moving.move(own, account, service.get_sketch(own, account, sketch_id), unit_id)

        def give(own: Session) -> None:
            by, account = accounts.get_account(own, admin_id), accounts.get_account(own, owner_id)
            units.give_sketches(own, by, account, unit_id)

        assert at_once(database, add, move if number % 2 else give) == ["done", "done"]
        assert unit_of(db, sketch) == unit_id
        assert len(service.lineage(db, sketch)) == 2


def test_sketches_in_no_unit_are_given_to_one(
    db: Session, store: LocalStore, unit: Unit, other_unit: Unit, member: Member, png: bytes
) -> None:
    gone, other, admin, colleague = member(), member(), member(role=Role.ADMIN), member(unit)
    sketch = service.create_sketch(db, store, gone, png, "a.png")
    second = service.create_sketch(db, store, gone, drawing_png(2), "b.png", parent=sketch)
    alone = service.create_sketch(db, store, other, png, "c.png")
    put(db, gone, other_unit)
    kept = service.create_sketch(db, store, gone, drawing_png(3), "d.png")
    assert [units.count_without(db, one) for one in (gone, other, colleague)] == [1, 1, 0]
    for wrong in (None, uuid.uuid4()):
        with pytest.raises(Refused):
            units.give_sketches(db, admin, gone, wrong)
    assert units.give_sketches(db, admin, gone, unit.id) == 1
    assert [unit_of(db, one) for one in (second, kept, alone)] == [unit.id, other_unit.id, None]
    assert sees(db, colleague, second)
    assert not sees(db, admin, second)
    assert units.count_without(db, gone) == 0
    assert [(one.unit.name, one.sketches) for one in units.census(db)] == [("Cold cases", 1), ("Investigations", 1)]
