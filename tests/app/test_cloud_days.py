"""The whole product on a bucket: pages, renders, and the days on which the bucket fails."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from app.database import Database
from app.settings import Settings
from app.storage import breaker, cloud
from app.studio import service
from models import Job, JobState, Likeness, Sketch
from tests.app.conftest import settings_for
from tests.app.crew import crew
from tests.app.drawings import drawing_jpeg, drawing_png
from tests.app.web import Browser, services, work
from tests.bucket import Bucket
from tests.people import Person
from tests.servers import wait_until

pytestmark = pytest.mark.cloud


@pytest.fixture
def settings(tmp_path: Path, bucket: Bucket) -> Settings:
    return settings_for(tmp_path / "var", **bucket.environ)


@pytest.fixture
def database_url(settings: Settings) -> str:
    return settings.database_url


@pytest.fixture
def impatient(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("READ_SECONDS", "WRITE_SECONDS"):
        monkeypatch.setattr(cloud, name, 0.4)
    monkeypatch.setattr(breaker, "REST", 0.2)


def downloads(bucket: Bucket) -> list[str]:
    return [one.path for one in bucket.seen if one.path.startswith("/download/")]


def test_pictures_come_through_the_application_and_thumbnails_are_made_once(
    app: Flask, bucket: Bucket, db: Session, signed_in: Browser
) -> None:
    address = signed_in.upload(drawing_jpeg(1)).headers["Location"]
    sketch = db.scalars(select(Sketch)).one()
    assert [one.query["ifGenerationMatch"] for one in bucket.uploads()] == ["0"] * 3
    assert bucket.names() == {sketch.original_key, sketch.clean_key, sketch.thumbnail_key}
    for _ in range(3):
        answer = signed_in.get(address + "/thumbnail")
        assert (answer.status_code, answer.mimetype) == (200, "image/webp")
        assert answer.headers["Cache-Control"].startswith("private,")
        assert answer.headers["Content-Length"] == str(len(answer.data))
        assert "Location" not in answer.headers
    assert len(bucket.uploads()) == 3
    assert len(downloads(bucket)) == 3
    assert all(path.endswith(sketch.thumbnail_key.replace("/", "%2F")) for path in downloads(bucket))
    again = signed_in.get(address + "/thumbnail", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert len(downloads(bucket)) == 3
    assert signed_in.get(address + "/original").data == drawing_jpeg(1)


def test_nothing_is_asked_of_the_bucket_for_somebody_who_may_not_see_it(
    app: Flask, bucket: Bucket, signed_in: Browser, person: Person
) -> None:
    address = signed_in.upload(drawing_png(1)).headers["Location"]
    stranger = Browser(app)
    stranger.sign_in(person())
    for asker, status in ((Browser(app), 302), (stranger, 404)):
        assert asker.get(address + "/image").status_code == status
    assert downloads(bucket) == []


def test_a_lost_or_damaged_object_is_said_and_the_rest_works(
    app: Flask, bucket: Bucket, db: Session, signed_in: Browser
) -> None:
    address = signed_in.upload(drawing_jpeg(1)).headers["Location"]
    sketch = db.scalars(select(Sketch)).one()
    bucket.delete(sketch.clean_key)
    bucket.overwrite(sketch.original_key, b"something else")
    lost, damaged = signed_in.get(address + "/image"), signed_in.get(address + "/original")
    assert (lost.status_code, "missing" in lost.text) == (404, True)
    assert (damaged.status_code, "damaged" in damaged.text) == (409, True)
    assert signed_in.get(address).status_code == 200
    assert signed_in.get(address + "/thumbnail").status_code == 200
    work(app)
    db.rollback()
    job = db.scalars(select(Job)).one()
    assert job.state == JobState.FAILED
    assert "missing" in job.reason


def test_a_bucket_that_is_away_is_503_and_comes_back_without_a_restart(
    app: Flask, bucket: Bucket, db: Session, signed_in: Browser, impatient: None
) -> None:
    address = signed_in.upload(drawing_png(1)).headers["Location"]
    assert signed_in.get("/readyz").status_code == 200
    bucket.failing = 1.0
    for answer in (
        signed_in.get(address + "/image"),
        signed_in.upload(drawing_png(2)),
        signed_in.get(address + "/thumbnail"),
    ):
        assert answer.status_code == 503
        assert "cannot be reached" in answer.text
    wait_until(lambda: signed_in.get("/readyz").get_json()["storage"] == "not usable", 60, "the probe's notice")
    assert signed_in.get(address).status_code == 200
    assert db.scalar(select(func.count()).select_from(Sketch)) == 1
    bucket.failing = 0.0
    wait_until(lambda: signed_in.get(address + "/image").status_code == 200, 60, "the bucket's return")
    assert signed_in.upload(drawing_png(2)).status_code == 303
    wait_until(lambda: signed_in.get("/readyz").status_code == 200, 60, "the probe's second notice")


def test_work_waits_for_a_bucket_that_is_away(
    app: Flask, bucket: Bucket, db: Session, signed_in: Browser, impatient: None
) -> None:
    signed_in.upload(drawing_png(1))
    bucket.failing = 1.0
    work(app)
    db.rollback()
    job = db.scalars(select(Job)).one()
    assert (job.state, job.reason, job.alone, job.deaths) == (JobState.QUEUED, "", False, 0)
    bucket.failing = 0.0

    def done() -> bool:
        work(app)
        return over(db)

    wait_until(done, 60, "the work")
    assert db.scalars(select(Job.state)).one() == JobState.DONE


@pytest.mark.slow
def test_with_a_third_of_the_calls_failing_uploads_and_renders_succeed(
    settings: Settings, database: Database, db: Session, bucket: Bucket, person: Person
) -> None:
    account, app = person(), create_app(settings)
    browser = Browser(app)
    browser.sign_in(account)
    bucket.failing = 0.3
    addresses = [browser.upload(drawing_png(number)).headers["Location"] for number in range(1, 9)]
    sketches = list(db.scalars(select(Sketch).order_by(Sketch.created_at)))
    for sketch in sketches:
        service.request_render(db, account, sketch, "pix2pix", 1)
    with crew(settings.var, **bucket.environ) as hired:
        hired.start()
        wait_until(lambda: over(db), 120, "the work")
    assert set(db.scalars(select(Job.state))) == {JobState.DONE}
    likenesses = {one.sketch_id: one for one in db.scalars(select(Likeness))}
    assert len(likenesses) == len(sketches)
    for number, (address, sketch) in enumerate(zip(addresses, sketches, strict=True), start=1):
        assert browser.get(address + "/original").data == drawing_png(number)
        likeness = likenesses[sketch.id]
        assert likeness.provenance["input"]["sha256"] == sketch.original_sha256
        picture = browser.get(f"/likenesses/{likeness.id}/image")
        assert (picture.status_code, Image.open(io.BytesIO(picture.data)).size) == (200, (512, 512))
    assert bucket.faults > 20
    bucket.failing = 0.0
    assert bucket.names() == set(bucket_keys(db))
    services(app).database.close()


def over(db: Session) -> bool:
    db.rollback()
    return not set(db.scalars(select(Job.state))) & {JobState.QUEUED, JobState.RUNNING}


def bucket_keys(db: Session) -> Iterator[str]:
    for sketch in db.scalars(select(Sketch)):
        yield from (sketch.original_key, sketch.clean_key, sketch.thumbnail_key)
    for likeness in db.scalars(select(Likeness)):
        yield from (likeness.image_key, likeness.thumbnail_key)
