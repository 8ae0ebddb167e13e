"""The pages in Thai as a browser that asks for it shows them: dates, words of scripts, the switch, axe, no overflow."""

import re

import pytest
from playwright.sync_api import Page, expect

from models import Account
from tests.browser.conftest import PHONE, WIDE, Visit
from tests.browser.test_pages import check

BANGKOK = {"locale": "th-TH", "timezone_id": "Asia/Bangkok"}
NEW_YEAR = "2026-12-31T17:30:00+00:00"
"""In Bangkok half an hour of 2570, in UTC still 2569."""


def shown(page: Page, moment: str) -> str:
    """What the page's own script makes of a time that the server wrote."""
    page.evaluate(
        """moment => {
          const one = document.createElement("local-time");
          one.id = "here";
          one.innerHTML = `<time datetime="${moment}">UTC</time>`;
          document.querySelector("#here")?.remove();
          document.body.append(one);
        }""",
        moment,
    )
    return page.locator("#here").inner_text()


def test_dates_are_in_the_buddhist_era_of_the_readers_zone(visit: Visit) -> None:
    thai, english = (visit(None, locale=locale, timezone_id="Asia/Bangkok").page for locale in ("th-TH", "en-GB"))
    for page in (thai, english):
        page.goto("/about")
    assert re.fullmatch(r"1 ม\.ค\. 2570,? (เวลา )?00:30( น\.)?", shown(thai, NEW_YEAR))
    assert shown(english, NEW_YEAR) == "1 Jan 2027, 00:30"


def test_scripts_speak_the_language_of_the_page(visit: Visit, account: Account) -> None:
    page = visit(account, **BANGKOK).page
    page.goto("/sketches/new")
    empty = {"name": "empty.png", "mimeType": "image/png", "buffer": b""}
    page.locator("#files").set_input_files(files=[empty])  # type: ignore[arg-type]
    expect(page.locator(".queue-item [data-error]")).to_have_text("ไฟล์ว่างเปล่า กรุณาบันทึกใหม่แล้วเลือกอีกครั้ง")
    expect(page.get_by_role("button", name="นำ empty.png ออก")).to_be_visible()


def test_the_language_is_chosen_on_the_page_and_kept(visit: Visit, account: Account) -> None:
    page = visit(account).page
    page.goto("/account")
    page.get_by_label("Your account").click()
    page.get_by_role("button", name="ไทย").click()
    expect(page).to_have_url(re.compile("/account$"))
    expect(page.locator("html")).to_have_attribute("lang", "th")
    expect(page.get_by_role("heading", name="บัญชีของคุณ")).to_be_visible()
    other = visit(account).page
    other.goto("/sketches")
    expect(other.locator("html")).to_have_attribute("lang", "th")


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_thai_pages_fit_and_can_be_read_out(visit: Visit, account: Account, size: tuple[int, int]) -> None:
    visitor = visit(account, size, is_mobile=size == PHONE, **BANGKOK)
    visitor.expected = ("404",)
    for path in ("/sketches", "/sketches/new", "/account", "/account/second-factor", "/about", "/nothing-here"):
        visitor.page.goto(path)
        check(visitor.page, path)
