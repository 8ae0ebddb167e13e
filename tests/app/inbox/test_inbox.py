"""Tips on the staff's side: who reads which, what is recorded, and what is done with them."""

import hashlib
import io
import uuid
import zipfile

import pytest
from sqlalchemy import select

from app.cases import glass
from app.cases import service as cases
from app.cases.forms import CaseFacts
from app.database import Database, transaction
from app.inbox import arriving, redacting
from app.inbox.reading import Attachment
from app.notices.content import Content, Wording
from app.retention import holds, reach
from app.station import Station
from app.tips.receipts import grouped
from app.tips.sealing import Body, Facts
from app.workers import register
from imaging.decode import MAX_BYTES
from models import (
    Category,
    CustodyEntry,
    Notice,
    Notification,
    Tip,
    TipFile,
    TipKind,
    TipMessage,
    TipState,
)
from tests.app.drawings import drawing_png
from tests.app.inbox.conftest import SLUG, Agency
from tests.app.renderers import CAPABILITIES, QuickRenderer
from tests.app.tips.conftest import receipt_of
from tests.app.web import services
from tests.tipped import put_into


def entries(agency: Agency, action: str) -> list[CustodyEntry]:
    agency.db.rollback()
    return list(agency.db.scalars(select(CustodyEntry).where(CustodyEntry.action == action)))


def test_a_tip_finds_its_case_and_its_people(agency: Agency) -> None:
    tip = agency.send()
    assert (tip.notice_slug, tip.noted_at is None) == (SLUG, False)
    assert tip.case_id == agency.case.id
    told = set(agency.db.scalars(select(Notification.account_id).where(Notification.kind == "tip")))
    assert told == {agency.head.id}
    assert [one.details["message"] for one in entries(agency, "tip.received")] == [1]
    assert arriving.take_note(agency.db) == 0


def test_the_worker_takes_note_by_itself(agency: Agency, database: Database) -> None:
    assert agency.forms.send("/en/new", notice=SLUG, text="I saw him.").status_code == 200
    wired = services(agency.app)
    worker = register(agency.db, "here", "1", CAPABILITIES)
    station = Station(wired.settings, database, wired.store, QuickRenderer(), worker)
    station.note_tips()
    agency.db.rollback()
    assert agency.db.scalars(select(Tip)).one().case_id == agency.case.id


def test_who_reads_it(agency: Agency) -> None:
    tip = agency.send(text="The man sells bicycles.", contact="Ring 555 0100")
    for account, status in ((agency.head, 200), (agency.investigator, 200), (agency.outsider, 404)):
        browser = agency.browser(account)
        page = browser.get(f"/inbox/{tip.id}")
        assert page.status_code == status
        assert ("sells bicycles" in page.text) == (status == 200)
        assert (grouped(tip.receipt) in browser.get("/inbox").text) == (status == 200)
    assert {one.details["part"] for one in entries(agency, "evidence.viewed")} == {"letters 1"}
    assert len(entries(agency, "evidence.viewed")) == 2


@pytest.mark.parametrize("kind", ["this_is_me", "wrong"])
def test_what_somebody_says_of_themselves_is_for_supervisors(agency: Agency, kind: str) -> None:
    tip = agency.send("/en/report", kind=kind)
    assert (tip.kind, tip.case_id) == (TipKind(kind), agency.case.id)
    assert agency.browser(agency.head).get(f"/inbox/{tip.id}").status_code == 200
    assert agency.browser(agency.investigator).get(f"/inbox/{tip.id}").status_code == 404


def test_without_a_case_it_is_for_supervisors_until_it_has_one(agency: Agency) -> None:
    tip = agency.send(notice="")
    head, investigator = agency.browser(agency.head), agency.browser(agency.investigator)
    assert investigator.get(f"/inbox/{tip.id}").status_code == 404
    assert head.get(f"/inbox/{tip.id}").status_code == 200
    refused = head.post(f"/inbox/{tip.id}/case", {"case": "no such number"})
    assert (refused.status_code, "no case of yours" in refused.text) == (422, True)
    assert head.post(f"/inbox/{tip.id}/case", {"case": agency.case.number}).status_code == 303
    assert investigator.get(f"/inbox/{tip.id}").status_code == 200
    assert len({one.chain_id for one in entries(agency, "tip.linked")}) == 2


def test_its_state_moves_from_what_was_seen(agency: Agency) -> None:
    tip, browser = agency.send(), agency.browser(agency.investigator)
    assert browser.post(f"/inbox/{tip.id}/state", {"state": "useful", "seen": "new", "shown": "1"}).status_code == 303
    late = browser.post(f"/inbox/{tip.id}/state", {"state": "spam", "seen": "new"})
    assert (late.status_code, "Somebody else" in late.text) == (409, True)
    agency.db.rollback()
    assert (tip.state, tip.seen) == (TipState.USEFUL, 1)
    assert grouped(tip.receipt) not in browser.get("/inbox").text
    assert grouped(tip.receipt) in browser.get("/inbox?state=useful").text
    assert browser.get("/inbox?state=nonsense").status_code == 422


def test_what_came_meanwhile_is_not_taken_for_read(agency: Agency) -> None:
    """Whoever acts says how many messages they saw."""
    tip, browser = agency.send(), agency.browser(agency.investigator)
    assert 'name="shown" value="1"' in browser.get(f"/inbox/{tip.id}").text
    agency.write_again(tip)
    browser.post(f"/inbox/{tip.id}/state", {"state": "closed", "seen": "new", "shown": "1"})
    agency.db.rollback()
    assert (tip.state, tip.seen) == (TipState.CLOSED, 0)
    assert "2 new messages" in browser.get("/inbox").text
    browser.post(f"/inbox/{tip.id}/state", {"state": "closed", "seen": "closed", "shown": "2"})
    assert grouped(tip.receipt) not in browser.get("/inbox").text


def test_what_was_long_on_its_way_is_not_taken_for_read(agency: Agency) -> None:
    """It was written before the answer that is read by now, and has the same place in the order."""
    tip, browser = agency.send(), agency.browser(agency.investigator)
    browser.post(f"/inbox/{tip.id}/reply", {"text": "On which day?", "shown": "1"})
    browser.post(f"/inbox/{tip.id}/state", {"state": "closed", "seen": "in_review", "shown": "2"})
    assert grouped(tip.receipt) not in browser.get("/inbox").text
    with agency.forms.app.app_context():
        agency.forms.desk.add(tip.id, tip.receipt, 2, Body(text="One more thing."), [])
    agency.db.rollback()
    assert arriving.take_note(agency.db) == 1
    assert "1 new message" in browser.get("/inbox").text


def test_what_was_done_with_comes_back_when_its_sender_writes_again_and_spam_does_not(agency: Agency) -> None:
    browser = agency.browser(agency.investigator)
    for state, back in (("closed", True), ("useful", True), ("spam", False)):
        tip = agency.send()
        browser.post(f"/inbox/{tip.id}/state", {"state": state, "seen": "new", "shown": "1"})
        assert grouped(tip.receipt) not in browser.get("/inbox").text
        agency.write_again(tip)
        assert (grouped(tip.receipt) in browser.get("/inbox").text) == back


def test_question_and_answer(agency: Agency) -> None:
    sent = agency.forms.send("/en/new", notice=SLUG, text="I saw him.")
    number, words = receipt_of(sent.text)
    agency.db.rollback()
    arriving.take_note(agency.db)
    tip = agency.db.scalars(select(Tip)).one()
    browser = agency.browser(agency.investigator)
    assert browser.post(f"/inbox/{tip.id}/reply", {"text": ""}).status_code == 422
    assert browser.post(f"/inbox/{tip.id}/reply", {"text": "On which day?"}).status_code == 303
    assert "On which day?" in browser.get(f"/inbox/{tip.id}").text
    opened = agency.forms.post("/en/receipt", {"number": number, "secret": words})
    assert "On which day?" in opened.text
    assert len(entries(agency, "tip.replied")) == 1
    kept = agency.db.scalars(select(TipMessage).where(TipMessage.position == 2)).one()
    assert b"On which day" not in kept.sealed + bytes(kept.sealed_for_sender or b"")


def test_the_same_twice_is_put_together_and_taken_apart(agency: Agency) -> None:
    first, second = agency.send(text="First"), agency.send(text="Second")
    browser = agency.browser(agency.investigator)
    done = browser.post(f"/inbox/{second.id}/merge", {"into": grouped(first.receipt)})
    assert done.headers["Location"] == f"/inbox/{first.id}"
    page = browser.get(f"/inbox/{first.id}").text
    assert "First" in page
    assert "Second" in page
    assert grouped(second.receipt) not in browser.get("/inbox").text
    again = browser.post(f"/inbox/{first.id}/merge", {"into": second.receipt})
    assert again.status_code == 422
    assert browser.post(f"/inbox/{second.id}/part").status_code == 303
    assert grouped(second.receipt) in browser.get("/inbox").text


def test_a_message_to_what_was_put_under_another_shows_there(agency: Agency) -> None:
    first, second = agency.send(text="First"), agency.send(text="Second")
    browser = agency.browser(agency.investigator)
    browser.post(f"/inbox/{second.id}/merge", {"into": first.receipt})
    browser.post(f"/inbox/{first.id}/state", {"state": "useful", "seen": "new", "shown": "2"})
    agency.db.rollback()
    assert (first.seen, second.seen) == (1, 1)
    agency.write_again(second, "He is back")
    assert "1 new message<" in browser.get("/inbox").text
    assert "He is back" in browser.get(f"/inbox/{first.id}").text


def test_what_supervisors_alone_read_is_put_under_nothing_else(agency: Agency) -> None:
    tip, report = agency.send(), agency.send("/en/report", kind="wrong", text="It is my brother")
    head, investigator = agency.browser(agency.head), agency.browser(agency.investigator)
    refused = head.post(f"/inbox/{report.id}/merge", {"into": tip.receipt})
    assert (refused.status_code, "different kinds" in refused.text) == (422, True)
    assert "my brother" not in investigator.get(f"/inbox/{tip.id}").text
    unseen = investigator.post(f"/inbox/{tip.id}/merge", {"into": report.receipt})
    nowhere = investigator.post(f"/inbox/{tip.id}/merge", {"into": "123412341234"})
    assert {unseen.status_code, nowhere.status_code} == {422}
    assert all("no other tip of yours" in answer.text for answer in (unseen, nowhere))


def test_tips_that_are_together_go_to_another_case_together(agency: Agency) -> None:
    first, second, other = agency.send(), agency.send(), agency.other_case()
    browser = agency.browser(agency.investigator)
    browser.post(f"/inbox/{second.id}/merge", {"into": first.receipt})
    refused = browser.post(f"/inbox/{second.id}/case", {"case": other.number})
    assert (refused.status_code, "Take it out first" in refused.text) == (422, True)
    assert browser.post(f"/inbox/{first.id}/case", {"case": other.number}).status_code == 303
    agency.db.rollback()
    assert {first.case_id, second.case_id} == {other.id}
    moved = entries(agency, "tip.linked")
    assert {one.details["case"] for one in moved} == {other.number}
    assert len({one.chain_id for one in moved}) == 2


def test_a_case_on_hold_keeps_its_tips(agency: Agency) -> None:
    tip, loose, other = agency.send(), agency.send(notice=""), agency.other_case()
    holds.put(agency.db, agency.head, agency.case.id, "A court asked")
    head = agency.browser(agency.head)
    refused = head.post(f"/inbox/{tip.id}/case", {"case": other.number})
    assert (refused.status_code, "legal hold" in refused.text) == (422, True)
    assert head.post(f"/inbox/{loose.id}/case", {"case": agency.case.number}).status_code == 303
    agency.db.rollback()
    assert (tip.case_id, loose.case_id) == (agency.case.id, agency.case.id)


def test_a_case_takes_its_tips_along(agency: Agency) -> None:
    tip, loose = agency.send(files=[("a.txt", b"words")]), agency.send(notice="")
    key, kept = agency.db.scalars(select(TipFile.object_key)).one(), loose.id
    found = reach.reach(agency.db, agency.case.id)
    assert (tip.id in found.everything, key in found.keys) == (True, True)
    with transaction(agency.db):
        reach.remove(agency.db, found)
    assert list(agency.db.scalars(select(Tip.id))) == [kept]
    assert set(agency.db.scalars(select(TipMessage.tip_id))) == {kept}
    assert agency.db.scalars(select(TipFile)).first() is None


def test_a_notice_of_others_is_named_without_its_headline(agency: Agency) -> None:
    """A tip may come from another unit's case, with the name of that one's notice."""
    theirs = cases.create(agency.db, agency.outsider, CaseFacts("Arson"), agency.outsider.units[0].id)
    content = Content(category=Category.SUSPECT, words={"en": Wording(headline="A draft that nobody may see yet")})
    with transaction(agency.db):
        notice = Notice(id=uuid.uuid4(), case_id=theirs.id, slug="theirs", created_by=agency.outsider.id)
        notice.content = content.to_json()
        agency.db.add(notice)
    tip = agency.send(notice="theirs")
    put_into(agency.db, tip, agency.case.id)
    page = agency.browser(agency.investigator).get("/inbox?state=all").text
    assert "theirs" in page
    assert "nobody may see" not in page
    own = agency.send()
    assert own.case_id == agency.case.id
    page = agency.browser(agency.investigator).get("/inbox?state=all").text
    assert page.count("Who knows him?") == 2, "in the list and among the numbers"


def test_the_case_has_them_on_a_page_of_its_own(agency: Agency) -> None:
    tip, report, loose = agency.send(), agency.send("/en/report", kind="wrong"), agency.send(notice="")
    for account, seen in ((agency.investigator, [tip]), (agency.head, [tip, report])):
        page = agency.browser(account).get(f"/cases/{agency.case.id}/tips").text
        assert [one for one in (tip, report, loose) if grouped(one.receipt) in page] == seen
    assert agency.browser(agency.outsider).get(f"/cases/{agency.case.id}/tips").status_code == 404


def test_whoever_broke_the_glass_reads_and_changes_nothing(agency: Agency) -> None:
    tip = agency.send(text="The man sells bicycles.", files=[("a.txt", b"words")])
    browser = agency.browser(agency.outsider)
    glass.break_glass(agency.db, agency.outsider, agency.case.number, "Nobody of the unit is on duty")
    page = browser.get(f"/inbox/{tip.id}")
    assert "sells bicycles" in page.text
    assert "<textarea" not in page.text
    for what, form in (("state", {"state": "spam", "seen": "new"}), ("reply", {"text": "Hello"}), ("redacted", {})):
        assert browser.post(f"/inbox/{tip.id}/{what}", form).status_code == 404
    agency.db.rollback()
    assert tip.state == TipState.NEW


def test_files_do_no_harm(agency: Agency) -> None:
    script = b"<html><script>alert(1)</script></html>"
    tip = agency.send(files=[("photo.png", drawing_png(3)), ("../../evil.html", script)])
    browser = agency.browser(agency.investigator)
    page = browser.get(f"/inbox/{tip.id}").text
    assert "Not checked for viruses" in page
    shown = [part.partition('"')[0] for part in page.split('src="')[1:] if "/picture" in part.partition('"')[0]]
    assert len(shown) == 1
    picture = browser.get(shown[0])
    assert (picture.status_code, picture.mimetype) == (200, "image/png")
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    taken = [
        part.partition('"')[0] for part in page.split('href="')[1:] if part.partition('"')[0].endswith("/download")
    ]
    answers = [browser.get(address) for address in taken]
    assert {answer.mimetype for answer in answers} == {"application/octet-stream"}
    assert script in {answer.data for answer in answers}
    names = [answer.headers["Content-Disposition"] for answer in answers]
    assert all(name.startswith("attachment") and "/" not in name for name in names)
    assert len(entries(agency, "evidence.downloaded")) == 2
    outsider = agency.browser(agency.outsider)
    assert {outsider.get(address).status_code for address in shown + taken} == {404}


@pytest.mark.parametrize("more, shown", [(0, True), (1, False)])
def test_a_picture_is_shown_where_it_can_be_decoded(more: int, shown: bool) -> None:
    facts = Facts(name="a.jpg", mime="image/jpeg", size=MAX_BYTES + more, segments=1, key=b"")
    assert Attachment(TipFile(), facts).is_picture == shown


def test_a_redacted_copy(agency: Agency) -> None:
    tip = agency.send(
        text="Jane Roe of Pier 3 saw JANE ROE.", contact="Ring 555 0100", files=[("a.png", drawing_png(4))]
    )
    browser = agency.browser(agency.investigator)
    page = browser.get(f"/inbox/{tip.id}").text
    picture = page.split('name="file-')[1].partition('"')[0]
    answer = browser.post(f"/inbox/{tip.id}/redacted", {"strike": "Jane Roe\nPier 3", f"file-{picture}": "yes"})
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    text = archive.read("tip.txt").decode()
    assert text.count(redacting.STRUCK) == 3
    assert not any(word in text for word in ("Jane", "JANE", "Pier", "555"))
    assert archive.read("picture-1.png").startswith(b"\x89PNG")
    (entry,) = entries(agency, "tip.exported")
    assert (entry.after, entry.details["pictures"]) == (hashlib.sha256(answer.data).hexdigest(), "1")
    assert tip.receipt not in answer.headers["Content-Disposition"] + text.replace(" ", "")


@pytest.mark.parametrize(
    "text, out, left",
    [
        ("Jane Roe Smith came", ["Jane Roe", "Roe Smith"], f"{redacting.STRUCK} came"),
        ("jane\n ROE came", ["Jane Roe"], f"{redacting.STRUCK} came"),
        ("Jose\u0301 came", ["JOS\u00c9"], f"{redacting.STRUCK} came"),
        ("aaaa b", ["aa"], f"{redacting.STRUCK} b"),
        ("1.5 and 1x5", ["1.5"], f"{redacting.STRUCK} and 1x5"),
        ("สมชาย ใจดี มา", ["สมชาย ใจดี"], f"{redacting.STRUCK} มา"),
        ("nothing", [], "nothing"),
    ],
)
def test_what_is_struck_out(text: str, out: list[str], left: str) -> None:
    assert redacting.strike(text, out) == left


def test_what_cannot_be_opened_is_said(agency: Agency) -> None:
    tip = agency.send()
    agency.app.extensions["semblance"].settings.__dict__["secret_key"] = "another-secret-key-of-enough-characters"
    page = agency.browser(agency.investigator).get(f"/inbox/{tip.id}")
    assert page.status_code == 200
    assert "cannot be read any more" in page.text
