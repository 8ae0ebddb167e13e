"""Every page, on a wide screen and on a phone, light and dark: no violation that axe knows, no sideways scroll."""

import pytest
from playwright.sync_api import Page, expect

from app.database import Database, transaction
from app.identity import accounts, units
from models import Account, JobState, Role
from tests.browser.conftest import PHONE, WIDE, Visit, make_account
from tests.browser.jobs import put_render
from tests.browser.watched import SAMPLES, render, upload, violations

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
    assert violations(page) == [], what
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
    window.wait_for_url("**/sketches/new*")
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
    visitor = visit(admin, size, color_scheme=scheme, is_mobile=size == PHONE)
    visitor.expected = ("422",)
    page = visitor.page
    page.goto("/")
    check(page, "accounts")
    for path in (f"accounts/{admin.id}", "units", "invitations", "invitations/new", "accounts/import"):
        page.goto(f"/admin/{path}")
        check(page, path)
    rows = "".join(f"no.address.{number},A,emperor,Nowhere\n" for number in range(30))
    listed(page, rows, "things are wrong; nobody was invited")
    check(page, "a list with mistakes")
    listed(page, f"listed.{admin.email},Listed Person,admin;supervisor,\n", "Invite 1 person")
    check(page, "a list")
    page.get_by_role("button", name="Invite 1 person").click()
    expect(page.get_by_role("heading", name="1 person is invited")).to_be_visible()
    check(page, "a list invited")
    page.goto("/confirm")
    check(page, "confirm")
    page.goto("/admin/invitations/new")
    page.get_by_role("textbox", name="Name").fill("Newcomer with a rather long name for such a narrow column")
    page.get_by_label("E-mail address").fill(f"new.{admin.email}")
    page.get_by_role("button", name="Invite and make a link").click()
    expect(page.get_by_text("One-time link for")).to_be_visible()
    check(page, "link")
    link = page.locator("[data-text*='/invitation/']").get_attribute("data-text")
    assert link is not None
    page.goto(link)
    check(page, "choose a password")


@pytest.mark.parametrize("scheme, size", LOOKS)
def test_whoever_holds_every_role_and_moves_a_sketch(
    visit: Visit, records: Database, request: pytest.FixtureRequest, scheme: str, size: tuple[int, int]
) -> None:
    everybody = make_account(records, f"{request.node.name}@example.org", *Role)
    page = visit(everybody, size, color_scheme=scheme, reduced_motion="reduce", is_mobile=size == PHONE).page
    upload(page, title="Harbour")
    address = page.url
    page.goto(f"/admin/accounts/{everybody.id}")
    expect(page.get_by_text("1 sketch is in no unit")).to_be_visible()
    check(page, "a sketch without a unit")
    with records.session() as db:
        joined = [units.add_unit(db, f"{name} {scheme}").id for name in ("North", "South")]
        with transaction(db):
            accounts.locked(db, everybody.id).units = units.kept(db, joined)
    page.goto(address)
    page.get_by_label("Move to").select_option(label=f"North {scheme}")
    check(page, "to be moved")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text(f"This sketch is in North {scheme} now.")).to_be_visible()
    check(page, "moved")
    for path in ("/sketches", "/sketches/new", "/admin/units", "/admin/operations", "/account"):
        page.goto(path)
        check(page, path)


def listed(page: Page, rows: str, shown: str) -> None:
    """Have a list of people looked at, until the page shows what it says of it."""
    data = f"email,name,roles,units\n{rows}".encode()
    page.get_by_label("CSV file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": data})
    page.get_by_role("button", name="Check the list").click()
    expect(page.get_by_text(shown)).to_be_visible()
