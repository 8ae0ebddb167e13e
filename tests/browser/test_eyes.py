"""The rings on the eyes: dragged, moved by the keyboard, set by numbers, and kept with the likeness."""

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from app.database import Database, transaction
from models import Account, Sketch
from tests.browser.conftest import Visit
from tests.browser.watched import render, upload
from tests.servers import wait_until


def middle(element: Locator) -> tuple[float, float]:
    box = element.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def position(page: Page, side: str) -> tuple[float, float]:
    return tuple(float(page.locator(f"#{side}_{axis}").input_value()) for axis in "xy")  # type: ignore[return-value]


def test_dragging_and_then_rendering(page: Page) -> None:
    upload(page)
    ring, before = page.get_by_role("slider", name="Eye on the left"), position(page, "left")
    x, y = middle(ring)
    page.mouse.move(x + 3, y + 3)
    page.mouse.down()
    page.mouse.move(x + 3 - 20, y + 3 + 10, steps=4)
    expect(page.locator(".lens")).to_be_visible()
    page.mouse.up()
    expect(page.locator(".lens")).to_be_hidden()
    after = position(page, "left")
    assert after[0] < before[0] - 5
    assert after[1] > before[1] + 2
    moved_x, moved_y = middle(ring)
    assert moved_x == pytest.approx(x - 20, abs=1.5)
    assert moved_y == pytest.approx(y + 10, abs=1.5)
    render(page)
    expect(page.get_by_text("eyes placed by hand")).to_be_visible()
    with page.expect_download() as facts:
        page.get_by_role("link", name="Download provenance").click()
    alignment = json.loads(facts.value.path().read_text())["alignment"]
    assert alignment["method"] == "given"
    assert alignment["eyes"][0] == pytest.approx(after, abs=0.1)
    page.reload()
    assert position(page, "left") == pytest.approx(after, abs=0.1)


def test_untouched_eyes_stay_the_programs(page: Page) -> None:
    upload(page)
    expect(page.locator("[data-reset-eyes]")).to_be_hidden()
    render(page)
    expect(page.get_by_text(re.compile("eyes found"))).to_be_visible()


def test_keys_numbers_and_the_way_back(page: Page) -> None:
    upload(page)
    before = position(page, "right")
    ring = page.get_by_role("slider", name="Eye on the right")
    ring.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    after = position(page, "right")
    assert after[0] > before[0]
    assert before[1] - after[1] == pytest.approx(10 * (after[0] - before[0]), abs=0.3)
    expect(ring).to_have_attribute("aria-valuetext", f"{round(after[0])} across, {round(after[1])} down")
    page.get_by_text("Exact positions").click()
    page.locator("#right_x").fill("300")
    expect(ring).to_have_attribute("aria-valuenow", "300")
    page.get_by_role("button", name="Back to where they were found").click()
    assert position(page, "right") == before
    expect(page.locator("[data-reset-eyes]")).to_be_hidden()


def test_a_ring_stays_on_the_paper(page: Page) -> None:
    upload(page)
    x, y = middle(page.get_by_role("slider", name="Eye on the left"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(2, y)
    page.mouse.up()
    assert position(page, "left")[0] == 0


def test_eyes_that_were_not_found_are_placed(page: Page, records: Database, account: Account) -> None:
    upload(page)
    with records.session() as db, transaction(db):
        sketch = db.query(Sketch).where(Sketch.owner_id == account.id).one()
        sketch.found_eyes, sketch.found_method = None, "centred"
    page.reload()
    expect(page.get_by_text("No face was found in the drawing.")).to_be_visible()
    expect(page.get_by_role("slider", name="Eye on the left")).to_be_hidden()
    page.get_by_role("button", name="Place the eyes").click()
    expect(page.get_by_role("slider", name="Eye on the left")).to_be_focused()
    render(page)
    expect(page.get_by_text("eyes placed by hand")).to_be_visible()


def test_dragging_by_finger(visit: Visit, account: Account) -> None:
    page = visit(account, (360, 740), has_touch=True).page
    upload(page)
    ring, before = page.get_by_role("slider", name="Eye on the left"), position(page, "left")
    box = ring.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 36
    ring.scroll_into_view_if_needed()
    x, y = middle(ring)
    touch = page.context.new_cdp_session(page)
    for kind, points in (
        ("touchStart", [{"x": x, "y": y}]),
        ("touchMove", [{"x": x - 15, "y": y + 4}]),
        ("touchMove", [{"x": x - 30, "y": y + 8}]),
        ("touchEnd", []),
    ):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    wait_until(lambda: position(page, "left")[0] < before[0] - 20, 60, "the ring's way")
