"""The drill's checks see what they are there to see."""

import hashlib
import time

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database
from benchmarks.fire.checks import Evidence, faults
from benchmarks.fire.clients import Answer, Client, Outcome
from benchmarks.fire.trouble import Diary
from models import Likeness, Sketch
from tests.app.drawings import drawing_png
from tests.app.web import Browser, services, work

DRAWINGS = [drawing_png(number) for number in (1, 2)]


@pytest.fixture
def database(woken_database: Database) -> Database:
    return woken_database


@pytest.fixture
def evidence(app: Flask, signed_in: Browser, db: Session) -> Evidence:
    """Of two sketches of one client, when nothing went wrong."""
    for drawing in DRAWINGS:
        address = signed_in.upload(drawing).headers["Location"]
        assert signed_in.post(f"{address}/render", {"engine": "pix2pix", "seed": "0"}).status_code == 303
    work(app)
    made = db.execute(select(Sketch, Likeness).join(Likeness, Likeness.sketch_id == Sketch.id)).all()
    expected = {sketch.original_sha256: face.image_sha256 for sketch, face in made}
    client = Client("a@example.org", "", [], DRAWINGS, 0.0, 0, time.monotonic())
    client.outcomes = [Outcome(str(sketch.id), sketch.original_sha256, face.image_sha256, 1.0) for sketch, face in made]
    store = services(app).store
    return Evidence([client], Diary(), expected, frozenset(kept.key for kept in store.objects()), True)


def test_nothing_is_wrong_when_nothing_went_wrong(db: Session, evidence: Evidence) -> None:
    assert faults(db, evidence) == []


def test_faces_that_were_swapped_are_noticed(db: Session, evidence: Evidence) -> None:
    first, second = evidence.expected.values()
    swapped = dict(zip(evidence.expected, (second, first), strict=True))
    found = faults(db, Evidence(evidence.clients, evidence.diary, swapped, evidence.objects, True))
    assert sum("not its own" in fault for fault in found) == 2
    assert sum("was shown a face" in fault for fault in found) == 2


def test_a_lost_object_and_one_too_many_are_noticed(db: Session, evidence: Evidence) -> None:
    lost = min(evidence.objects)
    changed = evidence.objects - {lost} | {f"{lost}0"}
    found = faults(db, Evidence(evidence.clients, evidence.diary, evidence.expected, changed, True))
    assert len(found) == 2


def test_a_sketch_too_many_is_noticed(db: Session, evidence: Evidence, signed_in: Browser) -> None:
    signed_in.upload(DRAWINGS[0])
    db.rollback()  # what it read before is not what there is now
    assert any("3 sketches" in fault for fault in faults(db, evidence))


def test_a_500_a_lost_client_and_a_restart_are_noticed(db: Session, evidence: Evidence) -> None:
    client = evidence.clients[0]
    client.failure = "no answer in time"
    client.answers = [Answer("upload", status, 0.0, "broken") for status in (200, 500, 503)]
    ended = Diary(unexpected_ends=["The worker ended by itself."])
    found = faults(db, Evidence([client], ended, evidence.expected, evidence.objects, False))
    assert [fault.split()[0] for fault in found] == ["a@example.org", "upload", "A", "The"]


def test_a_face_is_known_by_its_bytes(evidence: Evidence) -> None:
    assert set(evidence.expected) == {hashlib.sha256(drawing).hexdigest() for drawing in DRAWINGS}
