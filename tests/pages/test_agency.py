"""The administrators' pages about the agency: state, settings and logo, limits, usage."""

import io
import re

import pytest
from flask import Flask
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from app.agency import limiting
from app.database import transaction
from app.identity import units
from models import Account, CustodyEntry, Role, Sketch
from tests.app.drawings import drawing_png
from tests.app.web import Browser, services
from tests.pages.desk import Desk, words
from tests.pages.test_units import join
from tests.people import PASSWORD, Person

AGENCY = {"revision": "0", "name": "Harbour Police", "address": "1 Quay", "time_zone": "Asia/Bangkok"}


@pytest.fixture
def head(person: Person) -> Account:
    return person("Head", Role.ADMIN)


@pytest.fixture
def admin(app: Flask, head: Account) -> Browser:
    browser = Browser(app)
    browser.sign_in(head, PASSWORD)
    return browser


def saved(admin: Browser, section: str, fields: dict[str, str]) -> str:
    answer = admin.post(f"/admin/settings/{section}", fields)
    assert answer.status_code == 303, words(answer.text)
    return words(admin.get(answer.headers["Location"]).text)


def test_administrators_begin_with_the_agency(admin: Browser, db: Session) -> None:
    assert admin.get("/").headers["Location"] == "/admin"
    page = words(admin.get("/admin").text)
    assert "It has no name yet. Give it one" in page
    assert "1 account can sign in" in page
    assert "No unit is near a limit" in page
    units.add_unit(db, "Homicide")
    assert "Homicide has no supervisor" in words(admin.get("/admin").text)


def test_a_setting_is_saved_and_seen_by_everybody(admin: Browser, stranger: Browser, db: Session) -> None:
    assert "The settings are saved." in saved(admin, "agency", AGENCY)
    assert "Harbour Police" in stranger.get("/sign-in").text
    assert "Changed by Head" in words(admin.get("/admin/settings").text)
    entry = db.scalars(select(CustodyEntry).where(CustodyEntry.action == "setting.changed")).one()
    assert entry.details["now"]["name"] == "Harbour Police"
    assert entry.request_id


def test_what_cannot_be_is_marked_and_what_was_typed_stays(admin: Browser) -> None:
    answer = admin.post("/admin/settings/entry", {"revision": "0", "session_hours": "99", "confirm_minutes": "7"})
    page = words(answer.text)
    assert (answer.status_code, "Give a whole number from 1 to 24." in page) == (422, True)
    assert 'value="99"' in answer.text
    assert 'value="7"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    for revision in ("", "x", "-1", "9" * 12):
        assert admin.post("/admin/settings/entry", {"revision": revision}).status_code == 422


def test_a_form_drawn_before_somebody_elses_change_is_refused(admin: Browser) -> None:
    saved(admin, "entry", {"revision": "0", "session_hours": "4", "confirm_minutes": "5"})
    answer = admin.post("/admin/settings/entry", {"revision": "0", "session_hours": "6", "confirm_minutes": "5"})
    assert (answer.status_code, "Somebody else has changed these settings" in words(answer.text)) == (409, True)
    assert 'value="4"' in answer.text


def test_the_length_of_a_session_is_a_setting(admin: Browser, app: Flask, person: Person) -> None:
    saved(admin, "entry", {"revision": "0", "session_hours": "2", "confirm_minutes": "5"})
    answer = Browser(app).sign_in(person("Somebody"), PASSWORD)
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("semblance="))
    assert "Max-Age=7200" in cookie
    assert "5 minutes" in words(admin.get("/confirm").text)


def test_one_person_mode_is_said_on_every_page_of_administrators(admin: Browser) -> None:
    said = "One person alone can publish and delete here."
    pages = ("/admin", "/admin/accounts", "/admin/invitations", "/admin/units", "/admin/quotas", "/admin/usage")
    more = ("/glass/record", "/admin/settings", "/admin/operations")
    assert not any(said in admin.get(page).text for page in (*pages, *more))
    saved(admin, "cases", {"revision": "0", "case_numbers": "{number}", "glass_minutes": "60"})
    assert all(said in admin.get(page).text for page in (*pages, *more))


def test_languages_that_are_not_offered_cannot_be_chosen(admin: Browser, stranger: Browser) -> None:
    saved(admin, "languages", {"revision": "0", "languages": "th", "language": "th"})
    page = stranger.get("/sign-in").text
    assert '<html lang="th"' in page
    assert 'action="/language"' not in page
    assert stranger.post("/language", {"language": "en"}).status_code == 422


def test_the_pattern_shows_a_number(admin: Browser) -> None:
    page = admin.get("/admin/settings").text
    assert re.search(r'<output for="case_numbers"[^>]*>20\d\d-00042</output>', page)


def test_the_logo_is_on_every_page_and_can_be_removed(admin: Browser, stranger: Browser) -> None:
    assert stranger.get("/admin/logo").status_code == 404
    data = (io.BytesIO(drawing_png(2)), "logo.png")
    answer = admin.post("/admin/settings/logo", {"revision": "0", "action": "set", "file": data})
    assert answer.status_code == 303
    source = re.search(r'class="agency-logo" src="([^"]+)"', stranger.get("/sign-in").text)
    assert source is not None
    picture = stranger.get(source[1])
    assert (picture.status_code, picture.mimetype, picture.data[:8]) == (200, "image/png", b"\x89PNG\r\n\x1a\n")
    assert admin.post("/admin/settings/logo", {"revision": "1", "action": "remove"}).status_code == 303
    assert "agency-logo" not in stranger.get("/sign-in").text


@pytest.mark.parametrize("data", [b"", b"<svg/>"])
def test_what_is_no_picture_is_no_logo(admin: Browser, data: bytes) -> None:
    answer = admin.post("/admin/settings/logo", {"revision": "0", "file": (io.BytesIO(data), "logo.svg")})
    assert (answer.status_code, "This cannot be the logo." in words(answer.text)) == (422, True)


def test_limits_are_set_shown_and_taken_back(admin: Browser, db: Session) -> None:
    unit = units.add_unit(db, "Homicide")
    address = f"/admin/quotas/unit/{unit.id}"
    fields = {"revision": "0", "renders_a_day": "100", "open_jobs": "", "stored_bytes": "2048"}
    page = words(admin.get(admin.post(address, fields).headers["Location"]).text)
    assert "Homicide 0 of 100 No limit 0 B of 2.0 GB" in page
    assert 'name="stored_bytes" inputmode="numeric" value="2048"' in admin.get(address).text
    assert admin.post(address, {**fields, "open_jobs": "5"}).status_code == 409
    assert admin.post(address, {"revision": "1"}).status_code == 303
    assert "Homicide No limit No limit No limit" in words(admin.get("/admin/quotas").text)


@pytest.mark.parametrize("limit", ["-1", "1.5", "many", "1000001"])
def test_what_is_no_limit_is_marked(admin: Browser, db: Session, limit: str) -> None:
    unit = units.add_unit(db, "Homicide")
    answer = admin.post(f"/admin/quotas/unit/{unit.id}", {"revision": "0", "renders_a_day": limit})
    assert (answer.status_code, "Give a whole number from 0 to 1000000" in words(answer.text)) == (422, True)


def test_a_limit_stops_work_in_plain_words_and_is_announced(desk: Desk, head: Account) -> None:
    (unit,) = join(desk.db, desk.account, "Homicide")
    sketch = desk.add()
    desk.work()
    limiting.set_limits(desk.db, head, "unit", unit.id, 0, {"renders_a_day": 2})
    assert "Likenesses of your unit today" not in words(desk.page(sketch))
    desk.render(sketch, seed="1")
    desk.render(sketch, seed="2")
    assert "Likenesses of your unit today: 2 of 2." in words(desk.page(sketch))
    assert "Likenesses of your unit today: 2 of 2." in words(desk.browser.get("/sketches/new").text)
    fields = {"engine": "pix2pix", "seed": "3", "strength": "0.25"}
    answer = desk.browser.post(f"/sketches/{sketch.id}/render", fields)
    assert answer.status_code == 429
    assert "Your unit may have 2 likenesses made a day" in words(answer.text)
    problem = desk.browser.post(f"/sketches/{sketch.id}/render", fields, Accept="application/json")
    assert (problem.status_code, problem.get_json()["code"]) == (429, "quota_reached")


def test_a_full_unit_takes_nothing_in(desk: Desk, head: Account) -> None:
    (unit,) = join(desk.db, desk.account, "Homicide")
    desk.add()
    limiting.set_limits(desk.db, head, "unit", unit.id, 0, {"stored_bytes": 2**20})
    with transaction(desk.db):
        desk.db.execute(update(Sketch).values(stored_size=2**20))
    answer = desk.browser.upload(drawing_png(4))
    assert (answer.status_code, "Your unit may store 1 MB" in words(answer.text)) == (422, True)


def test_usage_is_drawn_told_and_tabled(desk: Desk, admin: Browser) -> None:
    (unit,) = join(desk.db, desk.account, "Homicide")
    sketch = desk.add()
    desk.render(sketch)
    page = admin.get("/admin/usage").text
    assert page.count("<figure") == page.count('role="img"') == 5
    for name in ("renders", "sketches", "cases", "accounts", "bytes"):
        assert f'aria-labelledby="{name}-title {name}-words"' in page
    assert page.count('class="chart-bar"') == 4
    assert "Cases opened Nothing in this time." in words(page)
    assert "style=" not in page
    assert re.search(r"Homicide 1 1 0 1 [\d.]+ kB", words(page))
    assert "Days, weeks and months begin at midnight, UTC." in words(page)
    for query in (f"by=week&unit={unit.id}", "by=month", "by=nothing", "unit=nothing"):
        assert admin.get(f"/admin/usage?{query}").status_code == 200


def test_usage_as_a_file_runs_nothing(desk: Desk, admin: Browser) -> None:
    join(desk.db, desk.account, '=HYPERLINK("http://x.example")')
    desk.add()
    answer = admin.get("/admin/usage.csv?by=month")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert answer.headers["Content-Disposition"] == "attachment; filename=usage-by-month.csv"
    assert lines[0] == "month,unit,renders,sketches,cases,accounts,bytes"
    assert len(lines) == 13
    assert all(re.match(r'20\d\d-\d\d-01,"\'=HYPERLINK', line) for line in lines[1:])
    assert re.search(r",0,1,0,1,\d+$", lines[-1])


def test_an_empty_agency_has_its_pages_too(admin: Browser) -> None:
    assert "No units yet" in words(admin.get("/admin/quotas").text)
    assert "There is no unit yet, and nothing outside one." in words(admin.get("/admin/usage").text)
    assert "Nobody has broken the glass" in words(admin.get("/glass/record").text)


@pytest.mark.parametrize(
    "path", ["/admin", "/admin/settings", "/admin/quotas", "/admin/usage", "/glass", "/glass/record"]
)
def test_a_page_takes_eight_queries_at_most(app: Flask, admin: Browser, db: Session, head: Account, path: str) -> None:
    for number in range(6):
        unit = units.add_unit(db, f"Unit {number}")
        limiting.set_limits(db, head, "unit", unit.id, 0, {"renders_a_day": 5, "stored_bytes": 5, "open_jobs": 5})
    statements: list[str] = []
    event.listen(services(app).database.engine, "before_cursor_execute", lambda _c, _u, one, *_: statements.append(one))
    assert admin.get(path).status_code == 200
    found = [one for one in statements if not one.startswith(("BEGIN", "PRAGMA"))]
    assert len(found) <= 8, "\n".join(found)
