"""A case as a ZIP: everything in it, the same bytes again, and checked with what every machine has."""

import datetime as dt
import hashlib
import io
import json
import subprocess
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from sqlalchemy import select

from app import custody
from app.cases import glass
from app.database import transaction
from app.errors import Forbidden, NotFound
from app.exchange import bundle, exports
from app.exchange.dossier import read
from app.exchange.readable import describe
from app.exchange.speaking import speaking
from app.notices import deciding, service
from app.retention import removal
from models import (
    AccountUnit,
    CaseExport,
    CustodyEntry,
    ExportFormat,
    FileUse,
    Job,
    Notice,
    ObjectRemoval,
    PublicationFile,
    Role,
    utc_now,
)
from tests.app.exchange.cases import Office, full_case, listed, open_case
from tests.app.notices.desk import ENGLISH, THAI, Desk
from tests.people import add_person

LABEL = "Computer-generated likeness from a witness sketch. Not a photograph."


def zipped(office: Office, case_id: object) -> bytes:
    """The archive of a case as it is now, without asking for it."""
    dossier = read(office.database, case_id)  # type: ignore[arg-type]
    assert dossier is not None
    with speaking("en"):
        readable = describe(dossier, bundle.digests(dossier), "en")
    with tempfile.TemporaryFile() as file:
        bundle.write(dossier, office.store, cast(BinaryIO, file), readable)
        file.seek(0)
        return file.read()


def test_everything_of_a_case_is_in_its_zip(north: Office) -> None:
    data = north.export(full_case(north))
    names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    assert {"case.json", "custody.jsonl", "hashes.txt", "index.html", "manifest.json", "notes.json"} < names
    assert {f"sketches/01-v2/{name}" for name in ("original.png", "picture.png", "sketch.json")} < names
    assert "sketches/01-v1/original.jpg" in names
    assert {f"sketches/01-v2/likeness-1/{name}" for name in ("likeness.png", "provenance.json")} < names
    assert "sketches/01-v2/likeness-1/photo-1/original.png" in names
    assert {"sketches/02-v1/likeness-1/likeness.png", "sketches/02-v1/likeness-2/likeness.png"} < names
    assert names == {*listed(data), "hashes.txt"}


def test_sha256sum_accepts_the_hash_list_and_notices_a_change(north: Office, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(north.export(full_case(north)))) as archive:
        archive.extractall(tmp_path / "case")
    command = ["sha256sum", "--strict", "-c", "hashes.txt"]
    assert subprocess.run(command, cwd=tmp_path / "case", capture_output=True).returncode == 0
    (tmp_path / "case" / "notes.json").write_text("[]")
    said = subprocess.run(command, cwd=tmp_path / "case", capture_output=True, text=True)
    assert said.returncode == 1
    assert "notes.json: FAILED" in said.stdout


def test_the_same_records_give_the_same_bytes(north: Office) -> None:
    case = full_case(north)
    first = zipped(north, case.id)
    assert zipped(north, case.id) == first
    with transaction(north.db):
        thing = custody.Thing("case", case.id)
        custody.record(north.db, custody.of_case(case.id), north.supervisor, "case.hold", thing)
    assert zipped(north, case.id) != first


def test_the_index_can_be_read_anywhere_and_labels_every_likeness(north: Office) -> None:
    archive = zipfile.ZipFile(io.BytesIO(north.export(full_case(north))))
    page = archive.read("index.html").decode()
    assert page.count(LABEL) == sum(name.endswith("likeness.png") for name in archive.namelist()) == 3
    assert "<script" not in page
    assert "http:" not in page.replace("http-equiv", "")
    assert "https:" not in page
    assert "&lt;b&gt;เขาเดินกะเผลก&lt;/b&gt;" in page
    assert '<html lang="th">' in zipfile.ZipFile(io.BytesIO(north.export(open_case(north, "2"), language="th"))).read(
        "index.html"
    ).decode("utf-8")


def test_the_entry_names_the_file_and_who_took_it(north: Office) -> None:
    case = full_case(north)
    data = north.export(case)
    entry = north.db.scalars(select(CustodyEntry).where(CustodyEntry.action == "case.exported")).one()
    assert entry.after == hashlib.sha256(data).hexdigest()
    assert (entry.actor_id, entry.details["format"]) == (north.supervisor.id, "zip")
    lines = zipfile.ZipFile(io.BytesIO(data)).read("custody.jsonl").decode().splitlines()
    chains = {(line["chain"], line["subject_id"]) for line in map(json.loads, lines)}
    assert len(chains) == 3, "the case's, and that of each sketch before it was filed"


def test_supervisors_and_those_assigned_may_export(north: Office) -> None:
    case = full_case(north)
    other = open_case(north, "2")
    assert exports.ask(north.db, north.investigator, case.id, ExportFormat.ZIP, "en").case_id == case.id
    with pytest.raises(Forbidden):
        exports.ask(north.db, north.investigator, other.id, ExportFormat.ZIP, "en")
    with pytest.raises(NotFound):
        exports.ask(north.db, north.stranger, case.id, ExportFormat.ZIP, "en")


def test_whoever_may_not_see_the_case_any_more_does_not_get_the_file(north: Office) -> None:
    case = full_case(north)
    north.export(case)
    export_id = north.db.scalars(select(CaseExport.id)).one()
    assert exports.get_export(north.db, north.supervisor, export_id).key
    with transaction(north.db):
        for row in north.db.scalars(select(AccountUnit).where(AccountUnit.account_id == north.supervisor.id)):
            north.db.delete(row)
    with pytest.raises(NotFound):
        exports.get_export(north.db, north.supervisor, export_id)


def test_whoever_only_broke_the_glass_does_not_take_the_case_away(north: Office) -> None:
    case = full_case(north)
    north.export(case)
    export_id = north.db.scalars(select(CaseExport.id)).one()
    elsewhere = add_person(north.db, "elsewhere@north.example", "Elsewhere", Role.SUPERVISOR)
    glass.break_glass(north.db, elsewhere, case.number, "Asked by the prosecutor of our own case")
    with pytest.raises(NotFound):
        exports.get_export(north.db, elsewhere, export_id)


def test_asking_twice_while_it_is_made_makes_one(north: Office) -> None:
    case = full_case(north)
    first = exports.ask(north.db, north.supervisor, case.id, ExportFormat.ZIP, "en")
    assert exports.ask(north.db, north.supervisor, case.id, ExportFormat.ZIP, "en").id == first.id
    assert exports.ask(north.db, north.supervisor, case.id, ExportFormat.PDF, "en").id != first.id


def test_a_file_goes_when_its_time_has_run_out(north: Office) -> None:
    case = full_case(north)
    north.export(case)
    row = north.db.scalars(select(CaseExport)).one()
    key = str(row.key)
    with transaction(north.db):
        north.db.get_one(CaseExport, row.id).expires_at = utc_now() - dt.timedelta(seconds=1)
    assert exports.expire(north.db) == 1
    with pytest.raises(NotFound):
        exports.get_export(north.db, north.supervisor, row.id)
    later = utc_now() + dt.timedelta(hours=2)
    assert removal.carry_out(north.database, north.store, later) == 1
    assert not north.store.exists(key)
    north.db.rollback()
    assert north.db.scalars(select(ObjectRemoval)).all() == []


def test_a_case_without_anything_can_be_exported(north: Office) -> None:
    data = north.export(open_case(north))
    assert b"No sketch is filed" in zipfile.ZipFile(io.BytesIO(data)).read("index.html")


def test_a_case_that_is_gone_fails_its_export_and_stops_nothing(north: Office) -> None:
    case = open_case(north)
    exports.ask(north.db, north.supervisor, case.id, ExportFormat.ZIP, "en")
    with transaction(north.db):
        north.db.delete(north.db.scalars(select(CaseExport)).one())
    north.work()
    assert north.db.scalars(select(Job.state).where(Job.kind == "export")).one() == "failed"


def test_what_was_published_is_a_record_in_it(north: Office) -> None:
    """Also what was corrected and withdrawn since; what is only drafted is nobody's publication."""
    desk = Desk(north, full_case(north))
    notice, _first = desk.published()
    said = {"en": replace(ENGLISH, headline="Who knows this other man?")}
    service.change(desk.db, north.investigator, notice.id, notice.revision, desk.content(words=said))
    desk.submit(desk.db.get_one(Notice, notice.id, populate_existing=True))
    desk.approve(desk.db.get_one(Notice, notice.id), north.other)
    deciding.withdraw(desk.db, north.supervisor, notice.id)
    desk.draft()
    data = north.export(desk.case)
    file = zipfile.ZipFile(io.BytesIO(data))
    folders = [f"notices/{notice.slug}-v{version}" for version in (1, 2)]
    assert sorted({name.rpartition("/")[0] for name in file.namelist() if name.startswith("notices/")}) == folders
    facts = [json.loads(file.read(f"{folder}/notice.json")) for folder in folders]
    assert [one["ended_why"] for one in facts] == ["corrected", "withdrawn"]
    assert [one["approved_by"] for one in facts] == [north.supervisor.name, north.other.name]
    assert {one["drafted_by"] for one in facts} == {north.investigator.name}
    assert facts[1]["content"]["words"]["en"]["headline"] == "Who knows this other man?"
    query = select(PublicationFile.sha256).where(PublicationFile.use == FileUse.SIGNED)
    pictures = [name for name in file.namelist() if name.startswith("notices/") and name.endswith(".png")]
    assert {hashlib.sha256(file.read(name)).hexdigest() for name in pictures} == set(desk.db.scalars(query))
    index = file.read("index.html").decode()
    for words in ("Who knows this man?", "Who knows this other man?", "Withdrawn", THAI.headline, *pictures):
        assert words in index, words
    assert index.index('id="published"') < index.index('id="custody"')
