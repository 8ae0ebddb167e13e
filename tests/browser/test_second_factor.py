"""Setting up a second factor and being asked for it, wide and light, narrow and dark."""

import pyotp
import pytest
from playwright.sync_api import Page, expect

from app.database import Database, transaction
from app.identity import accounts
from models import Account, utc_now
from tests.browser.conftest import PASSWORD, PHONE, WIDE, Visit
from tests.browser.watched import violations

SET_UP = "From now on you are asked for a code when you sign in."


def look(page: Page, what: str) -> None:
    assert violations(page) == [], what
    size = page.viewport_size
    assert size
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], what


@pytest.mark.parametrize("scheme, size", [("light", WIDE), ("dark", PHONE)])
def test_from_setting_up_to_giving_up(
    visit: Visit, account: Account, records: Database, scheme: str, size: tuple[int, int]
) -> None:
    visitor = visit(account, size, color_scheme=scheme, is_mobile=size == PHONE)
    visitor.expected = ("403",)
    page = visitor.page
    page.goto("/account")
    page.get_by_role("link", name="Set up").click()
    page.wait_for_url("**/account/second-factor")
    look(page, "not set up")
    page.get_by_role("button", name="Set up").click()
    expect(page.locator("svg.qr")).to_be_visible()
    look(page, "key")
    secret = page.locator(".copy-line code").inner_text().replace(" ", "")
    page.get_by_label("Code").fill("12")
    page.get_by_role("button", name="Confirm with the code").click()
    expect(page.get_by_role("alert")).to_contain_text("That code is not right")
    page.get_by_label("Code").fill(pyotp.TOTP(secret).at(utc_now()))
    page.get_by_role("button", name="Confirm with the code").click()
    expect(page.get_by_text(SET_UP)).to_be_visible()
    look(page, "set up")
    with records.session() as db, transaction(db):
        accounts.locked(db, account.id).totp_last_step = 0

    page.context.clear_cookies()
    page.goto("/account")
    page.get_by_label("E-mail address").fill(account.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    look(page, "asked for")
    page.get_by_label("Code").fill(pyotp.TOTP(secret).at(utc_now()))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    expect(page.get_by_text("A code is asked for when you sign in.")).to_be_visible()
