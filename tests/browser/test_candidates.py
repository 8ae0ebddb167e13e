"""Several candidates side by side, and one of them kept with the keyboard."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.test_keyboard import tab_to
from tests.browser.watched import RENDERED, upload, violations


def candidates(page: Page) -> Locator:
    return page.locator(".candidates > li")


def test_four_candidates_and_the_third_is_kept_by_keyboard(page: Page) -> None:
    upload(page)
    expect(page.get_by_role("radio", name="4", exact=True)).to_be_checked()
    page.locator("[data-render]").click()
    expect(candidates(page)).to_have_count(4, timeout=RENDERED)
    expect(page.locator(".candidates img")).to_have_count(4, timeout=RENDERED)
    expect(candidates(page).nth(0)).to_contain_text("Neutral")
    assert len({image.get_attribute("src") for image in page.locator(".candidates img").all()}) == 4
    assert violations(page) == []
    third = candidates(page).nth(2)
    number = third.locator("img").get_attribute("data-likeness")
    page.locator("#main").focus()
    tab_to(page, third.get_by_role("button"))
    page.keyboard.press("Enter")
    expect(page.locator(f'[data-region="face"] [data-likeness="{number}"]')).to_be_visible()
    expect(page.locator("#announcer")).to_have_text(f"Likeness {number} is kept.")
    expect(page.locator(".badge-kept")).to_be_visible()
    expect(page.get_by_role("link", name="All 4 candidates")).to_be_focused()
    expect(page.get_by_role("radio", name="Wipe")).to_be_visible()
    assert violations(page) == []
    page.reload()
    expect(page.locator(f'[data-region="face"] [data-likeness="{number}"]')).to_be_visible()
    page.get_by_role("link", name="All 4 candidates").click()
    expect(candidates(page)).to_have_count(4)
    expect(candidates(page).nth(2)).to_contain_text("Kept")
    page.goto("/sketches")
    kept = page.locator(".sketch-row img").nth(1).get_attribute("src") or ""
    assert kept.endswith("/thumbnail")
