"""A large file goes up in pieces to a real server, which is killed in between, and nothing of it is ever in clear."""

import os
import signal
import threading
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from app.database import Database
from app.storage import open_store
from app.tips import keys, opening
from app.tips.uploads import CHUNK, Uploads
from models import TipFile
from tests.app.conftest import settings_for
from tests.app.tips.conftest import receipt_of
from tests.app.tips.server import Server, serving, worker_of
from tests.servers import free_port, wait_until

SIZE = 3 * CHUNK + 12_345
LINE = b"The man in the red coat was here. "


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'var' / 'records.db'}"


def piece(server: Server, upload: dict[str, str], offset: int, data: bytes) -> requests.Response:
    headers = {"Upload-Key": upload["key"], "Upload-Offset": str(offset), "Content-Type": "application/octet-stream"}
    return requests.post(f"{server.url}/en/uploads/{upload['id']}", data=data, headers=headers, timeout=30)


def in_clear(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and LINE in path.read_bytes()]


def test_it_is_interrupted_and_goes_on(database: Database, database_url: str, tmp_path: Path) -> None:
    var, port = tmp_path / "var", free_port()
    settings = settings_for(var, DATABASE_URL=database_url)
    with database.session() as db:
        keys.ensure(db, settings)
    data = (LINE * (SIZE // len(LINE) + 1))[:SIZE]
    with serving(var, port, DATABASE_URL=database_url) as server:
        form = server.form(requests.Session())
        query = form.partition("?")[2]
        upload = requests.post(f"{server.url}/en/uploads?{query}", timeout=10).json()
        assert piece(server, upload, 0, data[:CHUNK]).json() == {"offset": CHUNK}
        _cut_off(server, upload, data[CHUNK : 2 * CHUNK], var / "tips" / "uploads" / upload["id"])
        os.killpg(server.process.pid, signal.SIGKILL)  # with a worker begun anew meanwhile, which would keep the port
        server.process.wait()
    assert in_clear(var) == []
    with serving(var, port, DATABASE_URL=database_url) as server:
        headers = {"Upload-Key": upload["key"]}
        told = requests.get(f"{server.url}/en/uploads/{upload['id']}", headers=headers, timeout=10)
        assert told.json() == {"offset": CHUNK}
        assert piece(server, upload, 0, data[:CHUNK]).status_code == 409
        for offset in range(CHUNK, SIZE, CHUNK):
            assert piece(server, upload, offset, data[offset : offset + CHUNK]).status_code == 200
        named = f'[{{"id": "{upload["id"]}", "key": "{upload["key"]}", "name": "video.mp4", "mime": "video/mp4"}}]'
        answer = requests.post(form, data={"uploads": named}, timeout=30)
        assert receipt_of(answer.text)
    assert in_clear(var) == []
    with database.session() as db:
        file = db.scalars(select(TipFile)).one()
        with opening.open_file(db, settings, open_store(settings), file) as (facts, pieces):
            assert b"".join(pieces) == data
        assert (facts.name, facts.size, facts.segments) == ("video.mp4", SIZE, 4)


def _cut_off(server: Server, upload: dict[str, str], data: bytes, path: Path) -> None:
    """Kill the worker while it takes a piece: half of it has arrived."""
    before = path.stat().st_size
    go_on = threading.Event()

    def half() -> "object":
        yield data[: len(data) // 2]
        go_on.wait(30)

    def send() -> None:
        headers = {"Upload-Key": upload["key"], "Upload-Offset": str(CHUNK), "Content-Length": str(len(data)),
                   "Content-Type": "application/octet-stream"}  # fmt: skip
        request = requests.Request("POST", f"{server.url}/en/uploads/{upload['id']}", headers, data=half())
        prepared = request.prepare()
        del prepared.headers["Transfer-Encoding"]
        prepared.headers["Content-Length"] = str(len(data))
        with pytest.raises(requests.RequestException):
            requests.Session().send(prepared, timeout=30)

    sender = threading.Thread(target=send)
    sender.start()
    wait_until(lambda: path.stat().st_size > before, 60, "half of a piece on the disk")
    os.kill(worker_of(server), signal.SIGKILL)
    go_on.set()
    sender.join(40)


def test_what_no_tip_asks_for_is_swept(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    name, key = uploads.begin()
    assert uploads.sweep() == 0
    path = tmp_path / name
    assert uploads.sweep(path.stat().st_mtime + 24 * 3600 + 5) == 2
    assert list(tmp_path.iterdir()) == []
    assert len(key) == 32
