"""Checking a picture, or an address, where the public does."""

import datetime as dt
import io
import re
import uuid

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from app import context, public
from app.database import transaction
from app.limits import network
from app.notices.content import Content
from app.notices.publications import COPIED
from app.public.verify import DESK, Desk
from imaging.label import without_band
from models import Ended, FileUse, Notice, NoticeFile, Publication, PublicationFile, utc_now
from tests.app.exchange.cases import Office
from tests.credentials.conftest import SLUG
from tests.credentials.test_making import make


def publish(records: Office, notice: Notice, files: list[NoticeFile], version: int = 1) -> Publication:
    """As an approval does."""
    content = Content.from_json(notice.content)
    row = Publication(
        id=uuid.uuid4(),
        notice_id=notice.id,
        slug=notice.slug,
        version=version,
        content={**content.to_json(), "pictures": [{"alt": {}} for _ in content.pictures]},
        languages=list(content.words),
        category=content.category,
        published_at=utc_now(),
        expires_at=utc_now() + dt.timedelta(days=30),
    )
    with transaction(records.db):
        records.db.add(row)
        records.db.flush()
        for file in files:
            facts = {name: getattr(file, name) for name in COPIED}
            records.db.add(PublicationFile(id=uuid.uuid4(), publication_id=row.id, key=file.key, **facts))
    return row


@pytest.fixture
def files(records: Office, notice: Notice) -> list[NoticeFile]:
    return make(records, notice)


@pytest.fixture
def published(records: Office, notice: Notice, files: list[NoticeFile]) -> Publication:
    return publish(records, notice, files)


@pytest.fixture
def reader(records: Office) -> FlaskClient:
    return public.create_app(records.settings).test_client(use_cookies=False)


def signed(records: Office, files: list[NoticeFile]) -> bytes:
    return records.store.get(next(file.key for file in files if file.use == FileUse.SIGNED))


def again(data: bytes, **how: int) -> bytes:
    """The picture as another program saves it: its credentials are gone."""
    out = io.BytesIO()
    Image.open(io.BytesIO(data)).convert("RGB").save(out, "JPEG", **{"quality": 50, **how})
    return out.getvalue()


def check(reader: FlaskClient, data: bytes | None = None, address: str = "") -> TestResponse:
    form: dict[str, object] = {"address": address}
    if data is not None:
        form["picture"] = (io.BytesIO(data), "received.jpg")
    return reader.post("/en/verify", data=form, content_type="multipart/form-data")


def counted(reader: FlaskClient) -> str:
    """All that is remembered of who asked."""
    desk: Desk = reader.application.extensions[DESK]
    return repr(vars(desk.counts.storage))


def outcome(answer: TestResponse) -> str:
    found = re.search(r'class="verdict verdict-(\w+)"', answer.text)
    assert found, answer.text
    return found[1]


def test_the_signed_file_is_known_by_its_credentials(
    records: Office, files: list[NoticeFile], published: Publication, reader: FlaskClient
) -> None:
    answer = check(reader, signed(records, files))
    assert answer.status_code == 200
    assert outcome(answer) == "current"
    assert "content credentials, signed by this installation" in answer.text
    assert f'href="/en/notices/{SLUG}"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("use", [FileUse.VIEW, FileUse.SHARE])
def test_what_pages_show_is_known_by_its_looks(
    records: Office, files: list[NoticeFile], published: Publication, reader: FlaskClient, use: FileUse
) -> None:
    for file in files:
        if file.use == use:
            answer = check(reader, again(records.store.get(file.key)))
            assert (outcome(answer), "its looks" in answer.text) == ("current", True)


def test_a_copy_without_band_and_credentials_is_known(
    records: Office, files: list[NoticeFile], published: Publication, reader: FlaskClient
) -> None:
    whole = Image.open(io.BytesIO(signed(records, files)))
    out = io.BytesIO()
    without_band(whole).save(out, "PNG")
    assert outcome(check(reader, out.getvalue())) == "current"


def test_an_altered_file_says_so(
    records: Office, files: list[NoticeFile], published: Publication, reader: FlaskClient
) -> None:
    data = bytearray(signed(records, files))
    data[data.rindex(b"\xff\xda") + 1200] ^= 1
    answer = check(reader, bytes(data))
    assert "it was changed after it was signed" in answer.text


def test_what_became_of_it(
    records: Office, notice: Notice, files: list[NoticeFile], published: Publication, reader: FlaskClient
) -> None:
    data = signed(records, files)
    with transaction(records.db):
        published.ended_at, published.ended_why = utc_now(), Ended.CORRECTED
    second = publish(records, notice, files, version=2)
    assert outcome(check(reader, again(data))) == "current"
    with transaction(records.db):
        second.ended_at, second.ended_why = utc_now(), Ended.IDENTIFIED
    answer = check(reader, data)
    assert outcome(answer) == "over"
    assert f'href="/en/notices/{SLUG}"' not in answer.text
    assert "identified" not in answer.text
    with transaction(records.db):
        second.ended_at, second.ended_why, second.expires_at = None, None, utc_now()
    assert outcome(check(reader, data)) == "over"
    with transaction(records.db):
        records.db.delete(records.db.get_one(Notice, notice.id))
    assert outcome(check(reader, again(data))) == "unknown"


def test_a_picture_of_a_version_that_was_corrected(
    records: Office, notice: Notice, files: list[NoticeFile], published: Publication, reader: FlaskClient
) -> None:
    data = signed(records, files)
    with transaction(records.db):
        published.ended_at, published.ended_why = utc_now(), Ended.CORRECTED
    second = publish(records, notice, [], version=2)  # with another picture
    for one in (data, again(data)):
        answer = check(reader, one)
        assert outcome(answer) == "corrected"
        assert f'href="/en/notices/{SLUG}"' in answer.text
    assert outcome(check(reader, address=f"/pictures/{SLUG}/1/1/en/view-320.webp")) == "corrected"
    with transaction(records.db):
        second.ended_at, second.ended_why = utc_now(), Ended.WITHDRAWN
    assert [outcome(check(reader, one)) for one in (data, again(data))] == ["over", "over"]


def test_a_signed_picture_that_nobody_approved_is_not_vouched_for(
    records: Office, notice: Notice, files: list[NoticeFile], reader: FlaskClient
) -> None:
    """It left the house as a draft; another picture of the same notice is public."""
    publish(records, notice, [])
    assert outcome(check(reader, signed(records, files))) == "unknown"


def test_a_picture_that_is_not_ours(published: Publication, reader: FlaskClient) -> None:
    out = io.BytesIO()
    Image.effect_noise((400, 500), 90).save(out, "PNG")
    answer = check(reader, out.getvalue())
    assert outcome(answer) == "unknown"
    assert "says nothing about whether the picture is true" in answer.text


@pytest.mark.parametrize(
    "address, expected",
    [
        (f"http://localhost/en/notices/{SLUG}", "current"),
        (f"localhost/th/notices/{SLUG}/print?x=1", "current"),
        (f"/notices/{SLUG}.json", "current"),
        (f"http://127.0.0.1:8000/public/pictures/{SLUG}/1/1/en/view-320.webp", "current"),
        (f"/pictures/{SLUG}/7/1/en/view-320.webp", "unknown"),
        ("/en/notices/nobody", "unknown"),
        (f"https://elsewhere.example/en/notices/{SLUG}", "elsewhere"),
        (f"http://localhost@elsewhere.example/en/notices/{SLUG}", "elsewhere"),
        ("http://[", "unknown"),
        ("%00%ff", "elsewhere"),
    ],
)
def test_an_address_is_read_and_never_fetched(
    published: Publication, reader: FlaskClient, address: str, expected: str
) -> None:
    assert outcome(check(reader, address=address)) == expected


@pytest.mark.parametrize("data", [b"GIF89a", b"\xff\xd8\xff", b"", b"\x89PNG" + bytes(100)])
def test_what_cannot_be_looked_at_is_refused(published: Publication, reader: FlaskClient, data: bytes) -> None:
    answer = check(reader, data)
    assert answer.status_code == 422
    assert "at most 16 MB" in answer.text or "Choose a picture" in answer.text


def test_too_large_a_file_is_refused(published: Publication, reader: FlaskClient) -> None:
    assert check(reader, bytes(17 * 2**20)).status_code == 413
    assert check(reader, b"\xff\xd8\xff" + bytes(16 * 2**20)).status_code == 422


def test_pictures_leave_room_for_pages(published: Publication, reader: FlaskClient) -> None:
    """A small file can hold forty million pixels, and seconds of work."""
    out = io.BytesIO()
    Image.new("RGB", (64, 64)).save(out, "PNG")
    assert check(reader, out.getvalue()).status_code == 200
    desk: Desk = reader.application.extensions[DESK]
    with desk.room, desk.room:
        busy = check(reader, out.getvalue())
        assert (busy.status_code, busy.headers["Retry-After"]) == (429, "5")
        assert "Other pictures are being looked at" in busy.text
        assert outcome(check(reader, address=f"/en/notices/{SLUG}")) == "current"
    assert check(reader, out.getvalue()).status_code == 200


def test_nothing_is_written_and_nobody_is_remembered(
    records: Office, files: list[NoticeFile], published: Publication, reader: FlaskClient
) -> None:
    services: context.Services = reader.application.extensions["semblance"]
    said: list[str] = []

    def note(*parts: object) -> None:
        said.append(str(parts[2]).lstrip().upper())

    event.listen(services.database.engine, "before_cursor_execute", note)
    before = {path: path.stat().st_mtime_ns for path in records.settings.var.rglob("*") if path.is_file()}
    check(reader, signed(records, files))
    event.remove(services.database.engine, "before_cursor_execute", note)
    assert said
    assert {statement.split()[0] for statement in said} <= {"SELECT", "BEGIN"}
    after = {path: path.stat().st_mtime_ns for path in records.settings.var.rglob("*") if path.is_file()}
    assert {path for path in after if path.suffix not in (".db-shm", ".db-wal")} <= set(before)
    with reader.application.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.7"}):
        assert network() == "192.0.2.7"
    assert "192.0.2.7" not in counted(reader)


@pytest.mark.usefixtures("windows_stand")
def test_one_asker_may_not_ask_without_end(published: Publication, reader: FlaskClient) -> None:
    codes = [
        reader.post("/en/verify", data={"address": "/"}, environ_base={"REMOTE_ADDR": "192.0.2.9"}).status_code
        for _ in range(21)
    ]
    assert codes == [200] * 20 + [429]
    assert "192.0.2.9" not in counted(reader)


def test_the_page_before_anything_was_sent(published: Publication, reader: FlaskClient) -> None:
    for language in ("en", "th"):
        answer = reader.get(f"/{language}/verify")
        assert answer.status_code == 200
        assert 'enctype="multipart/form-data"' in answer.text
        assert "csrf" not in answer.text
    assert reader.get("/en/").text.count('href="/en/verify"') == 2


def test_hashes_of_what_is_new_are_read(
    records: Office, notice: Notice, files: list[NoticeFile], published: Publication, reader: FlaskClient
) -> None:
    data = again(signed(records, files))
    assert outcome(check(reader, data)) == "current"
    publish(records, notice, files, version=2)
    assert ">2</dd>" in check(reader, data).text
    known = reader.application.extensions[DESK].known
    count = len(list(records.db.scalars(select(PublicationFile).where(PublicationFile.perceptual_hash.is_not(None)))))
    assert len(known.whole.owners) == len(known.whole.hashes) == count == 8
