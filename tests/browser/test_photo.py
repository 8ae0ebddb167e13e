"""The real photo in a browser: handed in, followed, wiped by pointer and keys, and its eyes dragged."""

import re

import pytest
from playwright.sync_api import Page, expect

from models import Account
from tests.browser.conftest import PHONE, Visit
from tests.browser.watched import RENDERED, SAMPLES, render, upload


def middle(page: Page, name: str) -> tuple[float, float]:
    ring = page.get_by_role("slider", name=name)
    ring.scroll_into_view_if_needed()
    box = ring.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def hand_in(page: Page, name: str = "long-hair.png") -> None:
    """Put a picture beside a new likeness: a drawing, since nothing here is a photograph of anybody."""
    upload(page)
    render(page)
    page.get_by_role("link", name="Real photo").click()
    page.get_by_label("Photo", exact=True).set_input_files(SAMPLES / name)
    page.get_by_role("button", name="Add photo").click()
    # The page follows the comparison by itself.
    expect(page.get_by_text(re.compile(r"^-?0\.\d{3}$"))).to_be_visible(timeout=RENDERED)
    page.wait_for_load_state()  # done at once, it is there before the script


def test_a_photo_is_compared_while_the_page_waits(page: Page) -> None:
    hand_in(page)
    expect(page.get_by_text("This is not a biometric match.")).to_be_visible()
    expect(page.get_by_text("python -m inference weights import matcher FILE")).to_be_visible()
    expect(page.get_by_text("Found by the program.")).to_be_visible()


def test_the_wipe_follows_keys_and_pointer(page: Page) -> None:
    hand_in(page)
    page.get_by_role("radio", name="Wipe").check()
    wipe = page.get_by_role("slider", name="Wipe from the photo to the likeness")
    expect(wipe).to_be_visible()
    expect(wipe).to_have_attribute("aria-valuetext", "50 % photo")
    wipe.focus()
    page.keyboard.press("ArrowRight")
    expect(wipe).to_have_value("51")
    page.keyboard.press("End")
    expect(wipe).to_have_attribute("aria-valuetext", "100 % photo")
    frame = page.locator(".wipe-frame")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 60, steps=4)
    page.mouse.up()
    assert float(wipe.input_value()) == pytest.approx(25, abs=1)
    clip = frame.locator("img").evaluate("one => getComputedStyle(one).clipPath")
    assert clip == "inset(0px 0px 0px 25%)"
    page.get_by_role("radio", name="Side by side").check()
    expect(wipe).to_be_hidden()


def test_dragged_eyes_are_compared_anew(page: Page) -> None:
    hand_in(page)
    before = page.locator("#left_x").input_value()
    x, y = middle(page, "Eye on the left")
    page.mouse.move(x + 2, y + 2)
    page.mouse.down()
    page.mouse.move(x - 20, y + 14, steps=4)
    expect(page.locator(".lens")).to_be_visible()
    page.mouse.up()
    after = page.locator("#left_x").input_value()
    assert float(after) < float(before) - 5
    page.get_by_role("button", name="Compare again").click()
    expect(page.get_by_text("Placed by hand.")).to_be_visible(timeout=RENDERED)
    page.wait_for_load_state()
    expect(page.locator("#left_x")).to_have_value(after)
    page.get_by_role("slider", name="Eye on the right").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_role("button", name="Back to where they were")).to_be_visible()


def test_without_script_both_stand_side_by_side(visit: Visit, page: Page, account: Account) -> None:
    hand_in(page)
    plain = visit(account, java_script_enabled=False).page
    plain.goto(page.url)
    expect(plain.get_by_alt_text("The real photo", exact=True)).to_be_visible()
    expect(plain.get_by_alt_text(re.compile("computer-generated")).first).to_be_visible()
    expect(plain.get_by_text("Wipe", exact=True)).to_be_hidden()
    expect(plain.get_by_label("Left eye, across")).to_be_attached()


@pytest.mark.parametrize("size", [(1440, 900), PHONE])
def test_nothing_stands_beside_the_screen(visit: Visit, page: Page, account: Account, size: tuple[int, int]) -> None:
    hand_in(page)
    narrow = visit(account, size).page
    for place in (page.url, "/notifications"):
        narrow.goto(place)
        assert narrow.evaluate("document.documentElement.scrollWidth") <= size[0]
