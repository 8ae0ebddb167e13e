"""The worker with the real pipeline and the shipped weights: a sketch in, a likeness out."""

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database
from app.settings import ROOT, Settings
from app.storage import open_store
from app.studio import service
from app.supervisor.children import die_with_parent
from models import Account, Job, JobState, Likeness
from tests.app.conftest import woken_database
from tests.live import environment
from tests.servers import wait_until

pytestmark = pytest.mark.slow
database = woken_database
SAMPLE = min((ROOT / "static" / "samples").glob("*.png"))


@pytest.fixture
def worker(settings: Settings, database: Database) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "app.worker"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(settings.var), stderr=subprocess.DEVNULL, preexec_fn=die_with_parent
    )
    yield process
    process.terminate()
    process.wait(60)


def wait_done(db: Session, process: "subprocess.Popen[bytes]") -> None:
    def over() -> bool:
        assert process.poll() is None
        db.rollback()
        return not set(db.scalars(select(Job.state))) & {JobState.QUEUED, JobState.RUNNING}

    wait_until(over, 600, "the work")
    assert set(db.scalars(select(Job.state))) == {JobState.DONE}


def test_a_real_sketch_becomes_a_likeness_and_the_same_one_again(
    db: Session, settings: Settings, person: Callable[..., Account], worker: "subprocess.Popen[bytes]"
) -> None:
    owner, store = person(), open_store(settings)
    sketch = service.create_sketch(db, store, owner, SAMPLE.read_bytes(), SAMPLE.name)
    wait_done(db, worker)
    found = service.capabilities(db)
    assert found is not None
    engine = str(found["engines"][0]["name"])
    db.refresh(sketch)
    assert sketch.found_method == "landmarks"
    assert sketch.found_eyes is not None
    for strength in (None, float(found["engines"][0]["default_strength"])):
        service.request_render(db, owner, sketch, engine, 3, strength)
        wait_done(db, worker)
    first, second = service.likenesses(db, sketch)
    assert first.image_sha256 == second.image_sha256
    check(first, store.get(first.image_key))
    assert first.provenance["input"]["sha256"] == sketch.original_sha256
    assert worker.poll() is None


def test_the_command_line_makes_the_likeness_of_the_browser_again(
    db: Session, settings: Settings, person: Callable[..., Account], worker: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    owner, store = person(), open_store(settings)
    sketch = service.create_sketch(db, store, owner, SAMPLE.read_bytes(), SAMPLE.name)
    service.request_render(db, owner, sketch, "pix2pix", 0, None)
    wait_done(db, worker)
    (likeness,) = service.likenesses(db, sketch)
    record = tmp_path / "face.json"
    record.write_text(json.dumps(likeness.provenance))
    command = [sys.executable, "-m", "inference", "reproduce", str(record), str(SAMPLE), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["differences"] == []
    assert done.returncode == 0, done.stdout


def check(likeness: Likeness, png: bytes) -> None:
    assert Image.open(io.BytesIO(png)).size == (512, 512)
    facts = likeness.provenance
    assert facts["output"]["sha256"] == likeness.image_sha256
    assert facts["controls"]["seed"] == likeness.seed == 3
    assert facts["controls"]["strength"] == likeness.strength
    assert likeness.eyes is not None


def test_an_engine_that_is_not_there_is_a_failure_in_words(
    db: Session, settings: Settings, person: Callable[..., Account], worker: "subprocess.Popen[bytes]"
) -> None:
    owner, store = person(), open_store(settings)
    sketch = service.create_sketch(db, store, owner, SAMPLE.read_bytes(), SAMPLE.name)
    job = service.request_render(db, owner, sketch, "from-another-time")  # no worker has spoken yet

    def over() -> bool:
        db.rollback()
        return db.scalars(select(Job.state).where(Job.id == job.id)).one() == JobState.FAILED

    wait_until(over, 600, "the failure")
    db.refresh(job)
    assert "from-another-time" in job.reason
    assert worker.poll() is None
