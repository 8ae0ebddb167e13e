"""What every store promises, held by a folder, by a bucket and by a part of a bucket."""

import datetime as dt
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import NotFound
from app.storage import DamagedObject, Kept, MissingObject, cloud, local, object_key
from models import utc_now
from tests.app.stores import DATA, KEY, OWNER, Shelf, cloud_shelf, local_shelf


@pytest.fixture(
    params=["folder", pytest.param("bucket", marks=pytest.mark.cloud), pytest.param("prefix", marks=pytest.mark.cloud)]
)
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    if request.param == "folder":
        return local_shelf(tmp_path / "objects")
    bucket = request.getfixturevalue("bucket")
    return cloud_shelf(bucket, "agency/sketches/" if request.param == "prefix" else "")


def test_what_was_put_comes_back(shelf: Shelf) -> None:
    store = shelf.store
    assert store.put(KEY, DATA)
    assert store.get(KEY) == DATA
    with store.open(KEY) as file:
        assert file.read() == DATA
    assert store.exists(KEY)
    assert store.size(KEY) == len(DATA)
    assert shelf.listing() == {KEY}
    store.check()


def test_a_file_is_kept_as_bytes_are(shelf: Shelf) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(DATA)
        assert shelf.store.put_file(KEY, file)
        assert not shelf.store.put_file(KEY, file)
        assert shelf.store.get(KEY) == DATA
        with pytest.raises(ValueError, match="not that of these bytes"):
            shelf.store.put_file(object_key(OWNER, b"other"), file)


def test_one_object_is_described_as_it_is_listed(shelf: Shelf) -> None:
    shelf.store.put(KEY, DATA)
    assert [shelf.store.describe(KEY)] == list(shelf.store.objects())
    with pytest.raises(MissingObject):
        shelf.store.describe(object_key(OWNER, b"other"))


def test_nothing_can_be_kept_as_well(shelf: Shelf) -> None:
    key = object_key(OWNER, b"")
    assert shelf.store.put(key, b"")
    assert shelf.store.get(key) == b""


def test_putting_twice_keeps_the_first(shelf: Shelf) -> None:
    assert shelf.store.put(KEY, DATA)
    (before,) = shelf.store.objects()
    assert not shelf.store.put(KEY, DATA)
    assert list(shelf.store.objects()) == [before]


def test_owners_do_not_share(shelf: Shelf) -> None:
    other = object_key(uuid.uuid4(), DATA)
    shelf.store.put(KEY, DATA)
    assert not shelf.store.exists(other)
    actions: list[Callable[[str], object]] = [shelf.store.get, shelf.store.open, shelf.store.size]
    for action in actions:
        with pytest.raises(MissingObject, match="missing") as caught:
            action(other)
        assert isinstance(caught.value, NotFound)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "a",
        KEY + "/",
        "/" + KEY,
        KEY.upper(),
        f"{OWNER}/../{OWNER}/{'a' * 64}",
        f"../{KEY}",
        f"{OWNER}/{'a' * 63}",
        f"{OWNER}/{'a' * 64}\n",
        f"{OWNER}\x00/{'a' * 64}",
        f"{OWNER}\\{'a' * 64}",
    ],
)
def test_only_exact_keys_are_keys(shelf: Shelf, key: str) -> None:
    store = shelf.store
    actions: list[Callable[[str], object]] = [store.get, store.open, store.exists, store.size]
    for action in actions:
        with pytest.raises(ValueError, match="key"):
            action(key)
    with pytest.raises(ValueError, match="key"):
        store.put(key, DATA)
    assert shelf.listing() == set()


def test_bytes_under_another_key_are_refused(shelf: Shelf) -> None:
    with pytest.raises(ValueError, match="not that of these bytes"):
        shelf.store.put(KEY, DATA + b"!")
    assert shelf.listing() == set()


def test_a_flipped_bit_is_noticed_before_the_first_byte(shelf: Shelf) -> None:
    shelf.store.put(KEY, DATA)
    shelf.overwrite(KEY, b"b" + DATA[1:])
    for action in (shelf.store.get, shelf.store.open):
        with pytest.raises(DamagedObject, match="damaged"):
            action(KEY)


def test_a_cut_object_is_not_taken_for_kept(shelf: Shelf) -> None:
    shelf.store.put(KEY, DATA)
    shelf.overwrite(KEY, DATA[:10])
    with pytest.raises(DamagedObject):
        shelf.store.put(KEY, DATA)


def test_every_object_is_listed_with_its_size_and_age(shelf: Shelf) -> None:
    before = utc_now() - dt.timedelta(seconds=2)
    kept = {object_key(owner, data): data for owner in (OWNER, uuid.uuid4()) for data in (b"one", b"three")}
    for key, data in kept.items():
        shelf.store.put(key, data)
    listed = list(shelf.store.objects())
    assert {one.key: one.size for one in listed} == {key: len(data) for key, data in kept.items()}
    assert all(before < one.changed < utc_now() + dt.timedelta(seconds=2) for one in listed)


def only(shelf: Shelf) -> Kept:
    (kept,) = shelf.store.objects()
    return kept


def test_what_is_removed_is_gone(shelf: Shelf) -> None:
    shelf.store.put(KEY, DATA)
    kept = only(shelf)
    assert shelf.store.remove(kept)
    assert shelf.listing() == set()
    shelf.store.remove(kept)
    assert shelf.listing() == set()
    assert shelf.store.put(KEY, DATA)


@pytest.fixture
def renewed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (cloud, local):
        monkeypatch.setattr(module, "RENEW_AGE", dt.timedelta(0))


def test_an_old_object_that_is_put_again_is_new_and_survives_a_sweep(shelf: Shelf, renewed_at_once: None) -> None:
    shelf.store.put(KEY, DATA)
    listed = only(shelf)
    assert not shelf.store.put(KEY, DATA)
    assert only(shelf).changed > listed.changed
    assert not shelf.store.remove(listed)
    assert shelf.store.get(KEY) == DATA
    assert shelf.store.remove(only(shelf))
