"""The page of operations in a real browser: it follows the queue by itself, and fits a phone."""

import uuid

import pytest
from playwright.sync_api import expect

from app import jobs
from app.database import Database, transaction
from models import Account, Job, JobKind, JobState, Role, utc_now
from tests.browser.conftest import PHONE, WIDE, Visit, make_account
from tests.servers import wait_until


@pytest.fixture
def admin(records: Database) -> Account:
    return make_account(records, f"admin.{uuid.uuid4().hex}@example.org", Role.ADMIN)


@pytest.fixture
def failed(records: Database, account: Account) -> Job:
    with records.session() as db, transaction(db):
        job = jobs.enqueue(db, JobKind.RENDER, uuid.uuid4(), account.id, {"engine": "none"})
        job.state, job.finished_at = JobState.FAILED, utc_now()
        return job


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_it_follows_what_happens_and_acts(
    visit: Visit, admin: Account, failed: Job, records: Database, account: Account, size: tuple[int, int]
) -> None:
    page = visit(admin, size).page
    page.goto("/admin/operations?state=failed")
    short = str(failed.id)[:8]
    expect(page.get_by_text(short)).to_be_visible()
    with records.session() as db, transaction(db):
        later = jobs.enqueue(db, JobKind.RENDER, uuid.uuid4(), account.id, {})
        later.state, later.finished_at = JobState.FAILED, utc_now()
    expect(page.get_by_text(str(later.id)[:8])).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name=f"Retry {short}").click()
    expect(page.get_by_text("The job waits again.")).to_be_visible()
    wait_until(lambda: _attempts(records, failed) == 1, 60, "the worker's try")


def _attempts(records: Database, job: Job) -> int:
    with records.session(read_only=True) as db:
        return db.get_one(Job, job.id).attempts
