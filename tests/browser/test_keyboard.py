"""The whole way with the keyboard alone."""

from playwright.sync_api import Locator, Page, expect

from models import Account
from tests.browser.conftest import PASSWORD, Visit
from tests.browser.watched import RENDERED, SAMPLES


def tab_to(page: Page, target: Locator, most: int = 60) -> None:
    """Press Tab until the target has the focus, and see that the focus shows."""
    for _ in range(most):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} cannot be reached with the Tab key")


def test_from_signing_in_to_the_wipe(visit: Visit, account: Account) -> None:
    page = visit().page
    # Listening from the start: a picker that opens before the browser was told to hand it over is lost unseen.
    page.on("filechooser", lambda _: None)
    page.goto("/sign-in")
    tab_to(page, page.get_by_label("E-mail address"))
    page.keyboard.type(account.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases")

    tab_to(page, page.get_by_role("navigation", name="Main").get_by_role("link", name="New sketch"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/sketches/new")
    expect(page.locator("#upload")).to_have_attribute("data-scripted", "yes")  # a key before that opens no picker
    tab_to(page, page.locator("#files"))
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(SAMPLES / "short-hair.png")
    tab_to(page, page.get_by_label("Title"))
    page.keyboard.press("Enter")

    ring = page.get_by_role("slider", name="Eye on the left")
    expect(ring).to_be_visible(timeout=RENDERED)
    page.wait_for_load_state()
    tab_to(page, ring)
    page.keyboard.press("ArrowLeft")
    tab_to(page, page.get_by_role("radio", name="4", exact=True))
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("radio", name="1", exact=True)).to_be_checked()
    tab_to(page, page.locator("[data-render]"))
    page.keyboard.press("Enter")
    expect(page.locator('[data-likeness="1"]')).to_be_visible(timeout=RENDERED)
    expect(page.locator("#announcer")).to_have_text("Likeness 1 is done.")
    expect(page.locator("[data-render]")).to_be_focused()

    page.locator("#main").focus()
    tab_to(page, page.get_by_role("radio", name="Side by side"))
    page.keyboard.press("ArrowRight")
    wipe = page.get_by_role("slider", name="Wipe from the sketch to the likeness")
    tab_to(page, wipe)
    page.keyboard.press("ArrowRight")
    expect(wipe).to_have_value("51")


def test_skipping_to_the_content(page: Page) -> None:
    page.goto("/sketches")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_the_menu_closes_and_gives_the_focus_back(page: Page) -> None:
    page.goto("/sketches")
    menu = page.get_by_label("Your account")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(menu).to_be_focused()
