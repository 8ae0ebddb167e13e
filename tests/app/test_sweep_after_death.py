"""Processes killed at every step between an object and its row: a sweep afterwards leaves neither kind of orphan."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import sweep
from app.database import Database
from app.settings import ROOT, Settings
from app.storage import ObjectStore
from app.studio import service
from app.supervisor.children import die_with_parent
from app.sweep import SAFE_AGE, Findings
from models import Account, Job, JobKind, JobState, Likeness, Sketch, utc_now
from tests.app import upload_process, worker_process
from tests.app.crew import Crew, crew
from tests.app.drawings import drawing_jpeg, drawing_png
from tests.app.stores import Shelf
from tests.live import environment
from tests.people import Person
from tests.servers import START_SECONDS, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def database_url(settings: Settings) -> str:
    return settings.database_url


@pytest.fixture
def owner(person: Person) -> Account:
    return person()


@pytest.fixture
def kept(db: Session, shelf: Shelf, owner: Account) -> Sketch:
    """A sketch that was there before, and must be there afterwards."""
    return service.create_sketch(db, shelf.store, owner, drawing_png(1), "kept.png")


def named(db: Session) -> set[str]:
    db.rollback()
    return set(sweep.named_keys(db))


def swept(database: Database, store: ObjectStore) -> Findings:
    """What a sweep finds, and removes, when all that is there now has become old."""
    found = sweep.survey(database, store, now=utc_now() + 2 * SAFE_AGE)
    if found.orphans:
        assert sweep.remove(database, store, found).removed == len(found.orphans)
    return found


LEFT = dict(zip(upload_process.MOMENTS, (0, 1, 2, 3, 3, 0), strict=True))
"""How many objects without a row each death leaves."""


@pytest.mark.parametrize("moment", upload_process.MOMENTS)
def test_an_upload_killed_at_any_step_leaves_nothing_after_a_sweep(
    db: Session, database: Database, settings: Settings, shelf: Shelf, owner: Account, kept: Sketch, moment: str
) -> None:
    before = shelf.listing()
    command = [sys.executable, "-m", "tests.app.upload_process", moment]
    died = subprocess.run(command, cwd=ROOT, env=environment(settings.var, **shelf.environ), preexec_fn=die_with_parent)
    assert died.returncode == -signal.SIGKILL
    left = shelf.listing() - named(db)
    assert len(left) == LEFT[moment]
    found = swept(database, shelf.store)
    assert found.missing == {}
    assert {one.key for one in found.orphans} == left
    assert shelf.listing() == named(db)
    assert (shelf.listing() == before) == (moment != "committed")
    again = service.create_sketch(db, shelf.store, owner, drawing_jpeg(upload_process.DRAWING), "again.jpg")
    assert shelf.store.get(again.original_key) == drawing_jpeg(upload_process.DRAWING)
    assert swept(database, shelf.store).clean


@pytest.fixture
def workers(settings: Settings, shelf: Shelf) -> Iterator[Crew]:
    with crew(settings.var, **shelf.environ) as hired:
        yield hired


def finished(db: Session) -> bool:
    db.rollback()
    return not set(db.scalars(select(Job.state))) & {JobState.QUEUED, JobState.RUNNING}


# In a folder: tests/app/test_worker_process.py
@pytest.mark.parametrize("shelf", [pytest.param("bucket", marks=pytest.mark.cloud)], indirect=True)
@pytest.mark.parametrize("moment", worker_process.MOMENTS)
def test_a_render_killed_at_any_step_and_done_again_leaves_nothing(
    db: Session, database: Database, shelf: Shelf, workers: Crew, owner: Account, kept: Sketch, moment: str
) -> None:
    service.request_render(db, owner, kept, "pix2pix", 1)
    workers.settings.update(SEMBLANCE_TEST_DIE_AT=moment)
    workers.start()

    def done() -> bool:
        workers.tend()
        return workers.restarts == 1 and finished(db)

    wait_until(done, START_SECONDS, "the work")
    found = swept(database, shelf.store)
    assert found.clean
    assert shelf.listing() == named(db)
    likeness = db.scalars(select(Likeness)).one()
    assert shelf.store.exists(likeness.image_key)
    assert shelf.store.exists(likeness.thumbnail_key)


@pytest.mark.parametrize("moment, left", [("one object stored", 1), ("all objects stored", 2), ("recorded", 2)])
def test_a_render_killed_at_any_step_and_given_up_leaves_nothing_after_a_sweep(
    db: Session, database: Database, shelf: Shelf, workers: Crew, owner: Account, kept: Sketch, moment: str, left: int
) -> None:
    job = service.request_render(db, owner, kept, "pix2pix", 1)
    process = workers.start("1", SEMBLANCE_TEST_DIE_AT=moment)
    assert process.wait(START_SECONDS) == -signal.SIGKILL
    db.rollback()
    service.cancel(db, owner, job)
    found = swept(database, shelf.store)
    assert found.missing == {}
    assert len(found.orphans) == left
    assert shelf.listing() == named(db)
    assert db.scalars(select(Job.state).where(Job.kind == JobKind.RENDER)).one() == JobState.CANCELLED
