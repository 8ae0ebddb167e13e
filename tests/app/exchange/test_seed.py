"""What s2f kept comes in: every sketch with its face and its real photo, once, and what cannot be read is named."""

import datetime as dt
import subprocess
import sys
import zoneinfo
from pathlib import Path

import pytest
from sqlalchemy import select

from app import sweep
from app.database import transaction
from app.errors import Refused
from app.exchange.seed import records
from app.exchange.seed.bucket import open_pictures
from app.exchange.seed.importing import Report, SeedImport
from app.settings import ROOT
from models import CustodyEntry, Likeness, RealPhoto, Sketch, utc_now
from tests.app.drawings import drawing_jpeg, drawing_png
from tests.app.exchange.cases import Office
from tests.app.exchange.seeds import SeedSite, blank, webp
from tests.bucket import Bucket
from tests.live import environment

UTC = zoneinfo.ZoneInfo("UTC")


@pytest.fixture
def site() -> SeedSite:
    made = SeedSite()
    made.add(1, real=True)
    made.add(2)
    made.add(3, day=2)
    return made


def bring(office: Office, database: str, bucket: str, *, dry: bool = False, emulator: str | None = None) -> Report:
    pictures = open_pictures(bucket, emulator)
    office.db.rollback()
    importing = SeedImport(office.db, office.store, office.investigator, office.unit.id, pictures, dry)
    return importing.run(records.read(database, UTC))


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.sketches, report.likenesses, report.photos, report.present


def test_sketches_faces_and_real_photos_come_in(north: Office, site: SeedSite, tmp_path: Path) -> None:
    folder, database = site.folder(tmp_path / "bucket"), tmp_path / "data.db"
    site.database(f"sqlite:///{database}")
    report = bring(north, str(database), str(folder))
    assert (counts(report), report.problems) == ((3, 3, 1, 0), [])
    first = north.db.scalars(select(Sketch).where(Sketch.title == "s2f 1")).one()
    assert north.store.get(first.original_key) == drawing_jpeg(1)
    assert first.created_at == dt.datetime(2023, 4, 1, 9, 30, 15, 123456, dt.UTC)
    likeness = north.db.scalars(select(Likeness).where(Likeness.sketch_id == first.id)).one()
    assert north.store.get(likeness.image_key) == drawing_png(101)
    assert (likeness.engine, likeness.number) == ("s2f", 1)
    assert "Nothing is known" in likeness.provenance["note"]
    photo = north.db.scalars(select(RealPhoto)).one()
    assert (photo.likeness_id, north.store.get(photo.original_key)) == (likeness.id, drawing_jpeg(201))
    actions = list(north.db.scalars(select(CustodyEntry.action).where(CustodyEntry.object_id == likeness.id)))
    assert actions == ["likeness.imported"]
    north.work()
    north.db.refresh(first)
    assert first.found_method, "its eyes were looked for, so that it can be rendered anew"


def test_a_second_run_adds_only_what_is_new(north: Office, site: SeedSite, tmp_path: Path) -> None:
    bucket = tmp_path / "bucket"
    bring(north, str(site.csv(tmp_path / "a.csv")), str(site.folder(bucket)))
    assert counts(bring(north, str(tmp_path / "a.csv"), str(bucket))) == (0, 0, 0, 3)
    site.rows[1]["realImg"] = "real_later.jpg"
    site.objects["real/real_later.jpg"] = drawing_jpeg(202)
    site.add(4)
    assert counts(bring(north, str(site.csv(tmp_path / "b.csv")), str(site.folder(bucket)))) == (1, 1, 1, 2)
    assert len(north.db.scalars(select(Sketch)).all()) == 4


def test_a_dry_run_says_the_same_and_writes_nothing(north: Office, site: SeedSite, tmp_path: Path) -> None:
    place = (str(site.csv(tmp_path / "a.csv")), str(site.folder(tmp_path / "bucket")))
    dry = bring(north, *place, dry=True)
    assert north.db.scalars(select(Sketch)).all() == []
    assert list(north.store.objects()) == []
    assert counts(dry) == counts(bring(north, *place)) == (3, 3, 1, 0)


def test_what_cannot_be_read_is_named_and_stops_nothing(north: Office, site: SeedSite, tmp_path: Path) -> None:
    tokens = [row["originalImg"] for row in site.rows]
    site.objects[f"gen/{site.rows[0]['genImg']}"] = b"<html>502 Bad Gateway</html>"
    del site.objects[f"ori/{tokens[1]}"]
    site.objects[f"ori/{tokens[2]}"] = blank()
    site.add(4)
    site.objects[f"gen/{site.rows[3]['genImg']}"] = webp()
    site.rows.append({**site.rows[0], "id": 5, "originalImg": "../../etc/passwd"})
    site.rows.append({**site.rows[0], "id": 6, "createDate": "yesterday", "originalImg": "ori_x.jpg"})
    report = bring(north, str(site.csv(tmp_path / "a.csv")), str(site.folder(tmp_path / "bucket")))
    assert counts(report) == (2, 1, 0, 0)
    assert [problem.split(":")[0] for problem in report.problems] == [f"record {number}" for number in (1, 2, 3, 5, 6)]
    assert "gen/" in report.problems[0]
    likeness = north.db.scalars(select(Likeness)).one()
    assert likeness.provenance["converted_to_png"] is True
    assert north.store.get(likeness.image_key).startswith(b"\x89PNG")
    assert sweep.survey(north.database, north.store, now=utc_now() + dt.timedelta(days=2)).missing == {}


def test_a_link_in_the_folder_is_not_followed(north: Office, site: SeedSite, tmp_path: Path) -> None:
    folder = site.folder(tmp_path / "bucket")
    secret = tmp_path / "secret.png"
    secret.write_bytes(drawing_png(9))
    target = folder / f"ori/{site.rows[0]['originalImg']}"
    target.unlink()
    target.symlink_to(secret)
    report = bring(north, str(site.csv(tmp_path / "a.csv")), str(folder))
    assert counts(report) == (2, 2, 0, 0)
    assert "not in the bucket" in report.problems[0]


def test_an_older_table_with_a_grey_picture_is_read_too(north: Office, site: SeedSite, tmp_path: Path) -> None:
    site.database(f"sqlite:///{tmp_path / 'old.db'}", grey=True)
    assert counts(bring(north, str(tmp_path / "old.db"), str(site.folder(tmp_path / "bucket")))) == (3, 3, 1, 0)


@pytest.mark.postgres
@pytest.mark.cloud
def test_its_postgresql_and_its_bucket_are_read(
    south: Office, site: SeedSite, postgres_url: str, bucket: Bucket
) -> None:
    site.upload(bucket.overwrite)
    url = site.database(postgres_url)
    address = url.replace("postgresql+psycopg", "postgresql+pg8000")
    assert counts(bring(south, address, bucket.url, emulator=bucket.wire)) == (3, 3, 1, 0)


@pytest.mark.parametrize("place", ["nowhere.db", "nowhere.csv", "postgresql://nobody@127.0.0.1:1/x"])
def test_a_database_that_is_none_is_refused(place: str) -> None:
    with pytest.raises(Refused):
        list(records.read(place, UTC))


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,name\n1,x\n")
    with pytest.raises(Refused, match="createdate, genimg"):
        list(records.read(str(tmp_path / "a.csv"), UTC))


def test_times_without_a_zone_are_in_the_given_one(site: SeedSite, tmp_path: Path) -> None:
    path = str(site.csv(tmp_path / "a.csv"))
    row = next(records.read(path, zoneinfo.ZoneInfo("Asia/Bangkok")))
    assert isinstance(row, records.SeedRecord)
    assert row.created.hour == 2


def test_the_command_reports_and_says_by_its_exit_code_whether_all_came(
    north: Office, site: SeedSite, tmp_path: Path
) -> None:
    site.rows.append({**site.rows[0], "id": 9, "originalImg": "ori_lost.jpg"})
    options = ["--database", str(site.csv(tmp_path / "a.csv")), "--bucket", str(site.folder(tmp_path / "bucket"))]
    command = [sys.executable, "-m", "app.exchange", "import-seed", *options, "--owner", north.investigator.email]
    environ = environment(north.settings.var, DATABASE_URL=north.settings.database_url)
    said = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert said.returncode == 1, said.stderr
    assert "Brought in 3 sketches, 3 likenesses, 1 real photos." in said.stdout
    assert "record 9: ori/ori_lost.jpg is not in the bucket" in said.stdout
    with transaction(north.db):
        north.investigator.units = []
    said = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert (said.returncode, "--unit" in said.stderr) == (3, True)
