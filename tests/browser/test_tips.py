"""The forms for tips in a real browser, with scripts and without: axe, no sideways scroll, a tip and its answer."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.database import Database
from app.storage import open_store
from app.tips import opening
from models import Account, Tip, TipFile, TipMessage
from tests.browser.watched import RENDERED, violations
from tests.live import LiveServer
from tests.servers import wait_until

LOOKS = [((1440, 900), "light"), ((360, 740), "dark")]


def look(page: Page) -> None:
    """What holds for every page."""
    assert violations(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def been_open(began: float) -> None:
    """Without a script, time is asked for instead of work."""
    wait_until(lambda: time.monotonic() - began > 3.5, 10, "somebody wrote for 3 s")


def pages(page: Page, url: str, language: str) -> None:
    for path in ("", "safety", "new?notice=abc", "report?notice=abc", "receipt"):
        page.goto(f"{url}/tips/{language}/{path}")
        look(page)
    page.goto(f"{url}/tips/{language}/nothing")
    look(page)


@pytest.mark.parametrize("language", ["en", "th"])
@pytest.mark.parametrize("size, scheme", LOOKS, ids=["wide", "phone"])
def test_every_page(product: LiveServer, chromium: Browser, size: tuple[int, int], scheme: str, language: str) -> None:
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if scheme == "dark" else "light"
    )
    pages(context.new_page(), product.url, language)
    context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_tip_and_its_answer(
    product: LiveServer, records: Database, chromium: Browser, account: Account, tmp_path: Path, scripts: bool
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(bytes(range(256)) * (40_000 if scripts else 1000))  # 10 MB: three pieces
    context = chromium.new_context(java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{product.url}/tips/en/")
    page.get_by_role("link", name="Send a tip").click()
    began = time.monotonic()
    page.get_by_label("What do you know?").fill("I saw her at the pier.")
    page.get_by_label("Photos, videos, documents").set_input_files(photo)
    if scripts:
        expect(page.get_by_text("Arrived")).to_be_visible(timeout=RENDERED)
    else:
        been_open(began)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you. It has arrived.")).to_be_visible()
    if scripts:
        look(page)
    number = page.locator(".tips-number").inner_text()
    words = page.locator(".tips-words").inner_text()
    assert re.fullmatch(r"[a-z]+(\s+[a-z]+){5}", words)
    receipt = number.replace(" ", "")
    with records.session() as db:

        def noted() -> bool:
            db.rollback()  # or SQLite goes on showing what it showed first
            return db.scalar(select(Tip.id).where(Tip.receipt == receipt)) is not None

        wait_until(noted, 60, "the tip")
        tip = db.scalars(select(Tip).where(Tip.receipt == receipt)).one()
        message = db.scalars(select(TipMessage).where(TipMessage.tip_id == tip.id)).one()
        assert opening.open_message(db, product.settings, message).text == "I saw her at the pier."
        file = db.scalars(select(TipFile).where(TipFile.tip_id == tip.id)).one()
        with opening.open_file(db, product.settings, open_store(product.settings), file) as (facts, pieces):
            assert b"".join(pieces) == photo.read_bytes()
        assert (facts.name, facts.segments) == ("photo.jpg", 3 if scripts else 1)
        opening.write_reply(db, tip, account.id, "Which pier?")
    page.get_by_role("main").get_by_role("link", name="Come back with a receipt").click()
    page.get_by_label("Number").fill(number)
    page.get_by_label("Six words").fill(words)
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_text("Which pier?")).to_be_visible()
    if scripts:
        look(page)
    assert context.cookies() == []
    page.get_by_label("Your words").fill("The old one.")
    if not scripts:
        been_open(time.monotonic())
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("What you added has arrived.")).to_be_visible()
    context.close()
