"""Each outside surface works where it sees one folder of the storage, as `deploy/compose` mounts it, and no other."""

import datetime as dt
import io
import re
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app import public, shelving, tips
from app.agency import logo
from app.agency import settings as agency_settings
from app.database import transaction
from app.retention import removal
from app.settings import Settings
from app.storage import ARRIVED, PUBLISHED, LocalStore, split_key, under
from app.tips import keys, opening
from models import NoticeFile, PublicationFile, Role, SettingSection, TipFile, utc_now
from tests.app.conftest import settings_for
from tests.app.drawings import drawing_png
from tests.app.notices.desk import Desk
from tests.app.tips.conftest import Forms
from tests.people import add_person

LATER = dt.timedelta(days=2)
"""By when nobody can be about to write the row of an object any more."""
PICTURE = re.compile(r'(?:src|srcset|href|content)="(?:https://notices\.example\.org)?(/pictures/[^ "]+)')


def folders(root: Path) -> set[str]:
    return {path.name for path in root.iterdir()}


@pytest.fixture
def elsewhere(desk: Desk, tmp_path: Path) -> Settings:
    """Of a process of the public pages that sees the published folder alone, and may not write to it."""
    root = tmp_path / "elsewhere"
    root.mkdir()
    here = desk.office.settings
    return settings_for(
        tmp_path / "public",
        DATABASE_URL=here.database_url,
        STORAGE_URL=root.as_uri(),
        SURFACE="public",
        NOTICES_URL="https://notices.example.org",
    )


def show(desk: Desk, elsewhere: Settings) -> None:
    """Mount the published folder where the public pages look for it."""
    here, there = desk.office.settings.storage_path, elsewhere.storage_path
    assert here
    assert there
    shutil.rmtree(there / str(PUBLISHED), ignore_errors=True)
    shutil.copytree(here / str(PUBLISHED), there / str(PUBLISHED))
    assert folders(there) == {str(PUBLISHED)} < folders(here)


def test_the_public_pages_need_the_published_folder_alone(desk: Desk, elsewhere: Settings) -> None:
    notice, _row = desk.published()
    admin = add_person(desk.db, "admin@north.example", "Admin", Role.ADMIN)
    logo.set_logo(desk.db, desk.office.store, admin, 0, drawing_png(3))
    agency_settings._known.clear()
    show(desk, elsewhere)
    client = public.create_app(elsewhere).test_client()

    def get(path: str) -> TestResponse:
        return client.get(path, base_url="https://notices.example.org")

    page = get(f"/en/notices/{notice.slug}")
    shown = set(PICTURE.findall(page.text))
    assert len(shown) >= 3
    files = desk.db.scalars(select(PublicationFile)).all()
    for path in shown | {"/logo", f"/notices/{notice.slug}/misp.json", "/en/feed.atom", "/notices.json", "/readyz"}:
        assert get(path).status_code == 200, path
    for file in files:
        ending = file.mime.partition("/")[2].replace("jpeg", "jpg")
        found = get(f"/pictures/{notice.slug}/1/{file.position}/{file.language}/{file.use}-{file.width}.{ending}")
        assert (found.status_code, len(found.data)) == (200, file.size)
    picture = next(path for path in shown if path.endswith(".webp"))
    answer = client.post(
        "/en/verify",
        base_url="https://notices.example.org",
        data={"picture": (io.BytesIO(get(picture).data), "face.webp")},
        content_type="multipart/form-data",
    )
    assert 'class="verdict verdict-' in answer.text


def test_nothing_that_waits_for_approval_is_in_that_folder(desk: Desk) -> None:
    store, published = desk.office.store, desk.published()[1]
    desk.submitted()
    waiting = set(desk.db.scalars(select(NoticeFile.key)))
    theirs = set(desk.db.scalars(select(PublicationFile.key).where(PublicationFile.publication_id == published.id)))
    assert {kept.key for kept in store.objects(PUBLISHED)} == theirs
    assert not [key for key in waiting if split_key(key)[0] == str(PUBLISHED)]


def test_what_a_former_version_published_is_brought_there(desk: Desk, elsewhere: Settings) -> None:
    notice, row = desk.published()
    store, db = desk.office.store, desk.db
    admin = add_person(db, "admin@north.example", "Admin", Role.ADMIN)
    logo.set_logo(db, store, admin, 0, drawing_png(3))
    old = desk.office.unit.id  # anybody: it named an account, or nobody
    shelving.copy(
        store, [*db.scalars(select(PublicationFile.key)), *db.scalars(select(SettingSection.object_key))], old
    )
    with transaction(db):
        for file in db.scalars(select(PublicationFile).where(PublicationFile.publication_id == row.id)):
            file.key = under(old, file.key)
        for section in db.scalars(select(SettingSection).where(SettingSection.object_key.is_not(None))):
            section.object_key = under(old, str(section.object_key))
    assert isinstance(store, LocalStore)
    shutil.rmtree(store.root / str(PUBLISHED))
    count = len({kept.key for kept in store.objects(old)})
    assert shelving.sort(desk.office.database, store) >= count
    assert shelving.sort(desk.office.database, store) == 0
    removal.carry_out(desk.office.database, store, utc_now() + LATER)
    assert list(store.objects(old)) == []
    agency_settings._known.clear()
    show(desk, elsewhere)
    client = public.create_app(elsewhere).test_client()
    for path in (f"/notices/{notice.slug}/misp.json", "/logo"):
        assert client.get(path, base_url="https://notices.example.org").status_code == 200


def test_an_object_that_is_lost_holds_nothing_else_up(desk: Desk) -> None:
    desk.published()
    store, db = desk.office.store, desk.db
    lost, *others = sorted(set(db.scalars(select(PublicationFile.key))))
    shelving.copy(store, others, desk.office.unit.id)
    with transaction(db):
        for file in db.scalars(select(PublicationFile)):
            db.execute(
                update(PublicationFile)
                .where(PublicationFile.id == file.id)
                .values(key=under(desk.office.unit.id, file.key))
            )
    shelving.sort(desk.office.database, store)
    db.rollback()
    assert set(db.scalars(select(PublicationFile.key))) == {*others, under(desk.office.unit.id, lost)}


@pytest.fixture
def forms(desk: Desk, tmp_path: Path) -> Forms:
    """A process of the forms for tips, to which the folder for what arrives is all of the storage."""
    here = desk.office.settings
    assert here.storage_path
    (here.storage_path / str(ARRIVED)).mkdir(parents=True)
    root = tmp_path / "forms"
    root.mkdir()
    (root / str(ARRIVED)).mkdir()
    settings = settings_for(
        tmp_path / "tips", DATABASE_URL=here.database_url, STORAGE_URL=root.as_uri(), SURFACE="tips"
    )
    keys.ensure(desk.db, here)
    return Forms(tips.create_app(settings), settings)


def test_the_forms_leave_what_they_took_in_their_own_folder_and_workers_move_it(desk: Desk, forms: Forms) -> None:
    office, store = desk.office, desk.office.store
    root, here = forms.settings.storage_path, office.settings.storage_path
    assert root
    assert here
    sent = forms.send(text="I saw her.", files=(io.BytesIO(b"x" * 70_000), "a.bin"))
    assert sent.status_code == 200
    assert forms.desk.spool.waiting() == []
    assert forms.get("/readyz").json == {"status": "ok", "database": "ok", "storage": "ok", "carrier": "ok"}
    assert folders(root) == {str(ARRIVED)}
    shutil.copytree(root / str(ARRIVED), here / str(ARRIVED), dirs_exist_ok=True)  # one volume, mounted twice
    desk.db.rollback()
    arrived = desk.db.scalars(select(TipFile)).one()
    assert split_key(arrived.object_key)[0] == str(ARRIVED)
    assert shelving.sort(office.database, store) == 1
    removal.carry_out(office.database, store, utc_now() + LATER)
    desk.db.rollback()
    moved = desk.db.scalars(select(TipFile)).one()
    assert split_key(moved.object_key)[0] == str(moved.tip_id)
    assert list(store.objects(ARRIVED)) == []
    with opening.open_file(desk.db, office.settings, store, moved) as (_facts, pieces):
        assert b"".join(pieces) == b"x" * 70_000


def test_the_forms_are_not_ready_without_their_folder(forms: Forms) -> None:
    root = forms.settings.storage_path
    assert root
    shutil.rmtree(root)
    answer = forms.get("/readyz")
    assert (answer.status_code, answer.json["storage"]) == (503, "not usable")  # type: ignore[index]
