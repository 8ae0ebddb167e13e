"""The administrator's page of operations: what it shows, what it does, and what it must never show."""

import datetime as dt
import re
import uuid
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import jobs, workers
from app.admin.operations_queue import KIND_WORDS
from app.database import transaction
from app.health import weights
from app.settings import Settings
from models import Account, Job, JobKind, JobState, Role, Unit, utc_now
from tests.app.renderers import CAPABILITIES
from tests.app.web import Browser
from tests.pages.desk import Desk, words
from tests.people import PASSWORD, Person

PAGE = "/admin/operations"
MIGRATIONS = Path(__file__).parents[2] / "migrations" / "versions"


@pytest.fixture
def admin(app: Flask, person: Person) -> Browser:
    browser = Browser(app)
    browser.sign_in(person("Head", Role.ADMIN), PASSWORD)
    return browser


@pytest.fixture
def owner(person: Person) -> Account:
    return person("Owner")


def add(db: Session, owner: Account, kind: JobKind = JobKind.RENDER, state: JobState = JobState.QUEUED) -> Job:
    with transaction(db):
        job = jobs.enqueue(db, kind, uuid.uuid4(), owner.id, {"seed": 1})
        job.state = state
        if state not in jobs.OPEN:
            job.finished_at = utc_now()
    return job


def now(db: Session, job: Job) -> Job:
    db.rollback()
    return db.scalars(select(Job).where(Job.id == job.id).execution_options(populate_existing=True)).one()


def test_with_nothing_going_on_it_says_so(admin: Browser) -> None:
    said = words(admin.get(PAGE).text)
    assert "No worker takes this kind" in said
    assert "No worker is running" in said
    assert "No job is in this state." in said
    head = max(file.name[:4] for file in MIGRATIONS.glob("0*.py"))
    assert f"SQLite, schema {head}, code {head}" in said
    assert "GB free" in said


def test_it_says_which_unit_a_job_is_for(admin: Browser, desk: Desk) -> None:
    desk.account.units = [Unit(name="Harbour district"), Unit(name="Cold cases")]
    desk.db.commit()
    harbour = desk.db.scalars(select(Unit).where(Unit.name == "Harbour district")).one()
    desk.add("Secret title", unit=str(harbour.id))
    page = admin.get(PAGE).text
    assert "Harbour district" in page
    assert "Cold cases" not in page
    assert "Secret title" not in page


def test_it_counts_by_kind_and_lists_by_state(admin: Browser, db: Session, owner: Account) -> None:
    waiting = add(db, owner)
    failed = [add(db, owner, state=JobState.FAILED) for _ in range(2)]
    parked = add(db, owner, JobKind.ALIGN, JobState.PARKED)
    first = admin.get(PAGE).text
    assert str(waiting.id) in first
    assert str(failed[0].id) not in first
    said = words(first)
    assert "Find eyes 0 \u2013 0 0 1" in said
    assert re.search(r"Render 1 \d+ s 0 2 0", said)
    listed = admin.get(f"{PAGE}?state=failed").text
    assert all(str(job.id) in listed for job in failed)
    assert str(parked.id) not in listed
    assert str(parked.id) in admin.get(f"{PAGE}?state=parked&kind=align").text
    assert str(parked.id) not in admin.get(f"{PAGE}?state=parked&kind=render").text


def test_five_hundred_jobs_are_fifty_a_page(admin: Browser, db: Session, owner: Account) -> None:
    with transaction(db):
        made = [jobs.enqueue(db, JobKind.RENDER, uuid.uuid4(), owner.id, {}) for _ in range(500)]
        for number, job in enumerate(made):
            job.created_at -= dt.timedelta(seconds=number)
    first, last = admin.get(PAGE).text, admin.get(f"{PAGE}?page=10").text
    assert first.count('data-label="Unit"') == last.count('data-label="Unit"') == 50
    assert str(made[0].id) in first
    assert str(made[-1].id) in last
    assert "Page 1 of 10" in words(first)
    for page in ("-3", "0", "99999999999999999999", "x"):
        assert admin.get(f"{PAGE}?page={page}").status_code == 200


def test_a_job_is_retried_cancelled_and_moved(admin: Browser, db: Session, owner: Account) -> None:
    job = add(db, owner, state=JobState.FAILED)
    place = {"state": "failed", "page": "1"}
    answer = admin.post(f"/admin/jobs/{job.id}/retry", place)
    assert answer.status_code == 303
    assert "state=failed" in answer.headers["Location"]
    assert now(db, job).state == JobState.QUEUED
    assert "The job waits again." in admin.get(answer.headers["Location"]).text
    second = add(db, owner)
    assert jobs.position(db, second) == 2
    admin.post(f"/admin/jobs/{second.id}/priority", {"urgency": "raised"})
    assert jobs.position(db, now(db, second)) == 1
    assert "Raised" in words(admin.get(PAGE).text)
    admin.post(f"/admin/jobs/{second.id}/priority", {"urgency": "lowered"})
    assert jobs.position(db, now(db, second)) == 2
    admin.post(f"/admin/jobs/{second.id}/priority", {"urgency": "normal"})
    assert now(db, second).priority == jobs.PRIORITY[JobKind.RENDER]
    admin.post(f"/admin/jobs/{second.id}/cancel")
    assert now(db, second).state == JobState.CANCELLED


def test_a_raised_render_still_waits_for_faces_to_be_found(db: Session, owner: Account) -> None:
    render, align = add(db, owner), add(db, owner, JobKind.ALIGN)
    jobs.set_urgency(db, render, "raised")
    jobs.set_urgency(db, align, "lowered")
    assert jobs.position(db, now(db, align)) == 1


def test_what_is_too_late_is_said(admin: Browser, db: Session, owner: Account) -> None:
    job = add(db, owner, state=JobState.DONE)
    for action, fields in (("retry", {}), ("cancel", {}), ("priority", {"urgency": "raised"})):
        answer = admin.post(f"/admin/jobs/{job.id}/{action}", fields)
        assert answer.status_code == 409
        assert "That did not work" in answer.text
    assert admin.post(f"/admin/jobs/{job.id}/priority", {"urgency": "now"}).status_code == 422
    assert admin.post(f"/admin/jobs/{uuid.uuid4()}/retry").status_code == 404
    assert now(db, job).state == JobState.DONE


def test_all_failed_of_a_kind_are_retried_at_once(admin: Browser, db: Session, owner: Account) -> None:
    failed = [add(db, owner, state=JobState.FAILED) for _ in range(3)]
    other, parked = add(db, owner, JobKind.ALIGN, JobState.FAILED), add(db, owner, state=JobState.PARKED)
    answer = admin.post(f"{PAGE}/retry-failed", {"job_kind": "render"})
    assert "3 failed jobs wait again." in admin.get(answer.headers["Location"]).text
    assert {now(db, job).state for job in failed} == {JobState.QUEUED}
    assert (now(db, other).state, now(db, parked).state) == (JobState.FAILED, JobState.PARKED)
    again = admin.post(f"{PAGE}/retry-failed", {"job_kind": "render"})
    assert "no failed job" in admin.get(again.headers["Location"]).text
    assert admin.post(f"{PAGE}/retry-failed", {"job_kind": "bake"}).status_code == 422


def test_workers_show_device_kinds_heartbeat_and_work(admin: Browser, db: Session, owner: Account) -> None:
    abilities = {**CAPABILITIES, "device": "cuda:Some GPU/bf16", "asked_device": "cuda:1"}
    worker = workers.register(db, "render-01-0123456789ab", "2", abilities, [JobKind.RENDER])
    silent = workers.register(db, "old-0123456789ab", "1", CAPABILITIES)
    job = add(db, owner, state=JobState.RUNNING)
    with transaction(db):
        job.lease_owner, job.started_at = worker.id, utc_now()
        silent.heartbeat_at -= dt.timedelta(minutes=5)
    said = words(admin.get(PAGE).text)
    row = rf"render-01 / 2 cuda:Some GPU/bf16 \(cuda:1\) Render \d+ s ago Render {str(job.id)[:8]}"
    assert re.search(row, said), said
    kinds = ", ".join(str(words) for words in KIND_WORDS.values())
    assert f"old / 1 cpu {kinds} 5 min ago Silent" in said
    assert "No worker takes this kind" in said  # nobody who lives finds eyes


def test_models_show_whether_workers_have_loaded_just_them(admin: Browser, db: Session, settings: Settings) -> None:
    name, sha256 = next(iter(weights(settings.weights).items()))
    for slot, digest in (("1", sha256), ("2", "0" * 64)):
        workers.register(db, "host-0123456789ab", slot, {"weights": [{"name": name, "sha256": digest}]})
    said = words(admin.get(PAGE).text)
    assert f"{name} {sha256[:16]} 1 with another file; restart them" in said


def test_it_shows_nothing_of_a_case(desk: Desk, admin: Browser) -> None:
    sketch = desk.add("Scar left cheek")
    desk.worker()
    desk.render(sketch)
    pages = [admin.get(f"{PAGE}?state={state}").text for state in ("queued", "running", "failed", "parked")]
    pages.append(admin.get(f"{PAGE}/status.json").text)
    assert str(desk.jobs(sketch)[0].id) in pages[0]
    for page in pages:
        assert "Scar" not in page
        assert str(sketch.id) not in page
        assert desk.account.email not in page
        assert desk.account.name not in page
        assert sketch.clean_key not in page


def test_the_status_changes_when_something_did(admin: Browser, db: Session, owner: Account) -> None:
    answer = admin.get(f"{PAGE}/status.json")
    etag = answer.headers["ETag"]
    assert admin.get(f"{PAGE}/status.json", **{"If-None-Match": etag}).status_code == 304
    assert f'data-etag="{etag.replace(chr(34), "&quot;")}"' in admin.get(PAGE).text
    add(db, owner)
    changed = admin.get(f"{PAGE}/status.json", **{"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.get_json()["queue"]["render"]["queued"] == 1


def test_a_sketch_whose_kind_nobody_takes_says_that_it_waits(desk: Desk, db: Session) -> None:
    sketch = desk.add()
    desk.worker()
    desk.render(sketch)
    workers.register(db, "here", "1", CAPABILITIES, [JobKind.RENDER])
    assert "Waiting for a worker that finds eyes; none is running" in words(desk.page(sketch))
    workers.register(db, "here", "1", CAPABILITIES, [JobKind.ALIGN])
    said = words(desk.page(sketch))
    assert "Waiting for a worker that renders; none is running" in said
    assert "No worker that renders is running just now." in said
