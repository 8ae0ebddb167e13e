"""From a sketch to its likeness, through the real web server and the real worker."""

import hashlib
import json
import re

from playwright.sync_api import Page, expect

from app.database import Database, transaction
from models import Account, JobState
from tests.browser.conftest import PHONE, Visit
from tests.browser.jobs import put_render
from tests.browser.watched import RENDERED, SAMPLES, render, upload

LABEL = "Computer-generated likeness from a witness sketch. Not a photograph."


def test_from_the_upload_to_the_result_without_a_reload(page: Page) -> None:
    upload(page)
    page.evaluate("window.stayed = true")
    render(page)
    assert page.evaluate("window.stayed")
    face = page.locator('[data-region="face"]')
    expect(face.get_by_text(LABEL)).to_be_visible()
    expect(face.get_by_text("Demonstration model")).to_be_visible()
    expect(page.locator('[data-likeness="1"]')).to_have_js_property("naturalWidth", 512)
    with page.expect_download() as image:
        page.get_by_role("link", name="Download image").click()
    with page.expect_download() as facts:
        page.get_by_role("link", name="Download provenance").click()
    kept = json.loads(facts.value.path().read_text())
    digest = hashlib.sha256(image.value.path().read_bytes()).hexdigest()
    assert kept["output"]["sha256"] == digest
    expect(page.get_by_text(digest, exact=True)).to_be_visible()


def test_on_a_phone_the_face_comes_into_view(visit: Visit, account: Account) -> None:
    """It is asked for at the end of a long page."""
    page = visit(account, PHONE, is_mobile=True).page
    upload(page)
    render(page)
    expect(page.locator('[data-likeness="1"]')).to_be_in_viewport(ratio=0.9)
    expect(page.locator("[data-render]")).not_to_be_in_viewport()


def test_a_sample_from_an_empty_desk(page: Page) -> None:
    page.goto("/sketches")
    expect(page.get_by_role("heading", name="No sketches yet")).to_be_visible()
    page.get_by_role("button", name="Young man with short hair").click()
    expect(page.locator('[data-likeness="1"]')).to_be_visible(timeout=RENDERED)


def test_other_settings_make_another_likeness(page: Page) -> None:
    upload(page)
    render(page)
    page.get_by_label("Seed", exact=True).fill("7")
    render(page, 2)
    strip = page.get_by_role("navigation", name="Likenesses of this sketch")
    expect(strip.get_by_role("link")).to_have_count(2)
    strip.get_by_role("link", name="Likeness 1").click()
    expect(page.locator('[data-likeness="1"]')).to_be_visible()
    expect(page.get_by_label("Seed", exact=True)).to_have_value("0")
    expect(page).to_have_url(re.compile(r"\?likeness=1$"))
    page.get_by_role("button", name="Another seed by chance").click()
    assert int(page.get_by_label("Seed", exact=True).input_value()) > 0


def test_leaving_and_coming_back(page: Page) -> None:
    page.goto("/sketches/new")
    page.get_by_role("button", name="Woman with long hair").click()
    page.wait_for_url("**/sketches/*-*")
    address = page.url
    page.goto("/about")
    page.goto(address)
    expect(page.locator('[data-likeness="1"]')).to_be_visible(timeout=RENDERED)


def test_the_wipe_and_the_full_size_view(page: Page) -> None:
    upload(page)
    render(page)
    page.get_by_role("radio", name="Wipe").check()
    expect(page.locator(".panes")).to_be_hidden()
    face = page.locator(".wipe-frame > img")
    box = face.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    page.mouse.up()
    slider = page.get_by_role("slider", name="Wipe from the sketch to the likeness")
    expect(slider).to_have_value("25")
    assert "25%" in face.evaluate("one => getComputedStyle(one).clipPath")
    page.get_by_role("radio", name="Side by side").check()
    page.get_by_role("link", name="Likeness, full size").click()
    dialog = page.get_by_role("dialog", name="Full size")
    expect(dialog.get_by_text(LABEL)).to_be_visible()
    dialog.get_by_role("radio", name="Sketch").check()
    expect(dialog.get_by_text(LABEL)).to_be_hidden()
    expect(dialog.get_by_role("img", name="The witness sketch")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_failed_likeness_says_why_and_is_tried_again(page: Page, records: Database, account: Account) -> None:
    upload(page)
    put_render(records, account, JobState.FAILED, "The renderer ran out of memory.")
    page.reload()
    expect(page.get_by_text("The renderer ran out of memory.")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator('[data-likeness="1"]')).to_be_visible(timeout=RENDERED)
    expect(page.get_by_text("The renderer ran out of memory.")).to_have_count(0)


def test_a_new_version_keeps_its_lineage(page: Page) -> None:
    upload(page, title="Kiosk")
    render(page)
    page.get_by_role("link", name="New version").click()
    expect(page.get_by_text("Version 2 of")).to_be_visible()
    page.locator("#files").set_input_files(SAMPLES / "pen-drawing.png")
    page.get_by_role("button", name="Add version").click()
    expect(page.get_by_text("Version 2 of 2")).to_be_visible()
    versions = page.locator(".version-row li")
    expect(versions).to_have_count(2)
    expect(versions.nth(0).get_by_alt_text("Likeness 1")).to_be_visible()
    expect(versions.nth(1)).to_contain_text("No likeness yet")
    versions.nth(0).get_by_role("link").click()
    expect(page.get_by_text("Version 1 of 2")).to_be_visible()
    page.goto("/sketches")
    expect(page.locator(".sketch-row")).to_have_count(1)


def test_renaming(page: Page) -> None:
    upload(page)
    page.get_by_text("Rename").click()
    page.get_by_label("Title").fill("Another title")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Another title")).to_be_visible()


def test_a_lost_connection_is_said_and_mended(visit: Visit, account: Account, records: Database) -> None:
    visitor = visit(account)
    visitor.expected = ("ERR_INTERNET_DISCONNECTED",)
    page = visitor.page
    upload(page)
    job = put_render(records, account, JobState.RUNNING)
    page.reload()
    expect(page.locator("[data-work]", has_text="Rendering the likeness")).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_text("The connection is lost.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("The connection is lost.")).to_be_hidden()
    with records.session() as db, transaction(db):
        db.merge(job).state = JobState.CANCELLED
    expect(page.locator("[data-work]", has_text="Ready to render")).to_be_visible()


def test_a_hidden_tab_asks_for_nothing(page: Page, records: Database, account: Account) -> None:
    upload(page)
    put_render(records, account, JobState.RUNNING)
    page.clock.install()
    with page.expect_response("**/status.json"):
        page.reload()
    page.evaluate("""() => {
        Object.defineProperty(document, "hidden", { configurable: true, get: () => window.away });
        window.away = true;
        document.dispatchEvent(new Event("visibilitychange"));
        window.asked = 0;
        const fetch = window.fetch;
        window.fetch = (...given) => { window.asked += 1; return fetch(...given); };
    }""")
    page.clock.run_for(60_000)
    assert page.evaluate("window.asked") == 0
    with page.expect_response("**/status.json"):
        page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")


def test_another_window_signs_out(visit: Visit, account: Account, records: Database) -> None:
    visitor = visit(account)
    visitor.expected = ("401",)
    page = visitor.page
    upload(page)
    put_render(records, account, JobState.RUNNING)
    page.reload()
    other = page.context.new_page()
    other.goto("/account")
    other.get_by_label("Your account").click()
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_text("You are signed out.")).to_be_visible()
    expect(page.get_by_text("You have been signed out.")).to_be_visible()
