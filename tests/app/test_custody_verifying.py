"""Whatever an owner of the database does to a chain, verifying names the first entry that is not as it was written."""

import uuid

import pytest
from sqlalchemy import Connection, delete, text
from sqlalchemy.orm import Session

from app import custody
from app.custody.canonical import HASHED
from app.custody.verifying import Fault, Report, any_text, snapshot, verify
from app.database import Database, transaction
from models import CustodyChain, Sketch
from tests.app.tampering import change, entry, flipped, fork, owner, put_head, remove, rewrite
from tests.people import Person

CASE = custody.of_case(uuid.UUID(int=7))
OTHER = custody.of_case(uuid.UUID(int=8))
LENGTH = 6


@pytest.fixture(autouse=True)
def chains(db: Session, person: Person) -> None:
    """Two cases' chains beside the agency's, written turn by turn."""
    account = person()
    for number in range(LENGTH):
        with transaction(db):
            for chain in (CASE, OTHER):
                thing = custody.Thing("case", chain.subject_id)
                digests = {"before": custody.digest(number), "after": custody.digest(number + 1)}
                custody.record(db, chain, account, "case.status", thing, **digests, to="closed", number=number)


def look(database: Database, *only: custody.Chain) -> Report:
    report = Report()
    with snapshot(database) as connection:
        verify(connection, report, {chain.id for chain in only} or None)
    return report


def faults(database: Database) -> list[tuple[str, int]]:
    """What is found, and all of it in the one chain that was touched."""
    report = look(database)
    assert {fault.chain for fault in report.faults} <= {CASE, None}
    return [(fault.what, fault.number) for fault in report.faults]


def test_a_chain_that_was_only_appended_to_is_good(database: Database) -> None:
    report = look(database)
    assert (report.good, report.chains, report.entries) == (True, 3, 2 * LENGTH + 1)
    report = look(database, CASE)
    assert (report.good, report.chains, report.entries) == (True, 1, LENGTH)


@pytest.mark.parametrize("number", [1, 3, LENGTH])
@pytest.mark.parametrize("column", [*HASHED, "hash"])
def test_one_bit_of_an_entry_is_seen(database: Database, column: str, number: int) -> None:
    with owner(database) as connection:
        if column == "request_id":  # none in a test without a request
            change(connection, entry(connection, CASE, number)["id"], request_id="0")
        else:
            row = entry(connection, CASE, number)
            change(connection, row["id"], **{column: flipped(row[column])})
    found = faults(database)
    moved = column in ("number", "chain_id")  # away from its place
    gone = "cut" if number == LENGTH and column == "chain_id" else "missing"
    assert found[0] == (gone if moved else "altered", number)
    assert [what for what, _ in found[1:]] == (["stray"] if column == "chain_id" else [])


def says(connection: Connection, column: str) -> object:
    return entry(connection, CASE, 3)[column]


def test_any_bit_of_the_text_that_sqlite_keeps_is_seen(database: Database) -> None:
    """Times, identities and JSON are text there, and what a bit leaves of them is often nothing that can be read."""
    if database.engine.dialect.name != "sqlite":
        return  # there they are times, identities and JSON, and the test above turns their bits
    with owner(database):
        pass  # its triggers are gone
    with database.engine.connect() as connection:
        for column in (name for name in (*HASHED, "hash") if name not in ("number", "request_id", "chain_id")):
            place = {"chain": CASE.id.hex}
            select_ = text(f"SELECT CAST({column} AS BLOB) FROM custody_entry WHERE chain_id = :chain AND number = 3")
            before = says(connection, column)
            data: bytes = connection.execute(select_, place).scalar_one()
            put = text(
                f"UPDATE custody_entry SET {column} = CAST(:data AS TEXT) WHERE chain_id = :chain AND number = 3"
            )
            for bit in range(0, 8 * len(data), 5):
                turned = bytearray(data)
                turned[bit // 8] ^= 1 << bit % 8
                connection.execute(put, {**place, "data": bytes(turned)})
                report = Report()
                with any_text(connection):
                    verify(connection, report)
                seen = [(one.what, one.chain, one.number) for one in report.faults]
                # A digit of an identity written large, or another sign between day and hour, says what was said.
                assert seen == [("altered", CASE, 3)] or (seen == [] and says(connection, column) == before)
                connection.rollback()


@pytest.mark.parametrize("column", ["id", "kind", "subject_id"])
def test_a_chain_that_cannot_be_told_any_more_is_seen(database: Database, column: str) -> None:
    if database.engine.dialect.name != "sqlite":
        return
    with owner(database) as connection:
        connection.execute(text("PRAGMA ignore_check_constraints=ON"))
        connection.execute(text(f"UPDATE custody_chain SET {column} = 'x' || {column} WHERE id = '{CASE.id.hex}'"))
    assert "renamed" in {fault.what for fault in look(database).faults}


@pytest.mark.parametrize("number", [1, 3, LENGTH])
def test_a_removed_entry_is_seen(database: Database, number: int) -> None:
    with owner(database) as connection:
        remove(connection, CASE, number)
    assert faults(database) == [("cut" if number == LENGTH else "missing", number)]


def test_two_entries_that_changed_places_are_seen(database: Database) -> None:
    with owner(database) as connection:
        second, fourth = entry(connection, CASE, 2), entry(connection, CASE, 4)
        change(connection, second["id"], number=99)
        change(connection, fourth["id"], number=2)
        change(connection, second["id"], number=4)
    assert faults(database) == [("altered", 2)]


def test_two_entries_that_changed_all_but_their_places_are_seen(database: Database) -> None:
    with owner(database) as connection:
        second, fourth = entry(connection, CASE, 2), entry(connection, CASE, 4)
        for one, other in ((second, fourth), (fourth, second)):
            change(connection, one["id"], **{**other, "id": one["id"], "number": one["number"]})
    assert faults(database) == [("altered", 2)]


def test_a_fork_is_seen(database: Database) -> None:
    with owner(database) as connection:
        fork(connection, CASE, 3)
    assert faults(database) == [("double", 3)]


@pytest.mark.parametrize(
    "values, fault",
    [
        ({"length": LENGTH - 1}, ("beyond", LENGTH)),
        ({"length": LENGTH + 1}, ("cut", LENGTH + 1)),
        ({"head": "0" * 64}, ("head", LENGTH)),
        ({"head": "0" * 64, "length": 0}, ("beyond", 1)),
    ],
)
def test_a_wrong_head_is_seen(database: Database, values: dict[str, object], fault: tuple[str, int]) -> None:
    with owner(database) as connection:
        put_head(connection, CASE, **values)
    assert faults(database) == [fault]


def test_a_chain_without_entries_is_seen(database: Database) -> None:
    with owner(database) as connection:
        for number in range(1, LENGTH + 1):
            remove(connection, CASE, number)
    assert faults(database) == [("cut", 1)]


def test_a_chain_passed_off_as_another_cases_is_seen(database: Database) -> None:
    with owner(database) as connection:
        put_head(connection, CASE, subject_id=(another := uuid.uuid4()))
    assert look(database).faults == [Fault("renamed", custody.of_case(another), 1)]


def test_entries_without_their_chain_are_seen(database: Database) -> None:
    with owner(database) as connection:
        connection.execute(delete(CustodyChain).where(CustodyChain.id == CASE.id))
    assert look(database).faults == [Fault("stray", note=str(CASE.id))]


def test_of_several_faults_the_first_is_named(database: Database) -> None:
    with owner(database) as connection:
        remove(connection, CASE, 5)
        change(connection, entry(connection, CASE, 4)["id"], actor="Nobody")
        change(connection, entry(connection, CASE, 2)["id"], actor="Nobody")
    assert faults(database) == [("altered", 2)]


def test_a_sketchs_own_chain_is_held_by_its_cases(database: Database, db: Session, person: Person) -> None:
    account, sketch_id = person(), uuid.uuid4()
    sketch = Sketch(id=sketch_id, lineage_id=sketch_id, case_id=None)
    own = custody.of_sketch(sketch)
    with transaction(db):
        custody.record(db, own, account, "sketch.added", custody.Thing("sketch", sketch_id))
        custody.bind(db, sketch, CASE.subject_id, account)
    assert look(database).good
    with owner(database) as connection:
        rewrite(connection, own, 1, actor="Somebody else")
    assert look(database).faults == [Fault("filed", CASE, LENGTH + 1)]


def test_a_chain_rewritten_with_all_its_hashes_is_no_worse_by_itself(database: Database) -> None:
    """Only what others hold tells: see test_custody_anchors."""
    with owner(database) as connection:
        rewrite(connection, CASE, 3, actor="Somebody else")
    assert look(database).good
