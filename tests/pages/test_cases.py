"""The pages about cases: empty, one and many, what is refused, and how much they ask of the database."""

import re
import uuid

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.cases import notes, people, service
from app.cases.forms import CaseFacts
from app.database import transaction
from app.identity import accounts, units
from models import Account, Case, CaseStatus, Role, Unit
from tests.app.web import Browser, services
from tests.pages.desk import Desk, words
from tests.people import PASSWORD, Person

MOST_QUERIES = 8


@pytest.fixture
def unit(db: Session, desk: Desk) -> Unit:
    """The investigator's."""
    made = units.add_unit(db, "Investigations")
    put(db, desk.account, made)
    return made


def put(db: Session, account: Account, *of: Unit) -> None:
    ids = [one.id for one in of]
    with transaction(db):
        accounts.locked(db, account.id).units = units.kept(db, ids)


def open_case(desk: Desk, title: str = "Harbour", **facts: object) -> Case:
    return service.create(desk.db, desk.account, CaseFacts(title, **facts))  # type: ignore[arg-type]


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of the page's own form."""
    form = page.partition("<main")[2]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def test_signing_in_leads_to_the_cases(desk: Desk, unit: Unit) -> None:
    assert desk.browser.get("/").headers["Location"] == "/cases"
    page = desk.browser.get("/cases").text
    assert "No cases yet" in page
    assert 'type="search"' not in page
    assert "Or try a sample" in page


def test_without_a_unit_no_case_is_opened(desk: Desk) -> None:
    assert "You are in no unit" in desk.browser.get("/cases/new").text
    assert desk.browser.post("/cases/new", {"title": "Harbour"}).status_code == 422


def test_a_case_is_opened_and_shown(desk: Desk, unit: Unit) -> None:
    typed = {"title": "Harbour <b>", "description": "One\nTwo", "incident_on": "2026-03-31", "tags": "robbery, kiosk"}
    answer = desk.browser.post("/cases/new", typed)
    assert answer.status_code == 303
    page = desk.browser.get(answer.headers["Location"]).text
    assert "Harbour &lt;b&gt;" in page
    said = words(page)
    for part in ("Investigations", "Nobody assigned", "31 Mar 2026", "robbery", "kiosk", "One Two", "Open"):
        assert part in said, part


def test_what_was_typed_is_kept_when_it_is_refused(desk: Desk, unit: Unit) -> None:
    answer = desk.browser.post("/cases/new", {"title": "", "description": "Two people", "incident_on": "9999-01-01"})
    assert answer.status_code == 422
    assert "Two people</textarea>" in answer.text
    assert "not in the future" in answer.text


def test_who_is_in_several_units_chooses(desk: Desk, unit: Unit) -> None:
    other = units.add_unit(desk.db, "Cold cases")
    put(desk.db, desk.account, unit, other)
    assert desk.browser.post("/cases/new", {"title": "Harbour"}).status_code == 422
    answer = desk.browser.post("/cases/new", {"title": "Harbour", "unit": str(other.id)})
    assert "Cold cases" in words(desk.browser.get(answer.headers["Location"]).text)


def test_a_change_from_before_somebody_elses_is_shown_beside_theirs(desk: Desk, unit: Unit, person: Person) -> None:
    case, colleague = open_case(desk), person("Colleague")
    put(desk.db, colleague, unit)
    drawn = fields_of(desk.browser.get(f"/cases/{case.id}/edit").text)
    service.edit(desk.db, colleague, case.id, CaseFacts("Theirs", incident_place="Gate 3"), 1)
    answer = desk.browser.post(f"/cases/{case.id}/edit", {**drawn, "title": "Mine", "description": "My own words"})
    said = words(answer.text)
    assert answer.status_code == 409
    assert "Colleague changed: title, place" in said
    assert "On record now: Theirs" in said
    assert "On record now: Gate 3" in said
    assert "My own words</textarea>" in answer.text
    drawn = fields_of(answer.text)
    answer = desk.browser.post(f"/cases/{case.id}/edit", {**drawn, "title": "Mine", "description": "My own words"})
    assert answer.status_code == 303
    assert "Mine" in words(desk.browser.get(f"/cases/{case.id}").text)


def test_a_supervisor_closes_and_an_investigator_does_not(desk: Desk, unit: Unit, person: Person, app: Flask) -> None:
    case, supervisor = open_case(desk), person("Supervisor", Role.SUPERVISOR)
    put(desk.db, supervisor, unit)
    page = desk.browser.get(f"/cases/{case.id}").text
    assert 'value="identified">' in page
    assert 'value="closed">' not in page
    assert desk.browser.post(f"/cases/{case.id}/status", {"status": "closed", "seen": "open"}).status_code == 403
    browser = Browser(app)
    browser.sign_in(supervisor, PASSWORD)
    assert browser.post(f"/cases/{case.id}/status", {"status": "closed", "seen": "open"}).status_code == 303
    assert "From here a supervisor moves it on" in words(desk.browser.get(f"/cases/{case.id}").text)
    late = browser.post(f"/cases/{case.id}/status", {"status": "identified", "seen": "open"})
    assert (late.status_code, "Somebody else has changed the status" in late.text) == (409, True)
    assert browser.post(f"/cases/{case.id}/status", {"status": "lost", "seen": "open"}).status_code == 422


def test_people_are_put_on_a_case_and_taken_off(desk: Desk, unit: Unit, person: Person) -> None:
    case, colleague = open_case(desk), person("Colleague")
    address = f"/cases/{case.id}"
    assert desk.browser.post(f"{address}/people", {"person": str(colleague.id)}).status_code == 303
    assert "Take Colleague off the case" in desk.browser.get(address).text
    assert desk.browser.post(f"{address}/people", {"person": ""}).status_code == 422
    assert desk.browser.post(f"{address}/people/{colleague.id}/remove").status_code == 303
    assert "Nobody assigned" in words(desk.browser.get(address).text)


def test_a_case_that_is_moved_out_of_sight_leads_back_to_the_list(desk: Desk, unit: Unit, person: Person) -> None:
    elsewhere = person("Elsewhere")
    other = units.add_unit(desk.db, "Cold cases")
    put(desk.db, elsewhere, other)
    case = service.create(desk.db, elsewhere, CaseFacts("Theirs"))
    people.assign(desk.db, elsewhere, case.id, desk.account.id)
    answer = desk.browser.post(f"/cases/{case.id}/people/{desk.account.id}/remove")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cases")
    mine = open_case(desk)
    put(desk.db, desk.account, unit, other)
    page = desk.browser.get(f"/cases/{mine.id}").text
    assert "Move to" in page
    answer = desk.browser.post(f"/cases/{mine.id}/unit", {"unit": str(other.id)})
    assert answer.headers["Location"] == f"/cases/{mine.id}"
    assert desk.browser.post(f"/cases/{mine.id}/unit", {"unit": ""}).status_code == 422


def test_notes_are_written_changed_and_removed(desk: Desk, unit: Unit) -> None:
    case = open_case(desk)
    address = f"/cases/{case.id}/notes"
    assert "No notes yet" in desk.browser.get(address).text
    assert desk.browser.post(address, {"body": "**sure** <script>alert(1)</script>"}).status_code == 303
    page = desk.browser.get(address).text
    assert "<strong>sure</strong>" in page
    assert "<script>alert" not in page
    desk.db.rollback()
    (note,) = notes.list_notes(desk.db, case).items
    assert desk.browser.post(f"{address}/{note.note.id}", {"body": " "}).status_code == 422
    assert desk.browser.post(f"{address}/{note.note.id}", {"body": "not sure"}).status_code == 303
    assert "changed" in words(desk.browser.get(address).text)
    timeline = desk.browser.get(f"/cases/{case.id}/timeline").text
    assert "not sure" in timeline
    assert desk.browser.post(f"{address}/{note.note.id}/remove").status_code == 303
    assert "No notes yet" in desk.browser.get(address).text
    assert desk.browser.post(address, {"body": ""}).status_code == 422


def test_the_list_is_narrowed_saved_and_paged(desk: Desk, unit: Unit) -> None:
    for number in range(52):
        open_case(desk, f"Case {number}", tags=("kiosk",) if number % 2 else ())
    page = desk.browser.get("/cases").text
    assert "52 cases, what changed last first" in page
    assert page.count('name="case"') == 50
    further = re.search(r'rel="next" href="([^"]+)"', page)
    assert further is not None
    second = desk.browser.get(further[1].replace("&amp;", "&")).text
    assert second.count('name="case"') == 2
    assert 'rel="first"' in second
    page = desk.browser.get("/cases?tag=kiosk&q=case").text
    assert "26 cases" in page
    saving = {"called": "Kiosks", "tag": "kiosk", "q": "case"}
    assert desk.browser.post("/cases/filters", saving).headers["Location"] == "/cases?q=case&tag=kiosk"
    page = desk.browser.get("/cases?q=case&tag=kiosk").text
    assert "Remove the saved filter Kiosks" in page
    removal = re.search(r'action="(/cases/filters/[^"]+/remove)"', page)
    assert removal is not None
    desk.browser.post(removal[1])
    assert "Kiosks" not in desk.browser.get("/cases").text
    assert "No case fits" in desk.browser.get("/cases?q=zebra").text
    for wrong in ("/cases?status=lost", "/cases?after=x", "/cases?from=x"):
        assert desk.browser.get(wrong).status_code == 422


def test_several_cases_are_given_to_somebody(desk: Desk, unit: Unit, person: Person) -> None:
    cases, colleague = [open_case(desk, str(number)) for number in range(3)], person("Colleague")
    ids = [str(one.id) for one in cases[:2]]
    answer = desk.browser.post("/cases/assign", {"case": ids, "assignee": str(colleague.id), "action": "assign"})
    assert (answer.status_code, "Put on 2 cases." in answer.text) == (200, True)
    answer = desk.browser.post(
        "/cases/assign", {"case": [*ids, str(uuid.uuid4())], "assignee": str(colleague.id), "action": "unassign"}
    )
    said = words(answer.text)
    assert "Taken off 2 cases." in said
    assert "There is no such case, or it is not yours." in said
    for wrong in ({"case": ids}, {"assignee": str(colleague.id)}, {"case": ["x"], "assignee": str(colleague.id)}):
        assert desk.browser.post("/cases/assign", wrong).status_code == 422


def test_a_colleague_is_chosen_by_name(desk: Desk, unit: Unit, person: Person) -> None:
    case, other = open_case(desk, "Harbour"), open_case(desk, "Market")
    assert "Put me on the case" in desk.browser.get(f"/cases/{case.id}").text
    assert desk.browser.post(f"/cases/{case.id}/people", {"person": str(desk.account.id)}).status_code == 303
    assert "Put me on the case" not in desk.browser.get(f"/cases/{case.id}").text
    person("José Álvarez")
    page = desk.browser.get(f"/cases/{case.id}").text
    assert '<option value="José Álvarez">' in page
    assert desk.browser.post(f"/cases/{case.id}/people", {"person": "jose alvarez"}).status_code == 303
    assert '<option value="José Álvarez">' not in desk.browser.get(f"/cases/{case.id}").text
    wrong = desk.browser.post(f"/cases/{other.id}/people", {"person": "Jose"})
    assert wrong.status_code == 422
    assert "Did you mean José Álvarez?" in words(wrong.text)
    assert 'name="person" value="Jose"' in wrong.text
    wrong = desk.browser.post("/cases/assign", {"case": [str(other.id)], "assignee": "Jose"})
    assert wrong.status_code == 422
    assert f'value="{other.id}" checked' in wrong.text
    assert desk.browser.post("/cases/assign", {"case": [str(other.id)], "assignee": "José Álvarez"}).status_code == 200


def test_the_list_is_narrowed_by_a_name(desk: Desk, unit: Unit, person: Person) -> None:
    case, colleague = open_case(desk, "Harbour"), person("José Álvarez")
    open_case(desk, "Market")
    people.assign(desk.db, desk.account, case.id, colleague.id)
    for typed, shown in (("jose alvarez", "Harbour"), ("nobody", "Market"), (str(colleague.id), "Harbour")):
        page = desk.browser.get(f"/cases?person={typed}").text
        assert ({"Harbour", "Market"} & set(re.findall(r"Harbour|Market", page))) == {shown}
    assert "No case fits" in desk.browser.get("/cases?person=me").text
    wrong = desk.browser.get("/cases?person=zoe&q=harbour&from=x")
    assert wrong.status_code == 422
    assert all(part in wrong.text for part in ('value="zoe"', 'value="harbour"'))


def test_titles_and_names_are_text(desk: Desk, unit: Unit, person: Person) -> None:
    case = open_case(desk, "<script>alert(1)</script>", tags=("<i>",), incident_place="<u>")
    people.assign(desk.db, desk.account, case.id, person("<b>Somebody").id)
    for page in ("/cases", f"/cases/{case.id}", f"/cases/{case.id}/timeline", f"/cases/{case.id}/edit"):
        text = desk.browser.get(page).text
        assert "<script>alert" not in text
        assert "<b>Somebody" not in text
        assert "<i>" not in text


def test_a_full_case_asks_no_more_of_the_database_than_a_page_may(desk: Desk, unit: Unit, person: Person) -> None:
    other = units.add_unit(desk.db, "Cold cases")
    colleagues = [person(f"Colleague {number}") for number in range(5)]
    put(desk.db, desk.account, unit, other)
    for number in range(55):
        case = service.create(desk.db, desk.account, CaseFacts(f"Case {number}", tags=("kiosk",)), unit.id)
    for one in colleagues:
        people.assign(desk.db, desk.account, case.id, one.id)
        notes.add(desk.db, desk.account, case.id, f"Of {one.name}")
    desk.browser.post("/cases/filters", {"called": "Open ones", "status": "open"})
    with transaction(desk.db):
        desk.db.get_one(Account, desk.account.id).set_roles([Role.INVESTIGATOR, Role.SUPERVISOR])
    statements: list[str] = []
    engine = services(desk.app).database.engine
    event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_: statements.append(statement))
    base = f"/cases/{case.id}"
    full = f"/cases?q=kiosk&number=0&status=open&unit={unit.id}&person={colleagues[0].id}&tag=kiosk&from=2020-01-01"
    asked = {}
    for path in ("/cases", full, "/cases/new", base, f"{base}/edit", f"{base}/notes", f"{base}/timeline"):
        statements.clear()
        assert desk.browser.get(path).status_code == 200
        asked[path] = len([one for one in statements if one.startswith(("SELECT", "WITH"))])
    assert {path: count for path, count in asked.items() if count > MOST_QUERIES} == {}
    assert min(asked.values()) > 1


@pytest.mark.parametrize("status", CaseStatus)
def test_every_status_has_words_and_a_shape(desk: Desk, unit: Unit, status: CaseStatus) -> None:
    case = open_case(desk)
    with transaction(desk.db):
        desk.db.get_one(Case, case.id).status = status
    page = desk.browser.get("/cases").text
    shape = re.search(r'class="case-cell-status"><span class="state" data-kind="(\w+)"', page)
    assert shape is not None
    assert status.capitalize() in words(page)
