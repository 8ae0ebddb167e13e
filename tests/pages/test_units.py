"""The page of units, and what sketches' pages say about them."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.database import transaction
from app.identity import accounts, units
from app.storage import split_key
from models import Account, Role, Sketch, Unit
from tests.app.drawings import drawing_png
from tests.app.web import Browser, sketches_in
from tests.pages.desk import Desk, words
from tests.people import PASSWORD, Person

PAGE = "/admin/units"


@pytest.fixture
def admin(app: Flask, person: Person) -> Browser:
    browser = Browser(app)
    browser.sign_in(person("Head", Role.ADMIN), PASSWORD)
    return browser


def join(db: Session, account: Account, *names: str) -> list[Unit]:
    known = units.by_name(db)
    joined = [known.get(name.casefold()) or units.add_unit(db, name) for name in names]
    with transaction(db):
        accounts.locked(db, account.id).units = units.kept(db, [one.id for one in joined])
    return joined


def test_units_are_added_renamed_and_removed(admin: Browser, db: Session) -> None:
    assert "No units yet" in admin.get(PAGE).text
    assert "The unit is added." in admin.get(admin.post(PAGE, {"name": "Cold cases"}).headers["Location"]).text
    (unit,) = units.list_units(db)
    admin.post(f"{PAGE}/{unit.id}/name", {"name": "Homicide"})
    page = words(admin.get(PAGE).text)
    assert "Homicide 0 accounts, 0 case files, 0 sketches" in page
    assert "Cold cases" not in page
    admin.post(f"{PAGE}/{unit.id}/remove")
    assert "No units yet" in admin.get(PAGE).text


def test_what_cannot_be_done_is_said(admin: Browser, db: Session, person: Person) -> None:
    (unit,) = join(db, person("Somebody"), "Cold cases")
    for path, fields, status, said in (
        (PAGE, {"name": "COLD CASES"}, 409, "There is a unit of that name already."),
        (PAGE, {"name": " "}, 422, "Give the unit a name"),
        (f"{PAGE}/{unit.id}/name", {"name": ""}, 422, "Give the unit a name"),
        (f"{PAGE}/{unit.id}/remove", {}, 409, "Cold cases is not empty"),
    ):
        answer = admin.post(path, fields)
        assert (answer.status_code, said in answer.text) == (status, True), path
    assert "In use" in admin.get(PAGE).text


def test_the_upload_page_says_who_will_see_it(desk: Desk) -> None:
    assert "You are in no unit" in desk.browser.get("/sketches/new").text
    join(desk.db, desk.account, "Cold cases")
    page = desk.browser.get("/sketches/new").text
    assert "For your unit, Cold cases" in page
    assert 'name="unit"' not in page
    sketch = desk.add()
    assert sketch.unit_id is not None


def test_the_unit_is_chosen_where_there_are_several(desk: Desk, png: bytes) -> None:
    first, second = join(desk.db, desk.account, "First", "Second")
    assert 'name="unit" required' in desk.browser.get("/sketches/new").text
    for wrong in ("", "x", "00000000-0000-4000-8000-000000000000"):
        answer = desk.browser.upload(png, unit=wrong)
        assert (answer.status_code, "unit" in answer.text) == (422, True)
    assert sketches_in(desk.db) == 0
    assert desk.add(unit=str(second.id)).unit_id == second.id
    sample = desk.sketch(desk.browser.post("/sketches/sample", {"name": "short-hair"}).headers["Location"])
    assert sample.unit_id == first.id


def test_lists_and_pages_say_whose_a_sketch_is(desk: Desk, app: Flask, person: Person) -> None:
    colleague, mine = Browser(app), join(desk.db, desk.account, "First")
    account = person("Some Colleague")
    join(desk.db, account, "First", "Second")
    colleague.sign_in(account, PASSWORD)
    sketch = desk.add("Harbour")
    assert "by Investigator" not in words(desk.browser.get("/sketches").text)
    assert "by Investigator" in words(colleague.get("/sketches").text)
    other = colleague.upload(drawing_png(2), "b.png", unit=str(units.by_name(desk.db)["second"].id))
    assert other.status_code == 303
    listed = words(colleague.get("/sketches").text)
    assert "by Investigator · First" in listed
    assert "by Some Colleague · Second" in listed
    page = words(colleague.get(f"/sketches/{sketch.id}").text)
    assert "by Investigator Unit First" in page
    assert mine[0].id == sketch.unit_id
    assert desk.browser.get(other.headers["Location"]).status_code == 404


def test_a_colleague_adds_a_version_in_the_sketchs_unit(desk: Desk, app: Flask, person: Person) -> None:
    (unit,) = join(desk.db, desk.account, "First")
    colleague, account = Browser(app), person("Some Colleague")
    join(desk.db, account, "First", "Second")
    colleague.sign_in(account, PASSWORD)
    sketch = desk.add("Harbour")
    assert 'name="unit"' not in colleague.get(f"/sketches/new?parent={sketch.id}").text
    answer = colleague.upload(drawing_png(2), "b.png", parent=str(sketch.id))
    version = desk.db.get(Sketch, desk.sketch(answer.headers["Location"]).id)
    assert version is not None
    assert (version.version, version.unit_id, version.owner_id) == (2, unit.id, account.id)
    assert "Version 2 of 2" in words(desk.browser.get(answer.headers["Location"]).text)


def test_what_a_colleague_renders_is_kept_with_the_sketchs_owner(desk: Desk, app: Flask, person: Person) -> None:
    join(desk.db, desk.account, "First")
    colleague, account = Browser(app), person("Some Colleague")
    join(desk.db, account, "First")
    colleague.sign_in(account, PASSWORD)
    sketch = desk.add("Harbour")
    desk.work()
    colleague.post(f"/sketches/{sketch.id}/render", {"engine": "pix2pix", "seed": "0", "strength": "0.25"})
    desk.work()
    (likeness,) = desk.likenesses(sketch)
    assert {split_key(key)[0] for key in (likeness.image_key, likeness.thumbnail_key)} == {str(desk.account.id)}
    for browser in (desk.browser, colleague):
        assert browser.get(f"/likenesses/{likeness.id}/image").status_code == 200
        assert browser.get(f"/likenesses/{likeness.id}/provenance.json").status_code == 200


def test_without_a_unit_the_page_says_that_nobody_else_sees_it(desk: Desk) -> None:
    assert "None: only Investigator sees this sketch" in words(desk.page(desk.add()))


def test_a_sketch_without_a_unit_is_moved_into_the_owners(desk: Desk, app: Flask, person: Person) -> None:
    sketch = desk.add()
    assert "Move to" not in desk.page(sketch)
    (unit,) = join(desk.db, desk.account, "Cold cases")
    colleague, account = Browser(app), person("Some Colleague")
    join(desk.db, account, "Cold cases")
    colleague.sign_in(account, PASSWORD)
    address = f"/sketches/{sketch.id}"
    assert colleague.get(address).status_code == 404
    page = words(desk.page(sketch))
    assert "In none: only Investigator sees this sketch. Move to" in page
    moved = desk.browser.post(f"{address}/unit", {"unit": str(unit.id)})
    assert moved.status_code == 303
    page = desk.browser.get(moved.headers["Location"]).text
    assert "This sketch is in Cold cases now." in words(page)
    assert "Move to" not in page
    assert colleague.get(address).status_code == 200


def test_what_cannot_be_moved_is_said(desk: Desk, app: Flask, person: Person) -> None:
    first, second = join(desk.db, desk.account, "First", "Second")
    sketch = desk.add(unit=str(first.id))
    colleague, account = Browser(app), person("Some Colleague")
    join(desk.db, account, "First", "Second")
    colleague.sign_in(account, PASSWORD)
    address = f"/sketches/{sketch.id}/unit"
    foreign = units.add_unit(desk.db, "Foreign")
    for wrong, said in (
        ("", "Choose the unit"),
        ("x", "Choose a unit"),
        (str(foreign.id), "not in that unit any more"),
    ):
        answer = desk.browser.post(address, {"unit": wrong})
        assert (answer.status_code, said in words(answer.text)) == (422, True), wrong
    assert "Foreign" not in desk.page(sketch)
    assert "Move to" not in colleague.get(f"/sketches/{sketch.id}").text
    answer = colleague.post(address, {"unit": str(second.id)})
    assert (answer.status_code, "Only whoever handed the sketch in" in words(answer.text)) == (403, True)
    supervisor, account = Browser(app), person("Supervisor", Role.SUPERVISOR)
    join(desk.db, account, "First", "Second")
    supervisor.sign_in(account, PASSWORD)
    assert "In First: everybody in it sees this sketch. Move to" in words(supervisor.get(f"/sketches/{sketch.id}").text)
    assert supervisor.post(address, {"unit": str(second.id)}).status_code == 303
    assert desk.sketch(str(sketch.id)).unit_id == second.id


def test_an_administrator_gives_sketches_that_are_in_no_unit_to_one(
    desk: Desk, admin: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    address = f"/admin/accounts/{desk.account.id}"
    assert "Sketches without a unit" not in admin.get(address).text
    sketches = [desk.add("Harbour"), desk.add("Old Station", seed=2)]
    desk.browser.upload(drawing_png(3), parent=str(sketches[0].id))
    page = admin.get(address).text
    assert "2 sketches are in no unit: only this account sees them." in words(page)
    assert "There is no unit yet." in words(page)
    unit = units.add_unit(desk.db, "Cold cases")
    for wrong, said in (
        ("", "Choose the unit that"),
        ("x", "Choose the unit from"),
        (str(desk.account.id), "no such unit"),
    ):
        answer = admin.post(f"{address}/sketches", {"unit": wrong})
        assert (answer.status_code, said in words(answer.text)) == (422, True), wrong
    answer = admin.post(f"{address}/sketches", {"unit": str(unit.id)})
    page = words(admin.get(answer.headers["Location"]).text)
    assert "The sketches are in the unit now" in page
    assert "Sketches without a unit" not in page
    assert "Harbour" not in page
    assert "Cold cases 0 accounts, 0 case files, 2 sketches" in words(admin.get(PAGE).text)
    assert {desk.sketch(str(one.id)).unit_id for one in sketches} == {unit.id}
    assert "sketches_given" in caplog.text
    assert "Harbour" not in caplog.text
