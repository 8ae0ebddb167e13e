"""Objects in a folder: written whole, never outside it, and nothing left of those who died or ran out of room."""

import errno
import fcntl
import hashlib
import os
import resource
import shutil
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import StorageFull
from app.settings import ROOT
from app.storage import TEMPORARY, DamagedObject, Kept, LocalStore, StorageUnavailable, object_key, open_store
from tests.app.conftest import settings_for

OWNER = uuid.UUID("11111111-2222-4333-8444-555555555555")
DATA = b"a drawing" * 1000
KEY = object_key(OWNER, DATA)


def files(store: LocalStore) -> list[str]:
    return sorted(str(path.relative_to(store.root)) for path in store.root.rglob("*") if not path.is_dir())


def test_many_writers_make_one_object(store: LocalStore) -> None:
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
    assert files(store) == [KEY]


def test_a_link_to_a_file_outside_is_not_followed(store: LocalStore, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(DATA)
    (store.root / str(OWNER)).mkdir()
    (store.root / KEY).symlink_to(secret)
    for action in (store.get, store.size, store.open, lambda name: store.put(name, DATA)):
        with pytest.raises(DamagedObject):
            action(KEY)
    assert secret.read_bytes() == DATA


def test_a_link_in_the_place_of_an_owner_is_not_followed(store: LocalStore, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (store.root / str(OWNER)).symlink_to(elsewhere)
    with pytest.raises(OSError, match=r".") as caught:
        store.put(KEY, DATA)
    assert caught.value.errno in (errno.ENOTDIR, errno.ELOOP)
    with pytest.raises(DamagedObject):
        store.get(KEY)
    assert list(elsewhere.iterdir()) == []


def test_a_pipe_in_the_place_of_an_object_holds_nobody_up(store: LocalStore) -> None:
    (store.root / str(OWNER)).mkdir()
    os.mkfifo(store.root / KEY)
    with pytest.raises(DamagedObject):
        store.get(KEY)


def test_leftovers_of_killed_writers_are_swept(store: LocalStore) -> None:
    store.put(KEY, DATA)
    old, new = (store.root / str(OWNER) / f"{TEMPORARY}{name}" for name in ("old", "new"))
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert store.tidy() == 1
    assert files(store) == sorted([KEY, f"{OWNER}/{TEMPORARY}new"])


def test_a_file_that_may_not_grow_leaves_nothing(store: LocalStore) -> None:
    """A full disk, as RLIMIT_FSIZE plays it: the write fails after its first bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(StorageFull, match="no room"):
            store.put(KEY, DATA)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert files(store) == []
    assert store.put(KEY, DATA)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a tiny disk needs root")
def test_a_full_disk_leaves_nothing_and_hurts_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this machine does not allow mounting a tiny disk")
    try:
        store = LocalStore(disk)
        store.put(KEY, DATA)
        large = os.urandom(200_000)
        with pytest.raises(StorageFull, match="no room"):
            store.put(object_key(OWNER, large), large)
        assert files(store) == [KEY]
        assert store.get(KEY) == DATA
    finally:
        subprocess.run(["umount", str(disk)], check=True)


KILLED_WRITER = """
import os, sys, uuid
from pathlib import Path
from app import storage
real = os.link
def die(*args, **kwargs):
    if sys.argv[2] == "after":
        real(*args, **kwargs)
    os.kill(os.getpid(), 9)
os.link = die
data = b"a drawing" * 1000
storage.LocalStore(Path(sys.argv[1])).put(sys.argv[3], data)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_writer_killed_around_the_last_step_leaves_all_or_nothing(store: LocalStore, moment: str) -> None:
    command = [sys.executable, "-c", KILLED_WRITER, str(store.root), moment, KEY]
    assert subprocess.run(command, cwd=ROOT).returncode == -9
    assert store.exists(KEY) == (moment == "after")
    store.put(KEY, DATA)
    assert hashlib.sha256(store.get(KEY)).hexdigest() == KEY[-64:]


def test_the_store_of_the_settings(tmp_path: Path) -> None:
    place = tmp_path / "with space"
    opened = open_store(settings_for(tmp_path / "var", STORAGE_URL=place.as_uri()))
    opened.put(KEY, DATA)
    assert (place / KEY).read_bytes() == DATA
    opened.check()


def test_a_folder_that_is_gone_is_no_lost_object(store: LocalStore) -> None:
    store.put(KEY, DATA)
    shutil.rmtree(store.root)
    for action in (
        lambda: store.put(KEY, DATA),
        lambda: store.get(KEY),
        lambda: store.open(KEY),
        lambda: store.exists(KEY),
        lambda: list(store.objects()),
        store.check,
    ):
        with pytest.raises(StorageUnavailable) as caught:
            action()
        assert str(store.root) in caught.value.reason
        assert str(store.root) not in str(caught.value)


def test_what_is_not_named_like_an_object_is_left_alone(store: LocalStore) -> None:
    store.put(KEY, DATA)
    for name in ("notes.txt", f"{OWNER}/notes.txt", f"{OWNER}/{TEMPORARY}x", f"{uuid.uuid4()}/{'g' * 64}"):
        (store.root / name).parent.mkdir(exist_ok=True)
        (store.root / name).write_bytes(b"?")
    (store.root / str(OWNER) / ("a" * 64)).symlink_to("/etc/passwd")
    assert [one.key for one in store.objects()] == [KEY]


def test_a_sweep_and_a_writer_of_the_same_object_agree(store: LocalStore) -> None:
    """Whoever comes first: after both there is an object, unless nobody put it after the sweep had looked."""
    wrong = []
    for _ in range(30):
        store.put(KEY, DATA)
        os.utime(store.root / KEY, (0, 0))
        (kept,) = store.objects()
        barrier = threading.Barrier(2)
        outcome: list[bool] = []

        def write(barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            store.put(KEY, DATA)

        def sweep(barrier: threading.Barrier = barrier, kept: Kept = kept, outcome: list[bool] = outcome) -> None:
            barrier.wait()
            outcome.append(store.remove(kept))

        threads = [threading.Thread(target=write), threading.Thread(target=sweep)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if not store.exists(KEY):
            wrong.append(outcome)
    assert wrong == []


def taken(folder: Path, how: int) -> bool:
    """Whether somebody else's lock on the folder keeps this one out."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def test_a_sweep_waits_for_writers_and_writers_for_a_sweep(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = store.root / str(OWNER)
    store.put(KEY, DATA)
    os.utime(store.root / KEY, (0, 0))
    seen: list[tuple[bool, bool]] = []

    def watched(real: Callable[..., None]) -> Callable[..., None]:
        def step(*args: object, **kwargs: object) -> None:
            seen.append((taken(folder, fcntl.LOCK_SH), taken(folder, fcntl.LOCK_EX)))
            real(*args, **kwargs)

        return step

    monkeypatch.setattr(os, "utime", watched(os.utime))
    monkeypatch.setattr(os, "unlink", watched(os.unlink))
    store.put(KEY, DATA)
    assert seen == [(False, True)]  # other writers may go on, a sweep may not
    (kept,) = store.objects()
    assert store.remove(kept)
    assert seen[1:] == [(True, True)]
