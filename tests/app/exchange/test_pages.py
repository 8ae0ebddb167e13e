"""The pages of exports and imports, as a browser gets them."""

import io
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, select

from app import create_app
from app.database import transaction
from app.exchange import views
from app.retention import deletion, policies
from models import (
    Case,
    CaseExport,
    CaseImport,
    CaseStatus,
    CustodyEntry,
    DeletionRequest,
    Proposal,
    RetentionPolicy,
)
from tests.app.exchange.cases import Office, full_case, office, open_case
from tests.app.web import Browser, forget_confirmations, services


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Office]:
    made = office(f"sqlite:///{tmp_path / 'records.db'}", tmp_path / "var")
    yield made
    made.close()


@pytest.fixture
def app(here: Office) -> Flask:
    return create_app(here.settings)


def signed_in(app: Flask, account: object) -> Browser:
    browser = Browser(app)
    assert browser.sign_in(account).status_code == 303  # type: ignore[arg-type]
    return browser


def test_a_case_is_exported_and_fetched(here: Office, app: Flask) -> None:
    case, browser = full_case(here), signed_in(app, here.supervisor)
    page = f"/cases/{case.id}/export"
    assert "Nobody has exported this case yet" in browser.get(page).text
    assert browser.post(page, {"format": "zip", "language": "en", "paper": "a4"}).status_code == 303
    waiting = browser.get(page).text
    assert "data-waiting" in waiting
    assert "Download" not in waiting
    here.work()
    export = here.db.scalars(select(CaseExport)).one()
    assert f"/exports/{export.id}/file" in browser.get(page).text
    answer = browser.get(f"/exports/{export.id}/file")
    assert answer.headers["Content-Disposition"] == "attachment; filename=case-2026-00001.zip"
    assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None
    browser.get(f"/exports/{export.id}/file")
    here.db.rollback()
    taken = here.db.scalars(select(CustodyEntry).where(CustodyEntry.action == "evidence.downloaded")).all()
    assert [(one.object_id, one.after) for one in taken] == [(export.id, export.sha256)], "once in a quarter of an hour"


@pytest.mark.parametrize(
    "fields", [{}, {"format": "exe"}, {"format": "pdf", "paper": "a0"}, {"format": "zip", "language": "xx"}]
)
def test_an_export_of_what_there_is_not_is_refused(here: Office, app: Flask, fields: dict[str, str]) -> None:
    case, browser = open_case(here), signed_in(app, here.supervisor)
    assert browser.post(f"/cases/{case.id}/export", fields).status_code == 422
    assert here.db.scalars(select(CaseExport)).all() == []


def test_a_case_is_imported_through_the_page(here: Office, app: Flask, data: bytes) -> None:
    browser = signed_in(app, here.supervisor)
    sent = {"file": (io.BytesIO(data), "case.zip"), "number": ""}
    assert browser.post("/cases/import", sent).status_code == 303
    assert "Being checked" in browser.get("/cases/import").text
    here.work()
    case = here.db.scalars(select(Case)).one()
    assert f"/cases/{case.id}" in browser.get("/cases/import").text
    for path in (f"/cases/{case.id}", f"/cases/{case.id}/notes", f"/cases/{case.id}/timeline", "/sketches"):
        assert browser.get(path).status_code == 200
    again = {"file": (io.BytesIO(data), "case.zip")}
    browser.post("/cases/import", again)
    here.work()
    assert "This case is here already, as 2026-00001" in browser.get("/cases/import").text


def test_no_file_is_refused_and_a_large_one_taken(here: Office, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other forms take 64 MB at most."""
    browser = signed_in(app, here.supervisor)
    assert browser.post("/cases/import", {"number": "1"}).status_code == 422
    large = {"file": (io.BytesIO(bytes(65 * 2**20)), "case.zip")}
    assert browser.post("/cases/import", large).status_code == 303
    large = {"files": (io.BytesIO(bytes(65 * 2**20)), "sketch.png")}
    assert browser.post("/sketches/new", large).status_code == 413
    assert here.db.scalars(select(CaseImport.size)).all() == [65 * 2**20]
    assert views.FORM < 65 * 2**20


def test_a_deletion_by_two_people_in_the_browser(here: Office, app: Flask) -> None:
    case = full_case(here)
    one, other = signed_in(app, here.supervisor), signed_in(app, here.other)
    assert one.post(f"/cases/{case.id}/deletion", {"reason": ""}).status_code == 422
    assert one.post(f"/cases/{case.id}/deletion", {"reason": "The time has run out"}).status_code == 303
    here.db.rollback()
    request = here.db.scalars(select(DeletionRequest)).one()
    assert "Delete for good" not in one.get("/retention").text
    assert one.post(f"/deletions/{request.id}/approve").status_code == 403
    assert "Delete for good" in other.get("/retention").text
    forget_confirmations(app)
    assert other.post(f"/deletions/{request.id}/approve").status_code == 403, "it is to be confirmed first"
    other.post("/confirm", {"password": "nine small teal boats"})
    assert other.post(f"/deletions/{request.id}/approve").status_code == 303
    assert other.get(f"/cases/{case.id}").status_code == 404
    assert "its pictures are being removed" in other.get("/retention").text
    assert other.post(f"/deletions/{request.id}/approve").status_code == 409


def test_a_hold_shows_and_blocks(here: Office, app: Flask) -> None:
    case, browser = open_case(here), signed_in(app, here.supervisor)
    assert browser.post(f"/cases/{case.id}/hold", {"reason": "A court's order"}).status_code == 303
    assert "A court&#39;s order" in browser.get(f"/cases/{case.id}/retention").text
    assert "Legal hold" in browser.get(f"/cases/{case.id}").text
    assert browser.post(f"/cases/{case.id}/deletion", {"reason": "Over"}).status_code == 422
    assert browser.post(f"/cases/{case.id}/release").status_code == 303
    assert browser.post(f"/cases/{case.id}/release").status_code == 409


def test_policies_are_set_and_removed_and_cases_are_listed(here: Office, app: Flask) -> None:
    browser = signed_in(app, here.supervisor)
    assert (
        browser.post("/retention/policies", {"status": "closed", "months": "x", "proposal": "delete"}).status_code
        == 422
    )
    assert (
        browser.post("/retention/policies", {"status": "open", "months": "1", "proposal": "archive"}).status_code == 303
    )
    policy = here.db.scalars(select(RetentionPolicy)).one()
    case = open_case(here)
    with transaction(here.db):
        row = here.db.get_one(Case, case.id)
        row.status_since = row.status_since.replace(year=2020)
    assert case.title in browser.get("/retention").text
    assert browser.post(f"/retention/policies/{policy.id}/remove").status_code == 303
    assert browser.post(f"/retention/policies/{policy.id}/remove").status_code == 404
    assert case.title not in browser.get("/retention").text


def test_what_is_not_ones_own_is_not_there(here: Office, app: Flask) -> None:
    case, browser = full_case(here), signed_in(app, here.stranger)
    here.export(case)
    export = here.db.scalars(select(CaseExport)).one()
    request = deletion.ask(here.db, here.supervisor, case.id, "Over")
    for path in (f"/cases/{case.id}/export", f"/cases/{case.id}/retention", f"/exports/{export.id}/file"):
        assert browser.get(path).status_code == 404
    assert browser.post(f"/cases/{case.id}/export", {"format": "zip"}).status_code == 404
    assert browser.post(f"/deletions/{request.id}/refuse").status_code == 403
    assert browser.get(f"/exports/{uuid.uuid4()}/file").status_code == 404


def test_a_page_takes_eight_queries_at_most(here: Office, app: Flask) -> None:
    case, browser = full_case(here), signed_in(app, here.supervisor)
    here.export(case)
    policies.set_policy(here.db, here.supervisor, CaseStatus.OPEN, 1, Proposal.ARCHIVE)
    for number in range(5):
        deletion.ask(here.db, here.other, open_case(here, f"2020-{number}").id, "Over")
    statements: list[str] = []
    event.listen(services(app).database.engine, "before_cursor_execute", lambda _c, _u, one, *_: statements.append(one))
    for path in (f"/cases/{case.id}/export", "/cases/import", "/retention", f"/cases/{case.id}/retention"):
        statements.clear()
        assert browser.get(path).status_code == 200
        found = [one for one in statements if not one.startswith(("BEGIN", "PRAGMA"))]
        assert len(found) <= 8, "\n".join(found)
