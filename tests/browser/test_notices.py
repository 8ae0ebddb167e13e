"""Cutting off and covering a part of a picture: by pointer, by finger, by keys, and without a script by numbers."""

import uuid

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from app.database import Database, transaction
from app.filing.place import Place
from app.identity import accounts, units
from app.notices import service
from app.notices.content import Picture
from app.storage import open_store
from app.studio import service as studio
from models import Account, Case, CaseAssignment, Job, Likeness, Notice, Sketch
from tests import noticed
from tests.app.drawings import drawing_png
from tests.browser.conftest import PHONE, Visit
from tests.live import LiveServer
from tests.servers import wait_until


@pytest.fixture
def notice(product: LiveServer, records: Database, account: Account) -> uuid.UUID:
    """A draft of one picture, in a case of the account's."""
    with records.session() as db:
        unit = units.add_unit(db, f"Unit of {account.email}")
        with transaction(db):
            accounts.locked(db, account.id).units = [unit]
            case = Case(number=account.email[:40], title="Pier", unit_id=unit.id, created_by=account.id)
            db.add(case)
            db.flush()
            db.add(CaseAssignment(case_id=case.id, account_id=account.id))
        case_id = case.id
        likeness = _likeness(product, records, account, case_id)
        said = noticed.content([likeness])
        return service.draft(db, accounts.get_account(db, account.id), case_id, said).id


def _likeness(product: LiveServer, records: Database, account: Account, case_id: uuid.UUID) -> uuid.UUID:
    """Rendered by the product's own worker."""
    with records.session() as db:
        mine = accounts.get_account(db, account.id)
        sketch = studio.create_sketch(
            db, open_store(product.settings), mine, drawing_png(3), "a.png", "Tall",
            place=Place(case_id, None),
        )  # fmt: skip
        sketch_id = sketch.id

    def aligned() -> bool:
        with records.session(read_only=True) as db:
            return db.get_one(Sketch, sketch_id).found_method is not None

    wait_until(aligned, 90, "the eyes")
    with records.session() as db:
        studio.request_render(db, accounts.get_account(db, account.id), db.get_one(Sketch, sketch_id), "pix2pix", 0)

    def rendered() -> bool:
        with records.session(read_only=True) as db:
            return db.scalar(select(Likeness.id).where(Likeness.sketch_id == sketch_id)) is not None

    wait_until(rendered, 90, "the likeness")
    with records.session(read_only=True) as db:
        assert db.scalars(select(Job.id).where(Job.subject_id == sketch_id)).all()
        return db.scalars(select(Likeness.id).where(Likeness.sketch_id == sketch_id)).one()


def stored(records: Database, notice: uuid.UUID) -> Picture:
    with records.session(read_only=True) as db:
        return service.content_of(db.get_one(Notice, notice)).pictures[0]


def draw(page: Page, stage: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag from one point to another, in shares of the stage."""
    stage.evaluate("one => one.scrollIntoView({block: 'center'})")
    box = stage.bounding_box()
    assert box is not None
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=4)
    page.mouse.up()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save pictures").last.click()
    page.wait_for_url("**/notices/*")
    expect(page.get_by_role("heading", name="Pictures", exact=True)).to_be_visible()


def test_a_box_is_drawn_moved_and_removed(page: Page, records: Database, notice: uuid.UUID) -> None:
    page.goto(f"/notices/{notice}/pictures")
    stage, boxes = page.locator(".redact-stage"), page.locator('.redact-shape[data-part="box"]')
    draw(page, stage, (0.2, 0.2), (0.4, 0.3))
    draw(page, stage, (0.6, 0.6), (0.8, 0.9))
    expect(boxes).to_have_count(2)
    boxes.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    expect(boxes.first).to_have_attribute("aria-label", "Covered: from 21 to 41 percent across, from 20 to 31 down")
    boxes.nth(1).focus()
    page.keyboard.press("Delete")
    expect(boxes).to_have_count(1)
    expect(page.get_by_role("button", name="Add a box")).to_be_focused()
    save(page)
    ((left, top, right, bottom),) = stored(records, notice).boxes
    assert [left, top, right, bottom] == pytest.approx([0.21, 0.2, 0.41, 0.31], abs=0.006)


def test_the_frame_is_drawn_in_and_let_go(page: Page, records: Database, notice: uuid.UUID) -> None:
    page.goto(f"/notices/{notice}/pictures")
    stage = page.locator(".redact-stage")
    draw(page, stage, (0.995, 0.995), (0.8, 0.9))
    save(page)
    assert stored(records, notice).crop == pytest.approx((0, 0, 0.805, 0.905), abs=0.01)
    page.goto(f"/notices/{notice}/pictures")
    page.get_by_role("button", name="Show all of it").click()
    save(page)
    assert stored(records, notice).crop == (0, 0, 1, 1)


def test_on_a_phone_it_is_drawn_too(visit: Visit, account: Account, records: Database, notice: uuid.UUID) -> None:
    page = visit(account, PHONE, has_touch=True).page
    page.goto(f"/notices/{notice}/pictures")
    page.get_by_role("button", name="Add a box").tap()
    expect(page.locator('.redact-shape[data-part="box"]')).to_be_focused()
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    save(page)
    assert stored(records, notice).boxes == ((0.35, 0.35, 0.65, 0.65),)


def test_without_a_script_numbers_do(visit: Visit, account: Account, records: Database, notice: uuid.UUID) -> None:
    page = visit(account, java_script_enabled=False).page
    page.goto(f"/notices/{notice}/pictures")
    page.get_by_text("Cut off and covered, in numbers").click()
    for side, value in {"left": "10", "top": "20", "right": "30", "bottom": "40"}.items():
        page.locator(f'input[name="box_{side}_1"]').fill(value)
    save(page)
    assert stored(records, notice).boxes == ((0.1, 0.2, 0.3, 0.4),)
