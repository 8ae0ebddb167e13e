"""Bulletins in the records: who may have one made, what custody keeps of it, and what a withdrawal does to it."""

import datetime as dt
import uuid

import pytest
from sqlalchemy import select

from app import custody
from app.bulletins import asking, keeping, listing, setting
from app.cases import glass
from app.database import transaction
from app.errors import Conflict, Forbidden, NotFound, Refused
from app.notices.content import Wording
from app.retention import deletion, removal
from app.storage import ObjectStore
from app.sweep import named_keys
from models import (
    Bulletin,
    BulletinFormat,
    Case,
    CustodyEntry,
    Ended,
    Job,
    JobKind,
    JobState,
    Publication,
    utc_now,
)
from tests.app.bulletins.asked import ask, data, make, wish
from tests.app.bulletins.publications import WORDS, publish
from tests.app.exchange.cases import Office, open_case


def entries(office: Office, case: Case) -> list[CustodyEntry]:
    office.db.rollback()
    chain = custody.of_case(case.id).id
    query = select(CustodyEntry).where(CustodyEntry.chain_id == chain, CustodyEntry.action == "bulletin.made")
    return list(office.db.scalars(query))


def end(office: Office, publication_id: uuid.UUID, why: Ended = Ended.WITHDRAWN) -> None:
    office.db.rollback()
    with transaction(office.db):
        row = office.db.get_one(Publication, publication_id, populate_existing=True)
        row.ended_at, row.ended_why = utc_now(), why


def test_it_is_made_kept_and_written_into_custody(north: Office, case: Case) -> None:
    notice = publish(north.db, north.store, north.supervisor, case.id, "7kq2m9xw", version=3)
    made = make(north, [notice], wish())
    assert (made.file_name, made.mime) == ("notice-7kq2m9xw-v3-en-a4.pdf", "application/pdf")
    assert made.size == len(data(north, made))
    assert made.made_at is not None
    assert made.expires_at == made.made_at + keeping.KEPT
    assert {made.key, made.preview_key} <= set(named_keys(north.db))
    (entry,) = entries(north, case)
    assert (entry.actor_id, entry.object_id, entry.after) == (north.supervisor.id, made.id, made.sha256)
    said = {"notice": "7kq2m9xw", "version": 3, "format": "pdf", "paper": "a4", "languages": ["en"]}
    assert entry.details == said


def test_a_pack_is_in_the_custody_of_every_case(north: Office, case: Case) -> None:
    other = open_case(north, "2026-00002")
    notices = [publish(north.db, north.store, north.supervisor, one.id, f"of-{one.number}") for one in (case, other)]
    made = make(north, notices, wish())
    assert [one.object_id for each in (case, other) for one in entries(north, each)] == [made.id] * 2


def test_the_same_is_not_asked_for_twice_while_it_is_made(north: Office, case: Case) -> None:
    notice = publish(north.db, north.store, north.supervisor, case.id, "7kq2m9xw")
    first = ask(north, [notice], wish())
    assert ask(north, [notice], wish()) == first
    assert ask(north, [notice], wish(paper="letter")) != first
    assert ask(north, [notice], wish(), by=north.other) != first
    north.work()
    assert ask(north, [notice], wish()) != first, "once it is made, another one can be"


def test_only_those_who_work_on_every_case_have_it_made(north: Office, case: Case) -> None:
    notice = publish(north.db, north.store, north.supervisor, case.id, "7kq2m9xw")
    with pytest.raises(NotFound):
        ask(north, [notice], wish(), by=north.stranger)
    make(north, [notice], wish())
    assert listing.list_bulletins(north.db, north.stranger) == []
    assert len(listing.list_bulletins(north.db, north.investigator)) == 1
    assert len(listing.list_bulletins(north.db, north.investigator, slug="7kq2m9xw")) == 1
    assert listing.list_bulletins(north.db, north.investigator, slug="another") == []


def test_whoever_only_looks_into_the_case_cannot(north: Office, case: Case) -> None:
    notice = publish(north.db, north.store, north.supervisor, case.id, "7kq2m9xw")
    glass.break_glass(north.db, north.stranger, case.number, "Nobody of the unit is on duty.")
    with pytest.raises(Forbidden):
        ask(north, [notice], wish(), by=north.stranger)
    make(north, [notice], wish())
    assert len(listing.list_bulletins(north.db, north.stranger)) == 1


def test_what_cannot_be_asked_for(north: Office, case: Case) -> None:
    notice = publish(north.db, north.store, north.supervisor, case.id, "7kq2m9xw", words={"en": WORDS["en"]})
    with pytest.raises(Refused, match="from 1 to 20"):
        ask(north, [], wish())
    with pytest.raises(Refused, match="not published in this language"):
        ask(north, [notice], wish(languages=["th"]))
    assert make(north, [notice], wish(languages=["th", "en"])).sheets == 1
    with pytest.raises(NotFound):
        asking.ask(north.db, north.supervisor, [notice.id, uuid.uuid4()], wish())


@pytest.mark.parametrize("why", [Ended.WITHDRAWN, Ended.CORRECTED, Ended.IDENTIFIED, Ended.EXPIRED])
def test_of_what_is_no_longer_public_none_is_made(north: Office, case: Case, why: Ended) -> None:
    notice = publish(north.db, north.store, north.supervisor, case.id, "7kq2m9xw")
    make(north, [notice], wish())
    assert listing.list_bulletins(north.db, north.supervisor)[0].ended is None
    end(north, notice.id, why)
    assert listing.list_bulletins(north.db, north.supervisor)[0].ended == why
    with pytest.raises(Conflict, match="no longer public"):
        ask(north, [notice], wish())


def test_one_that_has_run_out_is_not_public_even_before_it_is_marked(north: Office, case: Case) -> None:
    notice = publish(north.db, north.store, north.supervisor, case.id, "7kq2m9xw")
    with transaction(north.db):
        north.db.get_one(Publication, notice.id).expires_at = utc_now() - dt.timedelta(seconds=1)
    with pytest.raises(Conflict, match="no longer public"):
        ask(north, [notice], wish())


def test_one_that_is_withdrawn_before_the_worker_comes_is_not_made(north: Office, case: Case) -> None:
    notice = publish(north.db, north.store, north.supervisor, case.id, "7kq2m9xw")
    asked = ask(north, [notice], wish())
    end(north, notice.id)
    north.work()
    row = north.db.get_one(Bulletin, asked, populate_existing=True)
    job = north.db.scalars(select(Job).where(Job.kind == JobKind.BULLETIN)).one()
    assert (row.key, job.state) == (None, JobState.FAILED)
    assert "no longer public" in job.reason
    assert entries(north, case) == []


def test_one_that_is_withdrawn_while_it_is_set_is_not_made(
    north: Office, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = publish(north.db, north.store, north.supervisor, case.id, "7kq2m9xw")
    asked, notice_id, real = ask(north, [notice], wish()), notice.id, setting.make

    def slowly(matter: object, get: ObjectStore) -> object:
        made = real(matter, get)  # type: ignore[arg-type]
        end(north, notice_id)
        return made

    monkeypatch.setattr(setting, "make", slowly)
    north.work()
    job = north.db.scalars(select(Job).where(Job.kind == JobKind.BULLETIN)).one()
    assert (north.db.get_one(Bulletin, asked, populate_existing=True).key, job.state) == (None, JobState.FAILED)
    assert entries(north, case) == []


def test_its_files_go_when_their_time_has_run_out(north: Office, case: Case) -> None:
    notice = publish(north.db, north.store, north.supervisor, case.id, "7kq2m9xw")
    made = make(north, [notice], wish(BulletinFormat.PNG))
    keys = {str(made.key), str(made.preview_key)}
    assert keeping.expire(north.db) == 0
    with transaction(north.db):
        made.expires_at = utc_now() - dt.timedelta(seconds=1)
    assert keeping.expire(north.db) == 1
    removal.carry_out(north.database, north.store, utc_now() + dt.timedelta(days=1))
    assert not keys & {kept.key for kept in north.store.objects()}
    (one,) = listing.list_bulletins(north.db, north.supervisor)
    assert not one.there, "who had it made stays"


def test_a_pack_goes_with_the_first_of_its_cases_that_is_deleted(north: Office, case: Case) -> None:
    other = open_case(north, "2026-00002")
    notices = [publish(north.db, north.store, north.supervisor, one.id, f"of-{one.number}") for one in (case, other)]
    pack, alone = make(north, notices, wish()), make(north, notices[1:], wish())
    keys, stays = {str(pack.key), str(pack.preview_key)}, str(alone.key)
    request = deletion.ask(north.db, north.supervisor, case.id, "The time has run out.")
    deletion.approve(north.db, north.other, request.id)
    assert list(north.db.scalars(select(Bulletin.id))) == [alone.id]
    removal.carry_out(north.database, north.store, utc_now() + dt.timedelta(days=1))
    left = {kept.key for kept in north.store.objects()}
    assert not keys & left
    assert stays in left


def test_a_notice_that_says_hardly_anything_has_one_too(north: Office, case: Case) -> None:
    words = {"en": Wording(headline="Who is she?")}
    notice = publish(north.db, north.store, north.supervisor, case.id, "7kq2m9xw", words=words, happened_from=None)
    assert make(north, [notice], wish()).sheets == 1
