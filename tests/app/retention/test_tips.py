"""Tips of no case go when their time is over and somebody says so: rows, objects, words; and their senders are told."""

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import select, update

from app import custody
from app.database import Database, transaction
from app.errors import Forbidden, Refused
from app.inbox import acting
from app.retention import deletion, holds, policies, removal, tip_policies, tips
from app.storage import open_store
from models import (
    Account,
    CustodyEntry,
    EndedTip,
    Role,
    SettingSection,
    Tip,
    TipFile,
    TipMessage,
    TipPolicy,
    TipState,
    utc_now,
)
from tests.app.conftest import database, database_url, db, person
from tests.app.inbox.conftest import Agency, agency, settings
from tests.people import Person

__all__ = ["agency", "database", "database_url", "db", "person", "settings"]

LATER = utc_now() + dt.timedelta(days=1)


def old(of: Agency, tip: Tip, months: int = 4, state: TipState = TipState.SPAM) -> Tip:
    """Of no case, in this state for so long, and everything of it as old."""
    at = policies.before(utc_now(), months)
    with transaction(of.db):
        values = {"state": state, "state_since": at, "received_at": at, "seen": 9}
        of.db.execute(update(Tip).where(Tip.id == tip.id).values(**values))
        of.db.execute(update(TipMessage).where(TipMessage.tip_id == tip.id).values(written_at=at))
    return of.db.get_one(Tip, tip.id, populate_existing=True)


def loose(of: Agency, months: int = 4, state: TipState = TipState.SPAM, **fields: Any) -> Tip:
    return old(of, of.send(notice="", **fields), months, state)


def policy(of: Agency, by: Account, state: TipState = TipState.SPAM, months: int = 3) -> TipPolicy:
    tip_policies.set_policy(of.db, by, state, months)
    return of.db.scalars(select(TipPolicy).where(TipPolicy.state == state)).one()


def alone(of: Agency) -> None:
    """An agency of one person."""
    with transaction(of.db):
        of.db.add(SettingSection(name="cases", values={"two_people": False}, revision=1, changed_at=utc_now()))


def there(of: Agency) -> set[uuid.UUID]:
    of.db.rollback()
    return set(of.db.scalars(select(Tip.id)))


@pytest.fixture
def other(person: Person) -> Account:
    return person(Role.SUPERVISOR)


def test_what_is_due_goes_with_its_objects_and_leaves_a_tombstone(
    agency: Agency, database: Database, other: Account
) -> None:
    tip = loose(agency, files=[("map.txt", b"x" * 90_000)])
    fresh = agency.send(notice="")
    rule, store = policy(agency, agency.head), open_store(agency.settings)
    key = agency.db.scalars(select(TipFile.object_key)).one()
    assert [one.count for one in tip_policies.due(agency.db, other)] == [1]
    assert tips.delete_due(agency.db, other, rule.id) == 1
    assert there(agency) == {fresh.id}
    assert not agency.db.scalars(select(TipFile)).all()
    assert {one.tip_id for one in agency.db.scalars(select(TipMessage))} == {fresh.id}
    removal.carry_out(database, store, LATER)
    assert not store.exists(key)
    (entry,) = agency.db.scalars(select(CustodyEntry).where(CustodyEntry.action == "tip.deleted"))
    assert (entry.object_id, entry.chain_id) == (tip.id, custody.AGENCY_CHAIN.id)
    assert entry.details.items() >= {"state": "spam", "months": 3, "letters": 1, "objects": 1}.items()
    assert entry.details["policy_by"] == agency.head.name
    assert tip_policies.due(agency.db, other)[0].count == 0


def test_whoever_set_the_policy_does_not_carry_it_out(agency: Agency, other: Account) -> None:
    tip = loose(agency)
    rule = policy(agency, agency.head)
    with pytest.raises(Forbidden, match="yourself"):
        tips.delete_due(agency.db, agency.head, rule.id)
    with pytest.raises(Forbidden, match="Only a supervisor"):
        tips.delete_due(agency.db, agency.investigator, rule.id)
    assert there(agency) == {tip.id}
    assert [one.by_another for one in tip_policies.due(agency.db, agency.head)] == [True]
    alone(agency)
    assert tips.delete_due(agency.db, agency.head, rule.id) == 1


@pytest.mark.parametrize("state", [TipState.NEW, TipState.IN_REVIEW])
def test_nothing_goes_that_nobody_has_dealt_with(agency: Agency, state: TipState) -> None:
    with pytest.raises(Refused, match="dealt with"):
        tip_policies.set_policy(agency.db, agency.head, state, 3)


def test_spam_can_go_sooner_than_what_was_useful(agency: Agency, other: Account) -> None:
    spam, useful, older = loose(agency), loose(agency, state=TipState.USEFUL), loose(agency, 13, TipState.USEFUL)
    policy(agency, agency.head), policy(agency, agency.head, TipState.USEFUL, 12)
    for one in tip_policies.due(agency.db, other):
        tips.delete_due(agency.db, other, one.policy.id)
    assert there(agency) == {useful.id}
    assert {spam.id, older.id}.isdisjoint(there(agency))


def test_the_time_begins_anew_with_the_state_and_with_every_letter(agency: Agency, other: Account) -> None:
    written = loose(agency, state=TipState.CLOSED)
    moved = loose(agency, state=TipState.USEFUL)
    unread = loose(agency, state=TipState.CLOSED)
    agency.write_again(written)
    acting.set_state(agency.db, agency.head, moved.id, TipState.CLOSED, TipState.USEFUL)
    with transaction(agency.db):
        agency.db.execute(update(Tip).where(Tip.id == unread.id).values(seen=0))
    rule = policy(agency, agency.head, TipState.CLOSED)
    assert tips.delete_due(agency.db, other, rule.id) == 0
    assert there(agency) == {written.id, moved.id, unread.id}


def test_what_was_put_together_stays_and_goes_together(agency: Agency, other: Account) -> None:
    main, member, written = loose(agency), loose(agency), loose(agency)
    again = loose(agency)
    for one, into in ((member, main), (again, written)):
        acting.merge(agency.db, agency.head, one.id, into.receipt)
    agency.write_again(again)
    rule = policy(agency, agency.head)
    tips.delete_due(agency.db, other, rule.id)
    assert there(agency) == {written.id, again.id}


def test_a_tip_of_a_case_follows_the_case_and_its_hold(agency: Agency, other: Account) -> None:
    tip = loose(agency)
    receipt, rule = tip.receipt, policy(agency, agency.head)
    acting.link(agency.db, agency.head, tip.id, agency.case.number)
    holds.put(agency.db, agency.head, agency.case.id, "The court's order 7")
    assert tips.delete_due(agency.db, other, rule.id) == 0
    with pytest.raises(Refused, match="legal hold"):
        deletion.ask(agency.db, agency.head, agency.case.id, "Its time is over.")
    holds.release(agency.db, agency.head, agency.case.id)
    assert tips.delete_due(agency.db, other, rule.id) == 0
    alone(agency)
    request = deletion.ask(agency.db, agency.head, agency.case.id, "Its time is over.")
    deletion.approve(agency.db, agency.head, request.id)
    assert there(agency) == set()
    assert agency.db.get(EndedTip, receipt) is not None


def test_whoever_comes_back_is_told_and_nobody_else(agency: Agency, other: Account) -> None:
    tip = loose(agency)
    number, words = agency.receipts[tip.id]
    tips.delete_due(agency.db, other, policy(agency, agency.head).id)
    told = agency.forms.post("/en/receipt", {"number": number, "secret": words})
    assert told.status_code == 410
    assert "Your tip was deleted" in told.text
    assert 'href="/en/new"' in told.text
    assert "เบาะแสของคุณถูกลบแล้ว" in agency.forms.post("/th/receipt", {"number": number, "secret": words}).text
    wrong = " ".join(reversed(words.split()))
    guessed = agency.forms.post("/en/receipt", {"number": number, "secret": wrong})
    nobody = agency.forms.post("/en/receipt", {"number": "000000000000", "secret": wrong})
    assert guessed.status_code == nobody.status_code == 422
    assert guessed.text.replace(number, "") == nobody.text.replace("000000000000", "").replace(number, "")


def test_the_page_says_what_is_due_and_has_it_deleted(agency: Agency, other: Account) -> None:
    tip_id = loose(agency).id
    head, second = agency.browser(agency.head), agency.browser(other)
    assert head.post("/retention/tips", {"state": "new", "months": 3}).status_code == 422
    assert head.post("/retention/tips", {"state": "spam", "months": 3}).status_code == 303
    page = head.get("/retention/tips").text
    assert "1 tip is due." in page
    assert "another supervisor has them deleted" in page
    agency.db.rollback()
    rule = agency.db.scalars(select(TipPolicy)).one()
    address = f"/retention/tips/{rule.id}/delete"
    assert address not in page
    assert head.post(address, {}).status_code == 403
    assert address in second.get("/retention/tips").text
    assert second.post(address, {}).status_code == 303
    assert "No tip is due." in second.get("/retention/tips").text
    assert there(agency) == set()
    assert second.get(f"/inbox/{tip_id}").status_code == 404
    assert second.post(f"/retention/tips/{rule.id}/remove", {}).status_code == 303
    assert "until somebody decides otherwise" in second.get("/retention/tips").text
