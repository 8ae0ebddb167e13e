"""The door: wrong passwords, the rest after five of them, and a link that sets a new one."""

from playwright.sync_api import Page, expect

from app.database import Database
from app.identity import accounts, links
from models import Account
from tests.browser.conftest import PASSWORD, Visit
from tests.live import LiveServer


def sign_in(page: Page, account: Account, password: str) -> None:
    page.get_by_label("E-mail address").fill(account.email)
    page.get_by_label("Password").fill(password)
    with page.expect_navigation():  # the next page says the same words as this one
        page.get_by_role("button", name="Sign in").click()


def test_five_wrong_tries_and_the_account_rests(
    visit: Visit, account: Account, records: Database, product: LiveServer
) -> None:
    visitor = visit()
    visitor.expected = ("403",)
    page = visitor.page
    page.goto("/sketches?q=harbour")
    for _ in range(5):
        sign_in(page, account, "wrong")
        expect(page.get_by_role("alert")).to_contain_text("After five wrong tries an account rests for 15 minutes")
        expect(page.get_by_label("E-mail address")).to_have_value(account.email)
    sign_in(page, account, PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("rests for 15 minutes")
    expect(page.get_by_role("alert")).to_be_focused()

    with records.session() as db:
        token = links.issue_set_password(db, accounts.get_account(db, account.id))
    page.goto(f"{product.url}/set-password/{token}")
    page.get_by_label("Password", exact=True).fill("eleven grey paper moons")
    page.get_by_label("The same password again").fill("eleven grey paper moons")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("heading", name="No cases yet")).to_be_visible()


def test_signing_in_leads_to_where_one_was_going(visit: Visit, account: Account) -> None:
    page = visit().page
    page.goto("/account")
    sign_in(page, account, PASSWORD)
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


def test_the_appearance_is_the_persons_choice(visit: Visit, account: Account) -> None:
    page = visit(account, color_scheme="light").page
    page.goto("/account")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("radio", name="Dark").check()
    page.get_by_role("button", name="Save appearance").click()
    expect(page.get_by_text("Saved for this device.")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
