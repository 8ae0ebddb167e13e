"""Every page, on a wide screen and on a phone, light and dark: no violation that axe knows, no sideways scroll."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app.database import Database
from models import Account, JobState, Role
from tests.browser.conftest import PHONE, WIDE, Visit, make_account
from tests.browser.jobs import put_render
from tests.browser.watched import SAMPLES, render, upload

# Colours depend on the scheme and layout on the width, so two looks see both of each.
LOOKS = [("light", WIDE), ("dark", PHONE)]
LONG = "A title that somebody typed in a hurry, with a " + "Verylongword" * 8


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1][0]}")
def window(request: pytest.FixtureRequest, visit: Visit, account: Account) -> Page:
    scheme, size = request.param
    visitor = visit(account, size, color_scheme=scheme, reduced_motion="reduce", is_mobile=size == PHONE)
    visitor.expected = ("404", "403")
    return visitor.page


def check(page: Page, what: str) -> None:
    found = Axe().run(page).response["violations"]
    assert [(what, one["id"], one["nodes"][0]["html"]) for one in found] == []
    assert page.viewport_size
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"{what} is {width} px wide"


def test_the_plain_pages(window: Page) -> None:
    for path in ("/sketches", "/sketches?q=zebra", "/sketches/new", "/account", "/about", "/nothing-here"):
        window.goto(path)
        check(window, path)


def test_a_sketch_from_ready_to_done(window: Page, records: Database, account: Account) -> None:
    upload(window, title=LONG)
    check(window, "ready")
    render(window)
    check(window, "done")
    window.get_by_role("radio", name="Wipe").check()
    check(window, "wipe")
    window.get_by_role("radio", name="Side by side").check()
    window.get_by_role("link", name="Likeness, full size").click()
    expect(window.get_by_role("dialog")).to_be_visible()
    check(window, "full size")
    window.keyboard.press("Escape")
    window.get_by_label("Your account").click()
    check(window, "menu")
    put_render(records, account, JobState.PARKED, "It stopped the renderer three times.")
    window.reload()
    window.get_by_text("Exact positions").click()
    check(window, "parked")
    window.goto("/sketches")
    check(window, "list")
    window.get_by_role("link", name="A title that somebody").click()
    window.get_by_role("link", name="New version").click()
    check(window, "new version")


def test_files_that_are_refused(window: Page) -> None:
    window.goto("/sketches/new")
    empty = {"name": "empty.png", "mimeType": "image/png", "buffer": b""}
    window.locator("#files").set_input_files(SAMPLES / "short-hair.png")
    window.locator("#files").set_input_files(files=[empty])  # type: ignore[arg-type]
    expect(window.locator(".queue-item")).to_have_count(2)
    check(window, "queue")


@pytest.mark.parametrize("scheme, size", LOOKS)
def test_the_door(visit: Visit, scheme: str, size: tuple[int, int]) -> None:
    visitor = visit(None, size, color_scheme=scheme, is_mobile=size == PHONE)
    visitor.expected = ("410",)
    page = visitor.page
    for path in ("/sign-in", "/set-password/used-or-unknown", "/about"):
        page.goto(path)
        check(page, path)


@pytest.mark.parametrize("scheme, size", LOOKS)
def test_the_administrators_page(
    visit: Visit, records: Database, request: pytest.FixtureRequest, scheme: str, size: tuple[int, int]
) -> None:
    admin = make_account(records, f"{request.node.name}@example.org", Role.ADMIN)
    page = visit(admin, size, color_scheme=scheme, is_mobile=size == PHONE).page
    page.goto("/")
    check(page, "accounts")
    page.get_by_role("textbox", name="Name").fill("Newcomer with a rather long name for such a narrow column")
    page.get_by_label("E-mail address").fill(f"new.{admin.email}")
    page.get_by_role("button", name="Add and make a link").click()
    expect(page.get_by_text("One-time link for")).to_be_visible()
    check(page, "link")
    link = page.locator("[data-text*='/set-password/']").get_attribute("data-text")
    assert link is not None
    page.goto(link)
    check(page, "choose a password")
