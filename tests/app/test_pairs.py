"""Pairs that people agreed to leave as a training set that `python -m training prepare` reads; no other pair does."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app import create_app, custody
from app.database import Database, transaction
from app.identity import accounts, units
from app.pairs.__main__ import main
from app.pairs.collecting import pairs
from app.pairs.recording import record_export
from app.settings import Settings
from models import Account, CustodyEntry, Likeness, RealPhoto, Role, Sketch
from tests.app.conftest import settings_for
from tests.app.drawings import drawing_jpeg, drawing_png
from tests.app.web import Browser, work
from tests.people import Person
from training.data.align import Aligner, Finders
from training.data.faces import load_aligned
from training.data.files import Members
from training.data.sets import read_sets


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return settings_for(tmp_path / "var", DATABASE_URL=database_url)


@pytest.fixture
def app(database: Database, settings: Settings) -> Flask:
    return create_app(settings)


def put_in(db: Session, account: Account, *unit_ids: object) -> Account:
    with transaction(db):
        accounts.locked(db, account.id).units = list(units.kept(db, unit_ids))  # type: ignore[arg-type]
    return account


@pytest.fixture
def chief(app: Flask, db: Session, person: Person) -> Browser:
    """A supervisor with a browser, whose unit has two pairs; one of them was agreed to."""
    unit = units.add_unit(db, "Harbour")
    account = put_in(db, person(Role.SUPERVISOR, Role.INVESTIGATOR), unit.id)
    browser = Browser(app)
    browser.sign_in(account)
    for number in (1, 2):
        add_pair(app, db, browser, number, agreed=number == 1)
    return browser


def add_pair(app: Flask, db: Session, browser: Browser, number: int, agreed: bool) -> RealPhoto:
    sketch = browser.upload(drawing_png(number), f"{number}.png").headers["Location"]
    work(app)
    browser.post(sketch + "/render", {"engine": "pix2pix", "seed": "0", "strength": "0.5"})
    work(app)
    db.rollback()
    likeness = db.scalars(select(Likeness).order_by(Likeness.created_at.desc())).first()
    assert likeness is not None
    files = {"photo": (io.BytesIO(drawing_jpeg(number + 20)), "photo.jpg")}
    assert browser.post(f"/likenesses/{likeness.id}/photo", files).status_code == 303
    work(app)
    db.rollback()
    photo = db.scalars(select(RealPhoto).where(RealPhoto.likeness_id == likeness.id)).one()
    if agreed:
        browser.post(f"/photos/{photo.id}/consent", {"consent": "yes", "note": "Form 12"})
    return photo


def entries(db: Session) -> list[CustodyEntry]:
    db.rollback()
    return list(db.scalars(select(CustodyEntry).where(CustodyEntry.action == "pairs.exported")))


def environ(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setenv("SEMBLANCE_VAR", str(settings.var))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)


def test_the_operators_folder_is_read_by_the_trainer(
    chief: Browser, db: Session, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ(monkeypatch, settings)
    folder = tmp_path / "sets" / "pairs"
    assert main(["export", "--to", str(folder)]) == 0
    problems: list[str] = []
    faces = read_sets(tmp_path / "sets", {}, problems)
    assert problems == []
    assert len(faces) == 1
    agreed = db.scalars(select(RealPhoto).where(RealPhoto.consent)).one()
    assert faces[0].id == str(agreed.id)
    with Members() as members:
        # The real aligner takes the pair as it stands: nothing has to be found once more.
        face = Aligner(Finders()).align(members, faces[0])
        assert face is not None
        photo, sketch = (load_aligned(members, face, member, 512) for member in ("photo", "sketch"))
    assert photo.shape == sketch.shape == (512, 512, 3)
    assert np.array_equal(photo, np.asarray(Image.open(folder / faces[0].photo).convert("RGB")))  # type: ignore[operator]


def test_the_sketch_is_placed_by_its_eyes(chief: Browser, db: Session, settings: Settings, tmp_path: Path,
                                          monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    environ(monkeypatch, settings)
    main(["export", "--to", str(tmp_path / "pairs")])
    face = read_sets(tmp_path / "pairs", {}, [])[0]
    eyes = np.array(db.scalars(select(Sketch).order_by(Sketch.created_at)).first().found_eyes)  # type: ignore[union-attr]
    assert face.sketch_warp is not None
    placed = eyes @ face.sketch_warp[:, :2].T + face.sketch_warp[:, 2]
    assert placed * 512 == pytest.approx(np.array([[193, 240], [319, 240]]), abs=1e-3)


def test_a_supervisors_zip_is_the_same_set(chief: Browser, db: Session, tmp_path: Path) -> None:
    assert "There is one pair" in chief.get("/pairs").text
    answer = chief.post("/pairs/export")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    (tmp_path / "pairs.zip").write_bytes(answer.data)
    assert len(read_sets(tmp_path, {}, [])) == 1
    with zipfile.ZipFile(tmp_path / "pairs.zip") as archive:
        lines = archive.read("manifest.jsonl").decode()
        assert len(archive.namelist()) == 3
    row = json.loads(lines)
    assert "Form 12" not in lines
    assert row["terms"].startswith("by consent")
    told = entries(db)
    assert {entry.object_kind for entry in told} == {"sketch", "pairs"}
    assert all(entry.details["count"] == 1 for entry in told)


def test_an_export_holds_sketches_before_photos_as_everybody_does(chief: Browser, db: Session) -> None:
    """Else somebody who gives consent at this moment waits for the export, and the export for them."""
    chosen = pairs(db)
    asked: list[str] = []

    @event.listens_for(db.get_bind(), "before_cursor_execute")
    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.extend(table for table in ("sketch", "real_photo") if f"FROM {table} " in statement.replace("\n", ""))

    record_export(db, custody.OPERATOR, chosen)
    event.remove(db.get_bind(), "before_cursor_execute", note)
    assert list(dict.fromkeys(asked)) == ["sketch", "real_photo"]


def test_withdrawn_consent_and_replaced_photos_are_left_out(chief: Browser, db: Session) -> None:
    photo = db.scalars(select(RealPhoto).where(RealPhoto.consent)).one()
    chief.post(f"/photos/{photo.id}/consent", {"consent": "no"})
    refused = chief.post("/pairs/export")
    assert refused.status_code == 422
    assert "no real photo has the consent" in refused.text
    chief.post(f"/photos/{photo.id}/consent", {"consent": "yes", "note": "Form 13"})
    files = {"photo": (io.BytesIO(drawing_jpeg(40)), "newer.jpg")}
    chief.post(f"/likenesses/{photo.likeness_id}/photo", files)
    assert chief.post("/pairs/export").status_code == 422
    assert entries(db) == []


def test_other_units_pairs_are_not_exported(chief: Browser, app: Flask, db: Session, person: Person) -> None:
    elsewhere = Browser(app)
    elsewhere.sign_in(put_in(db, person(Role.SUPERVISOR), units.add_unit(db, "Hills").id))
    assert "No pair may be exported yet" in elsewhere.get("/pairs").text
    assert elsewhere.post("/pairs/export").status_code == 422


def test_a_folder_with_something_in_it_is_refused(
    chief: Browser,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    environ(monkeypatch, settings)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("x")
    assert main(["export", "--to", str(tmp_path / "full")]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert main(["count"]) == 0
    assert capsys.readouterr().out.strip() == "1"
