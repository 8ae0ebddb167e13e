"""Deleting a case takes two people and a reason, leaves a tombstone, and never more or less than the case."""

import datetime as dt
import hashlib
import threading
import uuid

import pytest
from sqlalchemy import func, select

from app import custody, sweep
from app.agency import settings
from app.custody.canonical import canonical, digest
from app.database import Database, transaction
from app.errors import Conflict, Forbidden, NotFound, Refused
from app.retention import deletion, holds, removal
from app.retention.reach import reach
from app.studio import service
from models import (
    NOTHING,
    Base,
    Case,
    CaseStatus,
    CustodyEntry,
    DeletionRequest,
    ExportFormat,
    ImportedAuthor,
    Job,
    Notification,
    ObjectRemoval,
    Role,
    Sketch,
    utc_now,
)
from tests.app.exchange.cases import Office, full_case, open_case
from tests.people import add_person

LATER = utc_now() + dt.timedelta(days=1)
REACHED = {
    "case_assignment", "case_export", "case_file", "case_note", "case_tag", "likeness", "real_photo", "sketch",
    "witness_session",
}  # fmt: skip
NOTICES = {"bulletin_publication", "notice", "notice_decision", "notice_file", "publication", "publication_file"}
TIPS = {"tip", "tip_file", "tip_message"}
HANGS_FROM_A_CASE = REACHED | NOTICES | TIPS | {"emergency_access", "imported_author"}


def delete(office: Office, case: Case) -> DeletionRequest:
    """By two people."""
    request = deletion.ask(office.db, office.supervisor, case.id, "The time has run out.")
    deletion.approve(office.db, office.other, request.id)
    return office.db.get_one(DeletionRequest, request.id, populate_existing=True)


def chain_of(office: Office, case_id: uuid.UUID) -> list[CustodyEntry]:
    """The entries of the case's chain, checked."""
    office.db.rollback()
    query = select(CustodyEntry).where(CustodyEntry.chain_id == custody.of_case(case_id).id)
    entries = list(office.db.scalars(query.order_by(CustodyEntry.number)))
    previous = NOTHING
    for number, entry in enumerate(entries, 1):
        assert (entry.number, entry.previous) == (number, previous)
        assert digest(canonical(entry)) == entry.hash
        previous = entry.hash
    return entries


def test_a_deleted_case_is_gone_with_its_objects_and_leaves_a_tombstone(north: Office) -> None:
    case, kept = full_case(north), full_case(north, "2026-00002", drawing=2)
    north.export(case)
    found = reach(north.db, case.id)
    assert set(found.counts) == REACHED
    assert len(found.keys) > 10
    request = delete(north, case)
    tombstone = chain_of(north, case.id)[-1]
    assert (tombstone.action, tombstone.actor_id) == ("case.deleted", north.other.id)
    assert tombstone.details["asked_by"] == north.supervisor.name
    assert (tombstone.details["reason"], tombstone.details["number"]) == (request.reason, "2026-00001")
    assert tombstone.details["rows"] == found.counts
    digests = sorted({key.rpartition("/")[2] for key in found.keys})
    assert tombstone.details["objects"] == len(digests)
    assert tombstone.before == hashlib.sha256("".join(f"{one}\n" for one in digests).encode()).hexdigest()
    assert north.db.scalars(select(Case.id)).all() == [kept.id]
    assert request.finished_at is None
    shared = set(sweep.named_keys(north.db))
    removal.carry_out(north.database, north.store, LATER)
    north.db.rollback()
    assert north.db.get_one(DeletionRequest, request.id).finished_at is not None
    assert north.db.scalars(select(ObjectRemoval)).all() == []
    assert {key for key in found.keys if north.store.exists(key)} == found.keys & shared != found.keys
    assert sweep.survey(north.database, north.store, now=LATER).missing == {}


def test_an_object_that_another_case_names_stays(north: Office) -> None:
    """Both cases have some of the same files of the same owner: the same objects."""
    case, kept = full_case(north), full_case(north, "2026-00002", drawing=2)
    keys = reach(north.db, kept.id).keys
    assert reach(north.db, case.id).keys & keys
    delete(north, case)
    removal.carry_out(north.database, north.store, LATER)
    assert all(north.store.exists(key) for key in keys)


def test_nothing_in_the_records_speaks_of_it_any_more_but_custody_and_the_request(north: Office) -> None:
    case = full_case(north)
    gone = {str(one) for one in reach(north.db, case.id).everything}
    with transaction(north.db):
        north.db.add(Notification(account_id=north.other.id, kind="assigned", facts={}, path=f"/cases/{case.id}"))
        north.db.add(ImportedAuthor(record_id=uuid.uuid4(), case_id=case.id, name="Somebody"))
    delete(north, case)
    speaking = {
        table.name
        for table in Base.metadata.sorted_tables
        for row in north.db.execute(select(table))
        if any(one in str(value) for value in row for one in gone)
    }
    assert speaking == {"custody_chain", "custody_entry", "deletion_request"}


def test_every_table_that_hangs_from_a_case_is_meant_to(north: Office) -> None:
    """A new table with a foreign key that leads to a case goes with it: add it here once that is right."""
    reached, grew = {"case_file"}, True
    while grew:
        new = {
            table.name
            for table in Base.metadata.sorted_tables
            if any(key.column.table.name in reached for key in table.foreign_keys)
        }
        grew, reached = not new <= reached, reached | new
    assert reached == HANGS_FROM_A_CASE


def test_whoever_asked_cannot_approve(north: Office) -> None:
    case = open_case(north)
    request = deletion.ask(north.db, north.supervisor, case.id, "Over")
    with pytest.raises(Forbidden, match="Another supervisor"):
        deletion.approve(north.db, north.supervisor, request.id)
    assert north.db.get(Case, case.id, populate_existing=True)


def test_an_agency_of_one_may_switch_the_second_person_off(north: Office) -> None:
    case = open_case(north)
    request = deletion.ask(north.db, north.supervisor, case.id, "Over")
    form = {"case_numbers": ["{number}"], "glass_minutes": ["60"]}
    admin = add_person(north.db, "admin@example.org", "Admin", Role.ADMIN)
    settings.change(north.db, admin, "cases", 0, form)
    deletion.approve(north.db, north.supervisor, request.id)
    tombstone = chain_of(north, case.id)[-1]
    assert (tombstone.actor_id, tombstone.details["asked_by_id"]) == (north.supervisor.id, str(north.supervisor.id))


def test_the_other_supervisors_of_the_unit_are_told(north: Office) -> None:
    case = open_case(north)
    deletion.ask(north.db, north.supervisor, case.id, "Over")
    told = north.db.scalars(select(Notification)).all()
    assert [(one.account_id, one.kind, one.path) for one in told] == [(north.other.id, "deletion", f"/cases/{case.id}")]


def test_only_supervisors_of_the_case_ask_and_decide(north: Office) -> None:
    case = open_case(north)
    with pytest.raises(Forbidden):
        deletion.ask(north.db, north.investigator, case.id, "Over")
    with pytest.raises(Refused, match="reason"):
        deletion.ask(north.db, north.supervisor, case.id, "  ")
    request = deletion.ask(north.db, north.supervisor, case.id, "Over")
    with pytest.raises(Conflict):
        deletion.ask(north.db, north.other, case.id, "Over, too")
    with transaction(north.db):
        north.other.units = []
    with pytest.raises(NotFound):
        deletion.approve(north.db, north.other, request.id)
    with pytest.raises(Forbidden):
        deletion.approve(north.db, north.investigator, request.id)


def test_a_hold_keeps_everything_also_after_somebody_asked(north: Office) -> None:
    case = open_case(north)
    request = deletion.ask(north.db, north.supervisor, case.id, "Over")
    holds.put(north.db, north.other, case.id, "A court asked")
    with pytest.raises(Refused, match="legal hold"):
        deletion.approve(north.db, north.other, request.id)
    holds.release(north.db, north.other, case.id)
    deletion.approve(north.db, north.other, request.id)
    assert north.db.get(Case, case.id, populate_existing=True) is None
    actions = [entry.action for entry in chain_of(north, case.id)]
    assert actions == ["case.created", "case.deletion_asked", "case.hold", "case.released", "case.deleted"]


def test_a_published_case_stays(north: Office) -> None:
    case = open_case(north, status=CaseStatus.PUBLISHED)
    with pytest.raises(Refused, match="published"):
        deletion.ask(north.db, north.supervisor, case.id, "Over")


def test_a_refused_request_can_be_made_again(north: Office) -> None:
    case = open_case(north)
    request = deletion.ask(north.db, north.supervisor, case.id, "Over")
    deletion.refuse(north.db, north.other, request.id)
    with pytest.raises(Conflict):
        deletion.approve(north.db, north.other, request.id)
    assert deletion.ask(north.db, north.supervisor, case.id, "Really over").decided_at is None


def test_of_two_approvals_at_once_exactly_one_deletes(north: Office) -> None:
    case = full_case(north)
    request = deletion.ask(north.db, north.supervisor, case.id, "Over")
    others = [north.other, north.investigator]
    with transaction(north.db):
        north.investigator.set_roles(["supervisor"])  # type: ignore[list-item]
    outcomes: list[str] = []
    start = threading.Barrier(len(others) * 3)

    def approve(account_id: uuid.UUID) -> None:
        database = Database(north.settings.database_url)
        with database.session() as db:
            account = db.get_one(type(north.other), account_id)
            start.wait(20)
            try:
                deletion.approve(db, account, request.id)
                outcomes.append("deleted")
            except (Conflict, NotFound) as error:
                outcomes.append(type(error).__name__)
        database.close()

    threads = [threading.Thread(target=approve, args=(account.id,)) for account in others * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["Conflict"] * 5 + ["deleted"]
    assert [entry.action for entry in chain_of(north, case.id)].count("case.deleted") == 1


def test_work_that_is_under_way_is_dropped(north: Office) -> None:
    case = full_case(north)
    sketch = north.db.scalars(select(Sketch).where(Sketch.case_id == case.id)).first()
    assert sketch is not None
    service.request_render(north.db, north.investigator, sketch, "pix2pix", 9)
    delete(north, case)
    north.work()
    assert north.db.scalar(select(func.count()).select_from(Job)) == 0


def test_a_young_object_waits_for_a_later_round(north: Office) -> None:
    case = full_case(north)
    keys = reach(north.db, case.id).keys
    request = delete(north, case)
    assert removal.carry_out(north.database, north.store) == 0
    assert all(north.store.exists(key) for key in keys)
    assert removal.carry_out(north.database, north.store, LATER) == len(keys)
    north.db.rollback()
    assert north.db.get_one(DeletionRequest, request.id).finished_at is not None


def test_a_restored_case_continues_its_chain(north: Office) -> None:
    case = full_case(north)
    data = north.export(case, ExportFormat.ZIP)
    delete(north, case)
    asked = north.hand_in(data)
    assert asked.case_id == case.id
    assert [entry.action for entry in chain_of(north, case.id)][-2:] == ["case.deleted", "case.imported"]
