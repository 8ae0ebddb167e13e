"""An administrator's way: a unit, an invitation, a list of people, and a change that asks for the password again."""

import csv
import datetime as dt
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from app.database import Database, transaction
from models import Account, Role, SignInSession, utc_now
from tests.browser.conftest import PASSWORD, Visit, make_account


@pytest.fixture
def admin(records: Database, request: pytest.FixtureRequest, first_account: None) -> Account:
    return make_account(records, f"{request.node.name}.admin@example.org", Role.ADMIN)


def accept(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", name="Welcome. Choose a password")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    page.wait_for_url("**/cases")  # signed in


def test_a_unit_an_invitation_and_its_acceptance(visit: Visit, admin: Account) -> None:
    page = visit(admin).page
    page.goto("/admin/units")
    page.get_by_label("Name", exact=True).fill("Harbour police")
    page.get_by_role("button", name="Add the unit").click()
    expect(page.get_by_text("The unit is added.")).to_be_visible()
    page.get_by_role("link", name="Invitations").click()
    page.get_by_role("link", name="Invite", exact=True).click()
    page.get_by_label("Name", exact=True).fill("Newcomer")
    page.get_by_label("E-mail address").fill("newcomer.to.harbour@example.org")
    page.get_by_label("Harbour police").check()
    page.get_by_role("button", name="Invite and make a link").click()
    expect(page.get_by_text("is not shown again")).to_be_visible()
    newcomer = visit().page
    accept(newcomer, page.locator(".copy-line code").inner_text())
    newcomer.goto("/sketches/new")
    expect(newcomer.get_by_text("For your unit, Harbour police")).to_be_visible()


def test_a_list_of_people_and_the_file_of_their_links(visit: Visit, admin: Account, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("email;name;roles;units\nlisted.1@example.org;Person 1;investigator;Listed unit\n")
    visitor = visit(admin)
    visitor.expected = ("422",)
    page = visitor.page
    page.goto("/admin/accounts/import")
    page.get_by_label("CSV file").set_input_files(people)
    page.get_by_role("button", name="Check the list").click()
    expect(page.get_by_role("alert")).to_contain_text("Line 2 There is no unit “Listed unit”")
    page.get_by_label("CSV file").set_input_files(people)
    page.get_by_label("Add units that are new").check()
    page.get_by_role("button", name="Check the list").click()
    page.get_by_role("button", name="Invite 1 person").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save all links as CSV").click()
    rows = list(csv.reader(Path(download.value.path()).read_text("utf-8-sig").splitlines()))
    assert rows[1][:2] == ["listed.1@example.org", "Person 1"]
    newcomer = visit().page
    accept(newcomer, rows[1][2])
    expect(newcomer.get_by_role("heading", name="No cases yet")).to_be_visible()


def test_a_grave_change_asks_for_the_password_and_leads_back(
    visit: Visit, admin: Account, account: Account, records: Database
) -> None:
    visitor = visit(admin)
    visitor.expected = ("403",)
    page = visitor.page
    page.goto(f"/admin/accounts/{account.id}")
    with records.session() as db, transaction(db):
        long_ago = utc_now() - dt.timedelta(minutes=15)
        db.execute(update(SignInSession).where(SignInSession.account_id == admin.id).values(confirmed_at=long_ago))
    page.get_by_role("button", name="Suspend the account").click()
    page.get_by_role("link", name="Confirm that it is you").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name=account.name)).to_be_visible()
    page.get_by_role("button", name="Suspend the account").click()
    expect(page.get_by_text("signed out everywhere")).to_be_visible()
