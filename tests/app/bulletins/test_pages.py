"""The pages of bulletins, as a browser gets them."""

import uuid

import pytest
from flask import Flask
from sqlalchemy import event, select

from app import create_app
from app.bulletins import fonts
from app.database import transaction
from models import Bulletin, Case, CustodyEntry, Ended, Publication, utc_now
from tests.app.bulletins.asked import make, wish
from tests.app.bulletins.publications import WORDS, publish
from tests.app.exchange.cases import Office, open_case
from tests.app.web import Browser, services

FORM = {"format": "pdf", "paper": "a4", "language": "en", "dots": "150"}


@pytest.fixture
def app(here: Office) -> Flask:
    return create_app(here.settings)


def signed_in(app: Flask, account: object) -> Browser:
    browser = Browser(app)
    assert browser.sign_in(account).status_code == 303  # type: ignore[arg-type]
    return browser


def withdraw(office: Office, publication: Publication) -> None:
    with transaction(office.db):
        row = office.db.get_one(Publication, publication.id, populate_existing=True)
        row.ended_at, row.ended_why = utc_now(), Ended.WITHDRAWN


def downloads(office: Office) -> list[tuple[uuid.UUID | None, str | None]]:
    office.db.rollback()
    query = select(CustodyEntry).where(CustodyEntry.action == "evidence.downloaded")
    return [(one.object_id, one.after) for one in office.db.scalars(query)]


def test_a_bulletin_is_made_and_fetched(here: Office, app: Flask, case: Case) -> None:
    publish(here.db, here.store, here.supervisor, case.id, "7kq2m9xw")
    browser = signed_in(app, here.investigator)
    page = "/publications/7kq2m9xw/bulletins"
    assert "Nobody has made a bulletin of this notice yet" in browser.get(page).text
    address = browser.post(page, FORM).headers["Location"]
    assert "data-waiting" in browser.get(address).text
    assert browser.get(f"{address}/file").status_code == 404
    assert browser.get(f"{address}/preview").status_code == 404
    here.work()
    shown = browser.get(address).text
    assert WORDS["en"].headline in shown
    assert f"{address}/file" in shown
    answer = browser.get(f"{address}/file")
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"] == "attachment; filename=notice-7kq2m9xw-v1-en-a4.pdf"
    browser.get(f"{address}/file")
    made = here.db.scalars(select(Bulletin)).one()
    assert downloads(here) == [(made.id, made.sha256)], "once in a quarter of an hour"
    assert browser.get(f"{address}/preview").mimetype == "image/webp"
    assert f'href="{address}"' in browser.get(page).text
    assert f'href="{address}"' in browser.get("/bulletins").text


def test_a_pack_is_made_of_what_is_ticked_and_fetched_in_every_case(here: Office, app: Flask, case: Case) -> None:
    other = open_case(here, "2026-00002")
    notices = [publish(here.db, here.store, here.supervisor, one.id, f"of-{one.number}") for one in (case, other)]
    browser = signed_in(app, here.supervisor)
    ids = [str(one.id) for one in notices]
    assert all(f'value="{one}"' in browser.get("/bulletins").text for one in ids)
    answer = browser.post("/bulletins", {**FORM, "language": "both", "publication": ids})
    here.work()
    address = answer.headers["Location"]
    assert "A pack of 2 notices" in browser.get(address).text
    assert "4 sheets" in browser.get(address).text
    browser.get(f"{address}/file")
    assert len(downloads(here)) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"format": "exe"},
        {"paper": "a0"},
        {"language": "xx"},
        {"dots": "9600"},
        {"publication": "x"},
        {"publication": []},
    ],
)
def test_what_there_is_not_is_refused(here: Office, app: Flask, case: Case, fields: dict[str, str]) -> None:
    notice = publish(here.db, here.store, here.supervisor, case.id, "7kq2m9xw")
    browser = signed_in(app, here.supervisor)
    answer = browser.post("/bulletins", {**FORM, "publication": str(notice.id), **fields})
    assert (answer.status_code, "That did not work" in answer.text) == (422, True)
    if "publication" not in fields:
        assert browser.post("/publications/7kq2m9xw/bulletins", {**FORM, **fields}).status_code == 422
    assert here.db.scalars(select(Bulletin)).all() == []


def test_a_withdrawn_one_is_marked_and_fetched_only_on_purpose(here: Office, app: Flask, case: Case) -> None:
    notice = publish(here.db, here.store, here.supervisor, case.id, "7kq2m9xw")
    made = make(here, [notice], wish())
    withdraw(here, notice)
    browser, address = signed_in(app, here.supervisor), f"/bulletins/{made.id}"
    for page in (address, "/bulletins", "/publications/7kq2m9xw/bulletins"):
        assert "Withdrawn, do not post" in browser.get(page).text
    refused = browser.get(f"{address}/file")
    assert (refused.status_code, f'href="{address}"' in refused.text) == (409, True)
    assert downloads(here) == []
    taken = browser.get(f"{address}/file?confirmed=yes")
    assert "filename=do-not-post-notice-7kq2m9xw" in taken.headers["Content-Disposition"]
    assert len(downloads(here)) == 1
    assert browser.post("/publications/7kq2m9xw/bulletins", FORM).status_code == 409
    assert browser.post("/bulletins", {**FORM, "publication": str(notice.id)}).status_code == 409
    assert str(notice.id) not in browser.get("/bulletins").text
    assert "Make the bulletin" not in browser.get("/publications/7kq2m9xw/bulletins").text


def test_what_is_not_ones_own_is_not_there(here: Office, app: Flask, case: Case) -> None:
    notice = publish(here.db, here.store, here.supervisor, case.id, "7kq2m9xw")
    made = make(here, [notice], wish())
    browser = signed_in(app, here.stranger)
    for path in (f"/bulletins/{made.id}", f"/bulletins/{made.id}/file", f"/bulletins/{made.id}/preview"):
        assert browser.get(path).status_code == 404
    assert browser.get("/publications/7kq2m9xw/bulletins").status_code == 404
    assert browser.get("/publications/there-is-none/bulletins").status_code == 404
    assert browser.post("/publications/7kq2m9xw/bulletins", FORM).status_code == 404
    assert browser.post("/bulletins", {**FORM, "publication": str(notice.id)}).status_code == 404
    assert WORDS["en"].headline not in browser.get("/bulletins").text


def test_of_a_corrected_notice_the_newest_version_is_made(here: Office, app: Flask, case: Case) -> None:
    first = publish(here.db, here.store, here.supervisor, case.id, "7kq2m9xw")
    with transaction(here.db):
        row = here.db.get_one(Publication, first.id)
        row.ended_at, row.ended_why = utc_now(), Ended.CORRECTED
        facts = {column: getattr(row, column) for column in ("notice_id", "slug", "content", "languages", "category")}
        here.db.add(Publication(**facts, version=2, expires_at=row.expires_at))
    page = signed_in(app, here.supervisor).get("/publications/7kq2m9xw/bulletins").text
    assert "Version 2" in page
    assert "Make the bulletin" in page


def test_without_a_font_for_thai_the_page_says_so(
    here: Office, app: Flask, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = publish(here.db, here.store, here.supervisor, case.id, "7kq2m9xw")
    browser = signed_in(app, here.supervisor)
    assert "Thai cannot be set" not in browser.get("/bulletins").text, "sudo apt-get install -y fonts-thai-tlwg"
    monkeypatch.setattr(fonts, "installed", lambda: frozenset({"Libertinus Serif"}))
    assert "Thai cannot be set" in browser.get("/bulletins").text
    made = make(here, [notice], wish(languages=["th"]))
    assert "Thai was set without a font for it" in browser.get(f"/bulletins/{made.id}").text


def test_a_page_takes_eight_queries_at_most(here: Office, app: Flask, case: Case) -> None:
    notices = [publish(here.db, here.store, here.supervisor, case.id, f"notice{n}") for n in range(3)]
    made = make(here, notices, wish())
    make(here, notices[:1], wish())
    browser = signed_in(app, here.supervisor)
    statements: list[str] = []
    event.listen(services(app).database.engine, "before_cursor_execute", lambda _c, _u, one, *_: statements.append(one))
    for path in ("/bulletins", f"/bulletins/{made.id}", "/publications/notice0/bulletins"):
        statements.clear()
        assert browser.get(path).status_code == 200
        found = [one for one in statements if not one.startswith(("BEGIN", "PRAGMA"))]
        assert len(found) <= 8, "\n".join(found)
