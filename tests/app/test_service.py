"""The studio's service on both databases: intake, ownership, versions, search, asking for likenesses."""

import hashlib
import io
import threading
import uuid
from collections.abc import Callable

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import jobs, leases, workers
from app.database import Database, transaction
from app.errors import Conflict, NotFound, Refused, StorageFull
from app.intake import take_in
from app.storage import LocalStore
from app.studio import service
from imaging.decode import ImageRefused
from models import Account, Job, JobKind, JobState, Sketch
from tests.app.drawings import drawing_png
from tests.app.renderers import CAPABILITIES
from tests.people import Person


@pytest.fixture
def owner(person: Person) -> Account:
    return person()


@pytest.fixture
def sketch(db: Session, store: LocalStore, owner: Account, png: bytes) -> Sketch:
    return service.create_sketch(db, store, owner, png, "face.png")


def count(db: Session, table: type) -> int:
    return db.scalar(select(func.count()).select_from(table)) or 0


def objects(store: LocalStore) -> int:
    return sum(path.is_file() for path in store.root.rglob("*"))


def test_an_upload_becomes_a_sketch_three_objects_and_an_align_job(
    db: Session, store: LocalStore, owner: Account, sketch: Sketch, png: bytes
) -> None:
    assert (sketch.title, sketch.file_name, sketch.version) == ("face", "face.png", 1)
    assert sketch.lineage_id == sketch.id
    assert store.get(sketch.original_key) == png
    assert sketch.original_sha256 == hashlib.sha256(png).hexdigest()
    assert (sketch.original_mime, sketch.original_size) == ("image/png", len(png))
    clean = Image.open(io.BytesIO(store.get(sketch.clean_key)))
    assert (clean.format, clean.mode, clean.size) == ("PNG", "RGB", (sketch.width, sketch.height))
    thumbnail = Image.open(io.BytesIO(store.get(sketch.thumbnail_key)))
    assert thumbnail.format == "WEBP"
    assert max(thumbnail.size) <= 320
    assert all(key.startswith(f"{owner.id}/") for key in (sketch.original_key, sketch.clean_key))
    assert [(job.kind, job.state) for job in service.jobs_of(db, sketch)] == [("align", "queued")]


def test_a_phone_photo_is_made_smaller_but_kept_whole(db: Session, store: LocalStore, owner: Account) -> None:
    large = io.BytesIO()
    Image.open(io.BytesIO(drawing_png(1))).resize((3000, 4000)).save(large, "JPEG")
    sketch = service.create_sketch(db, store, owner, large.getvalue(), "IMG_1.jpg")
    assert (sketch.width, sketch.height) == (1536, 2048)
    assert store.get(sketch.original_key) == large.getvalue()


def test_metadata_does_not_reach_what_is_worked_on() -> None:
    carrier, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "Jane Roe, 5 Baker Street"
    Image.open(io.BytesIO(drawing_png(1))).save(carrier, "JPEG", exif=exif)
    taken = take_in(carrier.getvalue())
    assert b"Baker" in taken.original
    assert b"Baker" not in taken.clean_png + taken.thumbnail_webp


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n"])
def test_a_refused_upload_leaves_nothing(db: Session, store: LocalStore, owner: Account, data: bytes) -> None:
    with pytest.raises(ImageRefused):
        service.create_sketch(db, store, owner, data, "a.png")
    assert (count(db, Sketch), count(db, Job), objects(store)) == (0, 0, 0)


def test_a_full_disk_leaves_no_row(
    db: Session, store: LocalStore, owner: Account, png: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(key: str, data: bytes) -> bool:
        raise StorageFull("There is no room left.")

    monkeypatch.setattr(store, "put", full)
    with pytest.raises(StorageFull):
        service.create_sketch(db, store, owner, png, "a.png")
    assert (count(db, Sketch), count(db, Job)) == (0, 0)


@pytest.mark.parametrize(
    "sent, kept",
    [
        ("face.png", "face.png"),
        ("C:\\Users\\jane\\face.png", "face.png"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\n.png", "ab.png"),
        ("", "sketch"),
        ("/", "sketch"),
        ("x" * 300 + ".png", "x" * 251 + ".png"),
    ],
)
def test_file_names_are_only_names(
    db: Session, store: LocalStore, owner: Account, png: bytes, sent: str, kept: str
) -> None:
    sketch = service.create_sketch(db, store, owner, png, sent, title="Title")
    assert sketch.file_name == kept


def test_titles_are_one_line_and_not_too_long(db: Session, owner: Account, sketch: Sketch) -> None:
    service.rename(db, owner, sketch, "  The \n man\x00 at  the door ")
    assert service.get_sketch(db, owner, sketch.id).title == "The man at the door"
    for title in ("", "   ", "x" * 201):
        with pytest.raises(Refused):
            service.rename(db, owner, sketch, title)


def test_what_is_somebody_elses_is_not_there(db: Session, person: Person, owner: Account, sketch: Sketch) -> None:
    other = person()
    job = service.jobs_of(db, sketch)[0]
    assert service.get_sketch(db, owner, sketch.id).id == sketch.id
    messages = set()
    for sketch_id in (sketch.id, uuid.uuid4()):
        with pytest.raises(NotFound) as caught:
            service.get_sketch(db, other, sketch_id)
        messages.add(str(caught.value))
    assert len(messages) == 1
    actions: list[Callable[[], object]] = [
        lambda: service.get_job(db, other, job.id),
        lambda: service.cancel(db, other, job),
        lambda: service.retry(db, other, job),
        lambda: service.get_likeness(db, other, uuid.uuid4()),
    ]
    for action in actions:
        with pytest.raises(NotFound):
            action()
    with pytest.raises(NotFound):
        service.rename(db, other, sketch, "Stolen")
    assert service.get_sketch(db, owner, sketch.id).title == "face"
    assert service.list_sketches(db, other).total == 0


def test_versions_keep_their_lineage(db: Session, store: LocalStore, owner: Account, sketch: Sketch) -> None:
    second = service.create_sketch(db, store, owner, drawing_png(2), "b.png", parent=sketch)
    third = service.create_sketch(db, store, owner, drawing_png(3), "c.png", title="Third", parent=second)
    again = service.create_sketch(db, store, owner, drawing_png(4), "d.png", parent=sketch)
    assert [one.version for one in (sketch, second, third, again)] == [1, 2, 3, 4]
    assert [one.parent_id for one in (second, third, again)] == [sketch.id, second.id, sketch.id]
    assert (second.title, third.title) == ("face", "Third")
    assert [one.id for one in service.lineage(db, third)] == [sketch.id, second.id, third.id, again.id]
    page = service.list_sketches(db, owner)
    assert [one.id for one in page.items] == [again.id]
    service.rename(db, owner, second, "One title")
    assert {one.title for one in service.lineage(db, sketch)} == {"One title"}


def test_new_versions_at_the_same_moment_get_different_numbers(
    database: Database, db: Session, store: LocalStore, owner: Account, sketch: Sketch
) -> None:
    failures: list[BaseException] = []
    owner_id, sketch_id = owner.id, sketch.id

    def add(seed: int) -> None:
        try:
            with database.session() as own:
                me = own.get_one(Account, owner_id)
                parent = own.get_one(Sketch, sketch_id)
                service.create_sketch(own, store, me, drawing_png(seed), "x.png", parent=parent)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=add, args=(seed,)) for seed in range(2, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    db.rollback()
    assert [one.version for one in service.lineage(db, sketch)] == [1, 2, 3, 4, 5]


def test_the_list_is_paged_searched_and_newest_first(
    db: Session, store: LocalStore, owner: Account, png: bytes
) -> None:
    titles = ["Élodie at the BANK", "100% sure", "man_with_hat", "manXwithXhat", "the bank, again"]
    made = [service.create_sketch(db, store, owner, png, "a.png", title=title) for title in titles]
    page = service.list_sketches(db, owner, per_page=2)
    assert ([one.id for one in page.items], page.pages, page.total) == ([made[4].id, made[3].id], 3, 5)
    assert [one.id for one in service.list_sketches(db, owner, page=3, per_page=2).items] == [made[0].id]
    for beyond in (99, 0, -1):
        assert service.list_sketches(db, owner, page=beyond, per_page=2).page in (1, 3)
    for query, found in (
        ("bank", [4, 0]),
        ("élodie", [0]),
        ("E\u0301lodie", [0]),
        ("ÉLODIE bank", [0]),
        ("%", [1]),
        ("n_w", [2]),
        ("\\", []),
        ("nothing", []),
    ):
        items = service.list_sketches(db, owner, query).items
        assert [one.id for one in items] == [made[number].id for number in found], query


def test_an_empty_list_has_one_page(db: Session, owner: Account) -> None:
    page = service.list_sketches(db, owner)
    assert (page.items, page.page, page.pages, page.total) == ([], 1, 1, 0)


def test_a_render_is_asked_for_once_however_often_the_button_is_pressed(
    db: Session, owner: Account, sketch: Sketch
) -> None:
    first = service.request_render(db, owner, sketch, "pix2pix", 7, 0.5, [[100, 120], [160, 121.234]])
    again = service.request_render(db, owner, sketch, "pix2pix", 7, 0.5)
    other = service.request_render(db, owner, sketch, "pix2pix", 8, 0.5)
    assert first.id == again.id != other.id
    eyes = [[100.0, 120.0], [160.0, 121.23]]
    assert first.params == {"engine": "pix2pix", "seed": 7, "strength": 0.5, "eyes": eyes}
    assert service.get_sketch(db, owner, sketch.id).eyes == eyes
    assert [service.queue_position(db, job) for job in (first, other)] == [2, 3]


def test_what_was_done_can_be_asked_for_again(db: Session, owner: Account, sketch: Sketch) -> None:
    worker = workers.register(db, "host", "1", CAPABILITIES)
    align = leases.claim(db, worker, list(JobKind), 15)
    first = service.request_render(db, owner, sketch, "pix2pix")
    claim = leases.claim(db, worker, list(JobKind), 15)
    assert align is not None
    assert claim is not None
    with transaction(db):
        leases.finish(db, claim)
    assert service.request_render(db, owner, sketch, "pix2pix").id != first.id


def test_eyes_are_taken_from_left_to_right(db: Session, owner: Account, sketch: Sketch) -> None:
    service.request_render(db, owner, sketch, "pix2pix", eyes=[[160, 120], [100, 121]])
    assert service.get_sketch(db, owner, sketch.id).eyes == [[100.0, 121.0], [160.0, 120.0]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": -1},
        {"seed": 2**31},
        {"strength": -0.1},
        {"strength": 1.1},
        {"strength": float("nan")},
        {"engine": "unknown"},
        {"engine": ""},
        {"engine": "x" * 65},
        {"eyes": []},
        {"eyes": [[1, 2]]},
        {"eyes": [[1, 2], [3]]},
        {"eyes": [[1, 2], [3, 4], [5, 6]]},
        {"eyes": [[100, 100], [104, 104]]},
        {"eyes": [[100, 100], [102, 180]]},
        {"eyes": [[-1, 100], [100, 100]]},
        {"eyes": [[100, 100], [100_000, 100]]},
        {"eyes": [[float("nan"), 100], [100, 100]]},
        {"eyes": [[float("inf"), 100], [100, 100]]},
    ],
)
def test_a_wish_that_cannot_be_fulfilled_is_refused_before_it_is_queued(
    db: Session, owner: Account, sketch: Sketch, wrong: dict[str, object]
) -> None:
    workers.register(db, "host", "1", CAPABILITIES)
    before = count(db, Job)
    wish: dict[str, object] = {"engine": "pix2pix", **wrong}
    with pytest.raises(Refused):
        service.request_render(db, owner, sketch, **wish)  # type: ignore[arg-type]
    assert count(db, Job) == before
    assert service.get_sketch(db, owner, sketch.id).eyes is None


def test_a_render_can_be_asked_for_while_no_worker_lives(db: Session, owner: Account, sketch: Sketch) -> None:
    assert service.capabilities(db) is None
    assert service.request_render(db, owner, sketch, "pix2pix").state == JobState.QUEUED


def test_capabilities_are_those_of_a_living_worker(db: Session) -> None:
    worker = workers.register(db, "host", "1", CAPABILITIES)
    assert service.capabilities(db) == CAPABILITIES
    workers.stop(db, worker)
    assert service.capabilities(db) is None


def test_cancel_and_retry_of_ones_own(db: Session, owner: Account, sketch: Sketch) -> None:
    job = service.jobs_of(db, sketch)[0]
    service.cancel(db, owner, job)
    with pytest.raises(Conflict):
        service.cancel(db, owner, job)
    assert service.retry(db, owner, job).state == JobState.QUEUED
    assert jobs.position(db, job) == 1
