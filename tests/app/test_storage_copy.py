"""An installation's objects move from a folder to a bucket and back, are checked, and go on where they were stopped."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.settings import ROOT, Settings
from app.storage import LocalStore, cloud, object_key
from app.storage.__main__ import main
from app.studio import service
from app.supervisor.children import die_with_parent
from models import Sketch
from tests.app.drawings import drawing_jpeg
from tests.app.stores import OWNER
from tests.bucket import Bucket
from tests.live import environment
from tests.people import Person
from tests.servers import wait_until

pytestmark = pytest.mark.cloud

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def database_url(settings: Settings) -> str:
    return settings.database_url


@pytest.fixture
def sketch(db: Session, store: LocalStore, person: Person) -> Sketch:
    return service.create_sketch(db, store, person(), drawing_jpeg(1), "kept.jpg")


@pytest.fixture
def many(sketch: Sketch, store: LocalStore) -> dict[str, bytes]:
    """A hundred objects; rows name three of them."""
    for number in range(97):
        data = f"object {number}".encode() * 100
        store.put(object_key(OWNER, data), data)
    return contents(store.root)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def copy(
    settings: Settings, bucket: Bucket, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """``python -m app.storage copy``: its exit code and what it says."""
    monkeypatch.setenv("SEMBLANCE_VAR", str(settings.var))
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", bucket.wire)

    def run(source: str, target: str) -> tuple[int, str]:
        code = main(["copy", source, target])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


class Copying:
    """The command in a process of its own, to be killed."""

    def __init__(self, settings: Settings, bucket: Bucket, source: str, target: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app.storage", "copy", source, target],
            cwd=ROOT,
            env=environment(settings.var, STORAGE_EMULATOR_HOST=bucket.wire),
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=die_with_parent,
        )

    def kill_when(self, ready: Callable[[], bool]) -> None:
        try:
            wait_until(ready, 60, "half of the copying")
        finally:
            self.process.kill()
        assert self.process.wait() == -signal.SIGKILL


@contextmanager
def held(bucket: Bucket, enough: Callable[[], bool]) -> Iterator[None]:
    """From ``enough`` on no request is answered within the block, so that nobody comes to an end in it; then they are
    refused, and it is waited for that."""
    over = threading.Event()

    def hold(*_: str) -> tuple[int, bytes] | None:
        if not enough():
            return None
        over.wait(120)
        return 503, b"{}"

    bucket.on_request = hold
    try:
        yield
    finally:
        over.set()
        wait_until(lambda: bucket.busy == 0, 60, "the end of what the dead had asked for")
        bucket.on_request = lambda *_: None


def test_from_a_folder_to_a_bucket_and_back_killed_twice(
    settings: Settings,
    bucket: Bucket,
    store: LocalStore,
    many: dict[str, bytes],
    copy: Command,
    tmp_path: Path,
) -> None:
    there, back = f"{bucket.url}/moved", tmp_path / "back"
    with held(bucket, lambda: len(bucket.uploads()) >= 30):
        Copying(settings, bucket, store.root.as_uri(), there).kill_when(lambda: len(bucket.uploads()) >= 30)
    sent = len(bucket.names())
    assert 30 <= sent < len(many)
    bucket.seen.clear()
    code, said = copy(store.root.as_uri(), there)
    assert code == 0
    copied, present = map(int, re.findall(r"Copied (\d+); (\d+) were there already", said)[0])
    assert copied + present == len(many)
    # What had arrived is not sent again. A request of the dead may still arrive: bytes outlive who sent them.
    assert present >= sent
    assert 0 < copied <= len(bucket.uploads()) <= len(many) - sent
    assert f"{len(many)} (" in said
    assert "Rows name 3 objects; 3 are at the destination." in said
    assert bucket.names() == {f"moved/{key}" for key in many}

    LocalStore(back)
    bucket.seen.clear()
    with held(bucket, lambda: len(bucket.downloads()) >= 30):
        Copying(settings, bucket, there, back.as_uri()).kill_when(lambda: len(list(back.rglob("*"))) >= 20)
    assert len(contents(back)) < len(many)
    code, said = copy(there, back.as_uri())
    assert code == 0, said
    assert {key: data for key, data in contents(back).items() if ".writing-" not in key} == many


def test_copying_again_copies_nothing_and_checks_everything(
    bucket: Bucket, store: LocalStore, many: dict[str, bytes], copy: Command
) -> None:
    assert copy(store.root.as_uri(), bucket.url)[0] == 0
    bucket.seen.clear()
    code, said = copy(store.root.as_uri(), bucket.url)
    assert (code, f"Copied 0; {len(many)} were there already." in said) == (0, True)
    assert bucket.uploads() == []
    assert len([one for one in bucket.seen if one.path.startswith("/download/")]) == len(many)


def test_damage_is_found_at_either_end_and_nothing_is_replaced(
    bucket: Bucket, store: LocalStore, sketch: Sketch, many: dict[str, bytes], copy: Command
) -> None:
    here, there, *_ = sorted(many.keys() - {sketch.original_key, sketch.clean_key, sketch.thumbnail_key})
    (store.root / here).write_bytes(b"damaged")
    bucket.overwrite(there, b"damaged")
    code, said = copy(store.root.as_uri(), bucket.url)
    assert code == 1
    assert f"{here}  damaged at the source" in said
    assert f"{there}  damaged at the destination" in said
    assert f"Copied {len(many) - 2};" in said
    assert here not in bucket.names()
    assert LocalStore(store.root).get(there) == many[there]


def test_what_rows_name_and_nobody_has_is_told(
    bucket: Bucket, store: LocalStore, sketch: Sketch, copy: Command
) -> None:
    (store.root / sketch.clean_key).unlink()
    code, said = copy(store.root.as_uri(), bucket.url)
    assert code == 1
    assert "Rows name 3 objects; 2 are at the destination." in said
    assert f"{sketch.clean_key}  sketch.clean_key" in said


def test_a_bucket_that_goes_away_breaks_it_off_and_it_goes_on_later(
    bucket: Bucket, store: LocalStore, many: dict[str, bytes], copy: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("READ_SECONDS", "WRITE_SECONDS"):
        monkeypatch.setattr(cloud, name, 0.4)
    gone = threading.Event()

    def watch(method: str, path: str) -> tuple[int, bytes] | None:
        if len(bucket.uploads()) >= 20:
            gone.set()
        return (503, b"{}") if gone.is_set() else None

    bucket.on_request = watch
    code, said = copy(store.root.as_uri(), bucket.url)
    assert (code, "run the same command again" in said) == (3, True)
    bucket.on_request = lambda *_: None
    assert copy(store.root.as_uri(), bucket.url)[0] == 0
    assert bucket.names() == set(many)


def test_a_third_of_the_calls_failing_only_delays_it(
    bucket: Bucket, store: LocalStore, sketch: Sketch, copy: Command
) -> None:
    bucket.failing = 0.3
    code, said = copy(store.root.as_uri(), bucket.url)
    assert code == 0, said
    bucket.failing = 0.0
    assert bucket.names() == set(contents(store.root))


def test_a_place_that_is_none_is_said(
    bucket: Bucket, store: LocalStore, sketch: Sketch, copy: Command, tmp_path: Path
) -> None:
    code, said = copy((tmp_path / "nowhere").as_uri(), bucket.url)
    assert (code, "There is no folder" in said) == (1, True)
    assert not (tmp_path / "nowhere").exists()
    code, said = copy(bucket.url, bucket.url)
    assert (code, "the same place" in said) == (1, True)
    with pytest.raises(SystemExit) as caught:
        copy("s3://bucket", bucket.url)
    assert caught.value.code == 2
    code, said = copy(store.root.as_uri(), "gs://no-such-bucket")
    assert (code, "no-such-bucket" in said) == (3, True)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a tiny disk needs root")
def test_a_destination_without_room_is_said(
    bucket: Bucket, store: LocalStore, many: dict[str, bytes], copy: Command, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this machine does not allow mounting a tiny disk")
    try:
        code, said = copy(store.root.as_uri(), disk.as_uri())
        assert (code, "no room" in said) == (3, True)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
