"""Checking a picture of which much was cut off, or that is a part of another: by the face in it."""

import io
import uuid

import pytest
from flask.testing import FlaskClient
from PIL import Image, ImageFilter
from sqlalchemy import select, update

from app import public
from app.database import transaction
from app.notices import hashing
from app.notices.content import Content, Picture, Wording
from app.public.verify import DESK
from app.storage import object_key
from benchmarks import copies
from imaging.encode import encode_png
from imaging.sketcher import draw_sketch
from models import Category, FileUse, Likeness, Notice, NoticeFile, Publication, PublicationFile
from tests.app.exchange.cases import Office, full_case
from tests.credentials.test_making import make
from tests.credentials.test_verify import check, outcome, publish

CHANGES = copies.of_one(2)
SLUG = "f4c3h4shd1"


@pytest.fixture
def notice(records: Office) -> Notice:
    """Of two people in two languages, each cropped a little."""
    case = full_case(records)
    ids = records.db.scalars(select(Likeness.id).order_by(Likeness.created_at, Likeness.id).limit(2)).all()
    with transaction(records.db):
        for seed, one in enumerate(ids, 71):
            soft = (
                draw_sketch(seed, 512).image.filter(ImageFilter.GaussianBlur(2.5)).point(lambda level: level * 4 // 5)
            )
            data = encode_png(soft)
            likeness = records.db.get_one(Likeness, one)
            likeness.image_key = object_key(records.investigator.id, data)
            records.store.put(likeness.image_key, data)
    content = Content(
        category=Category.WITNESS,
        words={"en": Wording(headline="Who knows her?"), "th": Wording(headline="ใครรู้จักเธอ")},
        pictures=tuple(Picture(likenesses=(one,), crop=(0.05, 0.02, 0.95, 1.0)) for one in ids),
    )
    made = Notice(case_id=case.id, slug=SLUG, content=content.to_json(), created_by=records.investigator.id)
    with transaction(records.db):
        records.db.add(made)
    return made


@pytest.fixture
def files(records: Office, notice: Notice) -> list[NoticeFile]:
    return make(records, notice)


@pytest.fixture
def reader(records: Office) -> FlaskClient:
    return public.create_app(records.settings).test_client(use_cookies=False)


def copy(records: Office, files: list[NoticeFile], change: str, place: int = 0) -> bytes:
    """What somebody made of a published picture, as a JPEG."""
    signed = [file for file in files if file.use == FileUse.SIGNED]
    whole = Image.open(io.BytesIO(records.store.get(signed[place].key))).convert("RGB")
    out = io.BytesIO()
    CHANGES[change](whole).save(out, "JPEG", quality=80)
    return out.getvalue()


@pytest.mark.parametrize("change", ["10 % around it", "20 % anywhere, 300 px", "20 % at one side", "on a phone's page"])
def test_what_much_was_cut_off_is_known_by_its_face(
    records: Office, notice: Notice, files: list[NoticeFile], reader: FlaskClient, change: str
) -> None:
    publish(records, notice, files)
    answer = check(reader, copy(records, files, change))
    assert outcome(answer) == "current"
    assert "the face in it" in answer.text
    assert "Only the face was compared" in answer.text
    assert "This agency published it" not in answer.text
    assert f'href="/en/notices/{SLUG}"' in answer.text


def test_somebody_elses_face_is_not(
    records: Office, notice: Notice, files: list[NoticeFile], reader: FlaskClient
) -> None:
    publish(records, notice, [file for file in files if file.position == 1])
    others = [file for file in files if file.position == 2]
    assert outcome(check(reader, copy(records, others, "20 % around it"))) == "unknown"


def test_a_face_is_kept_once_whatever_the_language(
    records: Office, notice: Notice, files: list[NoticeFile], reader: FlaskClient
) -> None:
    publish(records, notice, files)
    check(reader, copy(records, files, "20 % around it"))
    known = reader.application.extensions[DESK].known
    assert (len(known.whole.hashes), len(known.faces.hashes), known.faces.rows) == (4, 2, 4)


def test_what_was_published_earlier_is_hashed_by_a_worker(
    records: Office, notice: Notice, files: list[NoticeFile], reader: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing, "BATCH", 3)
    publish(records, notice, files)
    with transaction(records.db):
        records.db.execute(update(PublicationFile).values(face_hash=None))
    data = copy(records, files, "20 % around it")
    assert outcome(check(reader, data)) == "unknown"
    counts = [hashing.catch_up(records.database, records.store) for _ in range(3)]
    assert counts == [3, 1, 0]
    assert outcome(check(reader, data)) == "current"
    again = copy(records, files, "10 % anywhere, JPEG 50", 2)
    assert outcome(check(reader, again)) == "current"


def test_what_cannot_be_hashed_is_left_alone_after_one_try(
    records: Office, notice: Notice, files: list[NoticeFile]
) -> None:
    row = publish(records, notice, [file for file in files if file.use == FileUse.SIGNED])
    blank = encode_png(Image.new("RGB", (768, 900), "grey"))
    key = object_key(records.investigator.id, blank)
    records.store.put(key, blank)
    first, second, *others = records.db.scalars(select(PublicationFile).where(PublicationFile.publication_id == row.id))
    with transaction(records.db):
        first.key, second.key = key, f"{uuid.uuid4()}/{'0' * 64}"
        first.face_hash = second.face_hash = None
    assert hashing.catch_up(records.database, records.store) == 2
    assert hashing.catch_up(records.database, records.store) == 0
    records.db.expire_all()
    assert [one.face_hash for one in (first, second)] == ["", ""]
    assert all(one.face_hash for one in others)


def test_hashes_of_what_was_deleted_are_forgotten(
    records: Office, notice: Notice, files: list[NoticeFile], reader: FlaskClient
) -> None:
    publish(records, notice, files)
    data = copy(records, files, "20 % around it")
    assert outcome(check(reader, data)) == "current"
    with transaction(records.db):
        for row in records.db.scalars(select(Publication)):
            records.db.delete(row)
    assert outcome(check(reader, data)) == "unknown"
