"""The real photo beside the likeness: handed in, compared, replaced, consented to."""

import io
import json

import pytest
from PIL import Image
from sqlalchemy import select

from app.database import transaction
from app.storage import split_key
from imaging.encode import encode_png
from models import CustodyEntry, JobKind, JobState, Likeness, RealPhoto
from tests.app.drawings import drawing_jpeg, drawing_png
from tests.app.renderers import CAPABILITIES
from tests.app.web import Browser, services
from tests.pages.desk import Desk, words
from tests.people import PASSWORD, Person


@pytest.fixture
def likeness(desk: Desk) -> Likeness:
    sketch = desk.add()
    desk.work()
    desk.render(sketch)
    desk.work()
    return desk.likenesses(sketch)[0]


def address(likeness: Likeness) -> str:
    return f"/likenesses/{likeness.id}/photo"


def hand_in(desk: Desk, likeness: Likeness, data: bytes, name: str = "photo.jpg", status: int = 303) -> str:
    answer = desk.browser.post(address(likeness), {"photo": (io.BytesIO(data), name)})
    assert answer.status_code == status, answer.text
    return answer.text


def page(desk: Desk, likeness: Likeness) -> str:
    answer = desk.browser.get(address(likeness))
    assert answer.status_code == 200
    return answer.text


def photos(desk: Desk) -> list[RealPhoto]:
    desk.db.rollback()
    return list(desk.db.scalars(select(RealPhoto).order_by(RealPhoto.created_at)))


def told(desk: Desk, action: str) -> list[CustodyEntry]:
    desk.db.rollback()
    return list(desk.db.scalars(select(CustodyEntry).where(CustodyEntry.action == action).order_by(CustodyEntry.at)))


def with_place() -> bytes:
    """A JPEG whose EXIF says who took it."""
    exif = Image.Exif()
    exif[0x013B] = "Somebody With A Camera"
    out = io.BytesIO()
    Image.open(io.BytesIO(drawing_png(2))).convert("RGB").save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_before_there_is_a_photo_the_page_says_what_to_do(desk: Desk, likeness: Likeness) -> None:
    said = words(page(desk, likeness))
    assert "Once the person is known, put their photo here." in said
    assert "How alike" not in said
    assert address(likeness) in desk.page(desk.sketch(f"/{likeness.sketch_id}"))


def test_a_photo_is_kept_as_it_came_and_shown_without_metadata(desk: Desk, likeness: Likeness) -> None:
    data = with_place()
    hand_in(desk, likeness, data, "../../IMG 1.jpg")
    photo, store = photos(desk)[0], services(desk.app).store
    assert store.get(photo.original_key) == data
    assert photo.file_name == "IMG 1.jpg"
    shown = desk.browser.get(f"/photos/{photo.id}/image").data
    assert b"Somebody" in data
    assert b"Somebody" not in shown
    taken = desk.browser.get(f"/photos/{photo.id}/original")
    assert taken.data == data
    assert taken.headers["Content-Disposition"].startswith("attachment")
    entry = told(desk, "photo.added")[0]
    assert (entry.after, entry.before, entry.object_id) == (photo.original_sha256, None, photo.id)


def test_the_worker_compares_and_says_so_in_custody(desk: Desk, likeness: Likeness) -> None:
    hand_in(desk, likeness, drawing_jpeg(3))
    assert "Next in the queue" in words(page(desk, likeness))
    desk.work()
    photo = photos(desk)[0]
    assert photo.ssim == 0
    assert photo.aligned_key is not None
    said = words(page(desk, likeness))
    assert "SSIM 0.000" in said
    assert "This is not a biometric match." in said
    assert "weights import matcher FILE" in said
    assert 'id="view-wipe"' in page(desk, likeness)
    entry = told(desk, "photo.measured")[0]
    assert entry.actor == "worker"
    assert (entry.after, entry.details["ssim"]) == (split_key(photo.aligned_key)[1], "0.0000")


def test_equal_pictures_score_one(desk: Desk, likeness: Likeness) -> None:
    hand_in(desk, likeness, services(desk.app).store.get(likeness.image_key), "same.png")
    desk.work()
    assert photos(desk)[0].ssim == 1


def test_with_a_matcher_the_cosine_is_shown(desk: Desk, likeness: Likeness) -> None:
    hand_in(desk, likeness, drawing_jpeg(3))
    desk.work()
    with transaction(desk.db):
        photo = desk.db.scalars(select(RealPhoto)).one()
        photo.cosine, photo.matcher_sha256 = 0.4321, "a" * 64
    said = words(page(desk, likeness))
    assert "Identity cosine 0.432" in said
    assert "weights import matcher" not in said
    assert "a" * 64 in said


def test_a_new_photo_replaces_the_former_which_stays(desk: Desk, likeness: Likeness) -> None:
    hand_in(desk, likeness, drawing_jpeg(3), "first.jpg")
    hand_in(desk, likeness, drawing_jpeg(4), "second.jpg")
    first, second = photos(desk)
    assert first.replaced_at is not None
    assert second.replaced_at is None
    said = words(page(desk, likeness))
    assert "One photo was here before" in said
    assert desk.browser.get(f"/photos/{first.id}/original").data == drawing_jpeg(3)
    entry = told(desk, "photo.added")[1]
    assert (entry.before, entry.after) == (first.original_sha256, second.original_sha256)
    answer = desk.browser.post(f"/photos/{first.id}/consent", {"consent": "yes", "note": "a letter"})
    assert answer.status_code == 409
    assert "replaced by a newer one" in answer.text


def test_dragged_eyes_are_what_is_compared(desk: Desk, likeness: Likeness) -> None:
    hand_in(desk, likeness, drawing_jpeg(3))
    fields = {"left_x": "90", "left_y": "100", "right_x": "150", "right_y": "104"}
    photo = photos(desk)[0]
    assert desk.browser.post(f"/photos/{photo.id}/eyes", fields).status_code == 303
    jobs = desk.jobs(photo, JobKind.PHOTO)  # type: ignore[arg-type]
    assert sorted(job.state for job in jobs) == [JobState.CANCELLED, JobState.QUEUED]
    desk.work()
    assert photos(desk)[0].eyes == [[90, 100], [150, 104]]
    assert "Placed by hand." in words(page(desk, likeness))
    assert len(told(desk, "photo.eyes")) == 1
    answer = desk.browser.post(f"/photos/{photo.id}/eyes", fields | {"right_x": "9999"})
    assert answer.status_code == 422
    assert "Put the two marks on the two eyes." in words(answer.text)


def test_consent_needs_a_word_and_can_be_withdrawn(desk: Desk, likeness: Likeness) -> None:
    hand_in(desk, likeness, drawing_jpeg(3))
    photo = photos(desk)[0]
    place = f"/photos/{photo.id}/consent"
    refused = desk.browser.post(place, {"consent": "yes", "note": " "})
    assert refused.status_code == 422
    assert "Say on whose word" in refused.text
    assert desk.browser.post(place, {"consent": "yes", "note": "Form 12, signed 3 May"}).status_code == 303
    assert photos(desk)[0].consent
    assert "Form 12, signed 3 May" in words(page(desk, likeness))
    assert desk.browser.post(place, {"consent": "no"}).status_code == 303
    assert not photos(desk)[0].consent
    entries = told(desk, "photo.consent")
    assert [entry.details["consent"] for entry in entries] == [True, False]
    assert "Form 12" not in json.dumps([entry.details for entry in entries])


@pytest.mark.parametrize("data", [b"", b"no picture", b"<svg/>"])
def test_what_is_no_picture_is_refused_whole(desk: Desk, likeness: Likeness, data: bytes) -> None:
    hand_in(desk, likeness, data, status=422)
    assert desk.browser.post(address(likeness)).status_code == 422
    assert photos(desk) == []


def test_a_soft_photo_is_no_blank_drawing(desk: Desk, likeness: Likeness) -> None:
    """Drawings are refused where nothing is drawn; a dim photo has no lines either."""
    soft = Image.linear_gradient("L").convert("RGB")
    hand_in(desk, likeness, encode_png(soft))
    assert len(photos(desk)) == 1


def test_others_see_neither_page_nor_pictures(desk: Desk, likeness: Likeness, person: Person) -> None:
    hand_in(desk, likeness, drawing_jpeg(3))
    desk.work()
    other = Browser(desk.app)
    other.sign_in(person("Somebody Else"), PASSWORD)
    photo = photos(desk)[0]
    places = [address(likeness)] + [
        f"/photos/{photo.id}/{part}" for part in ("image", "aligned", "thumbnail", "original", "status.json")
    ]
    assert [other.get(place).status_code for place in places] == [404] * len(places)
    assert [desk.browser.get(place).status_code for place in places] == [200] * len(places)


def test_the_status_follows_the_comparison(desk: Desk, likeness: Likeness) -> None:
    hand_in(desk, likeness, drawing_jpeg(3))
    place = f"/photos/{photos(desk)[0].id}/status.json"
    first = desk.browser.get(place)
    assert first.get_json()["busy"] is True
    assert desk.browser.get(place, **{"If-None-Match": first.headers["ETag"]}).status_code == 304
    desk.work()
    after = desk.browser.get(place, **{"If-None-Match": first.headers["ETag"]})
    assert (after.get_json()["busy"], after.get_json()["ssim"]) == (False, 0)


def test_a_failed_comparison_can_be_asked_for_again(desk: Desk, likeness: Likeness) -> None:
    hand_in(desk, likeness, drawing_jpeg(3))
    photo = photos(desk)[0]
    desk.put(desk.jobs(photo, JobKind.PHOTO)[0], JobState.FAILED, "It broke.")  # type: ignore[arg-type]
    said = words(page(desk, likeness))
    assert "The photo could not be compared" in said
    assert "It broke." in said
    assert desk.browser.post(f"/photos/{photo.id}/eyes").status_code == 303
    desk.work()
    assert photos(desk)[0].ssim == 0


def test_workers_without_a_matcher_have_none() -> None:
    assert not any(one.get("kind") == "matcher" for one in CAPABILITIES["weights"])
