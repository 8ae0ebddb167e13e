"""Objects in a bucket: what goes over the wire, and what happens when the wire fails."""

import datetime as dt
import io
import json
import os
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.storage import (
    DamagedObject,
    Kept,
    ObjectStore,
    RemovalRefused,
    StorageUnavailable,
    breaker,
    cloud,
    object_key,
    open_store,
)
from app.storage.cloud import CloudStore
from tests.app.conftest import settings_for
from tests.app.stores import DATA, KEY, OWNER
from tests.bucket import Bucket
from tests.servers import wait_until

pytestmark = pytest.mark.cloud


@pytest.fixture
def store(bucket: Bucket, tmp_path: Path) -> ObjectStore:
    """The store of the settings, as every process opens it."""
    opened = open_store(settings_for(tmp_path / "var", **bucket.environ))
    assert isinstance(opened, CloudStore)
    return opened


@pytest.fixture
def impatient(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("READ_SECONDS", "WRITE_SECONDS"):
        monkeypatch.setattr(cloud, name, 0.4)
    monkeypatch.setattr(breaker, "REST", 0.3)


def some_objects(count: int) -> dict[str, bytes]:
    made = [f"object {number}".encode() * 500 for number in range(count)]
    return {object_key(OWNER, data): data for data in made}


LARGE = os.urandom(9 * 2**20)


@pytest.mark.parametrize("data", [DATA, LARGE], ids=["at once", "in parts"])
def test_an_upload_asks_to_create_only_and_carries_its_checksum(
    bucket: Bucket, store: ObjectStore, data: bytes
) -> None:
    key = object_key(OWNER, data)
    assert store.put(key, data)
    (begun,) = [one for one in bucket.seen if one.begins_upload]
    assert begun.query["ifGenerationMatch"] == "0"
    assert b'"crc32c": "' + cloud._crc32c(io.BytesIO(data)).encode() in begun.body
    assert store.get(key) == data


def test_every_upload_asks_to_create_only_also_when_repeated(bucket: Bucket, store: ObjectStore) -> None:
    bucket.failing = 0.3
    for key, data in some_objects(20).items():
        store.put(key, data)
        store.put(key, data)
    begun = [one for one in bucket.seen if one.begins_upload]
    assert len(begun) > 40
    assert {one.query.get("ifGenerationMatch") for one in begun} == {"0"}


def test_nothing_is_made_public_and_no_access_list_is_touched(bucket: Bucket, store: ObjectStore) -> None:
    store.put(KEY, DATA)
    store.get(KEY)
    store.check()
    (kept,) = store.objects()
    store.remove(kept)
    for one in bucket.seen:
        assert "acl" not in one.path.lower()
        assert not {name for name in one.query if "acl" in name.lower() and one.query[name] != "noAcl"}
        assert b"acl" not in one.body.lower()
        assert b"allUsers" not in one.body


def test_an_upload_whose_answer_is_lost_is_done_once(bucket: Bucket, store: ObjectStore) -> None:
    lost: list[str] = []

    def lose_the_first(method: str, path: str) -> None:
        bucket.failing = 0.0
        if path.startswith("/upload/") and not lost:
            lost.append(path)
            bucket.failing = 1.0

    bucket.fault = "cut after"
    bucket.on_request = lose_the_first
    assert not store.put(KEY, DATA)  # it was there already, by our own first try
    assert [one.status for one in bucket.seen if one.uploads] == [0, 412]
    assert store.get(KEY) == DATA


def test_a_third_of_the_calls_failing_is_only_a_delay(bucket: Bucket, store: ObjectStore) -> None:
    bucket.failing = 0.3
    kept = some_objects(30)
    for key, data in kept.items():
        store.put(key, data)
    assert {key: store.get(key) for key in kept} == kept
    assert {one.key for one in store.objects()} == set(kept)
    assert bucket.faults > 15
    assert bucket.names() == set(kept)


def test_a_download_that_is_broken_off_is_resumed_and_whole(bucket: Bucket, store: ObjectStore) -> None:
    data = os.urandom(2**20)
    key = object_key(OWNER, data)
    store.put(key, data)
    bucket.seen.clear()
    bucket.failing, bucket.fault = 1.0, "cut within"

    def heal(method: str, path: str) -> None:
        if len(bucket.seen) > 1:
            bucket.failing = 0.0

    bucket.on_request = heal
    assert store.get(key) == data
    assert len(bucket.seen) == 2
    assert bucket.seen[1].headers["range"].startswith("bytes=")


def test_a_bit_flipped_on_the_way_here_is_asked_for_again(bucket: Bucket, store: ObjectStore) -> None:
    store.put(KEY, DATA)
    flips = [lambda data: b"\0" + data[1:], lambda data: data]
    bucket.on_download = lambda data: flips.pop(0)(data)
    assert store.get(KEY) == DATA
    assert flips == []
    bucket.on_download = lambda data: b"\0" + data[1:]
    with pytest.raises(DamagedObject):
        store.get(KEY)


def test_a_bit_flipped_on_the_way_there_is_not_kept(bucket: Bucket, store: ObjectStore) -> None:
    bucket.on_upload = lambda body: body.replace(b"a drawing", b"A drawing", 1)
    with pytest.raises(StorageUnavailable):
        store.put(KEY, DATA)
    assert bucket.names() == set()


def test_a_bucket_that_does_not_answer_is_said_soon_and_then_at_once(
    bucket: Bucket, store: ObjectStore, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(KEY, DATA)
    monkeypatch.setattr(cloud, "READ_SECONDS", 3.0)
    monkeypatch.setattr(breaker, "REST", 3600.0)
    bucket.failing = 1.0
    with pytest.raises(StorageUnavailable, match="cannot be reached") as caught:
        store.get(KEY)
    assert bucket.name in caught.value.reason
    asked = len(bucket.seen)
    assert asked > 1
    for _ in range(50):
        with pytest.raises(StorageUnavailable):
            store.get(KEY)
    assert len(bucket.seen) == asked  # not asked at all, so nobody waited
    bucket.failing = 0.0
    assert isinstance(store, CloudStore)
    store._breaker._until = time.monotonic()
    wait_until(lambda: works(store), 60, "the bucket's return")


def works(store: ObjectStore) -> bool:
    try:
        return store.get(KEY) == DATA
    except StorageUnavailable:
        return False


@pytest.fixture
def held(bucket: Bucket) -> Iterator[threading.Event]:
    """Requests wait until this is set."""
    let_go = threading.Event()

    def hold(method: str, path: str) -> None:
        let_go.wait(20)

    bucket.on_request = hold
    yield let_go
    let_go.set()


def test_a_bucket_that_never_answers_holds_nobody_for_long(
    store: ObjectStore, held: threading.Event, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud, "TIMEOUT", (0.3, 0.3))
    began = time.monotonic()
    with pytest.raises(StorageUnavailable):
        store.put(KEY, DATA)
    assert time.monotonic() - began < 15


def test_a_refusal_is_no_failure_of_the_bucket(bucket: Bucket, store: ObjectStore) -> None:
    store.put(KEY, DATA)
    (kept,) = store.objects()
    refusal = json.dumps({"error": {"code": 403, "message": "no permission for storage.objects.delete"}}).encode()
    bucket.on_request = lambda method, _: (403, refusal) if method == "DELETE" else None
    with pytest.raises(RemovalRefused, match=r"storage\.objects\.delete"):
        store.remove(kept)
    assert store.get(KEY) == DATA
    bucket.on_request = lambda *_: (403, refusal)
    with pytest.raises(StorageUnavailable) as caught:
        store.get(KEY)
    assert "403" in caught.value.reason
    bucket.on_request = lambda *_: None
    assert store.get(KEY) == DATA


def test_a_bucket_that_is_not_there_is_no_lost_object(bucket: Bucket, store: ObjectStore) -> None:
    gone = json.dumps({"error": {"code": 404, "message": "The specified bucket does not exist."}}).encode()
    bucket.on_request = lambda *_: (404, gone)
    for action in (lambda: store.get(KEY), lambda: store.put(KEY, DATA), lambda: store.exists(KEY), store.check):
        with pytest.raises(StorageUnavailable) as caught:
            action()
        assert bucket.name in caught.value.reason


def test_readiness_asks_for_every_permission_and_writes_nothing(bucket: Bucket, store: ObjectStore) -> None:
    store.check()
    assert [(one.method, one.path.rpartition("/")[2]) for one in bucket.seen] == [("GET", "testPermissions")]
    granted = json.dumps({"permissions": ["storage.objects.get", "storage.objects.list"]}).encode()
    bucket.on_request = lambda *_: (200, granted)
    with pytest.raises(StorageUnavailable) as caught:
        store.check()
    assert "storage.objects.create" in caught.value.reason
    assert "storage.objects.get" not in caught.value.reason


def test_an_account_that_may_not_renew_can_still_put_again(
    bucket: Bucket, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(KEY, DATA)
    monkeypatch.setattr(cloud, "RENEW_AGE", dt.timedelta(0))
    bucket.on_request = lambda method, _: (403, b"{}") if method == "PATCH" else None
    assert not store.put(KEY, DATA)


def test_an_object_swept_while_it_is_put_again_is_written_anew(
    bucket: Bucket, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(KEY, DATA)
    monkeypatch.setattr(cloud, "RENEW_AGE", dt.timedelta(0))

    def sweep(method: str, path: str) -> None:
        if method == "PATCH" and bucket.names():
            bucket.delete(KEY)

    bucket.on_request = sweep
    assert store.put(KEY, DATA)
    assert store.get(KEY) == DATA


def test_many_writers_make_one_object(bucket: Bucket, store: ObjectStore) -> None:
    created: list[bool] = []
    barrier = threading.Barrier(8)

    def write() -> None:
        barrier.wait()
        created.append(store.put(KEY, DATA))

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(created) == [False] * 7 + [True]
    assert bucket.names() == {KEY}


def test_what_is_not_named_like_an_object_is_left_out(bucket: Bucket, store: ObjectStore) -> None:
    store.put(KEY, DATA)
    for name in ("notes.txt", f"{OWNER}/notes.txt", f"other/{KEY}", f"{uuid.uuid4()}/{'g' * 64}"):
        bucket.overwrite(name, b"?")
    listed: list[Kept] = list(store.objects())
    assert [one.key for one in listed] == [KEY]


def test_without_an_account_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "nowhere.json"))
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    with pytest.raises(StorageUnavailable) as caught:
        open_store(settings_for(tmp_path / "var", STORAGE_URL="gs://agency-sketches"))
    assert "no account" in caught.value.reason
    assert "nowhere.json" in caught.value.reason
