"""A notice is withdrawn while its pages and pictures are on their way to readers, from the real server: what was begun
ends whole, and whatever is asked from then on is answered that it is over, however it is asked."""

import hashlib
import http.client
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import transaction
from app.notices import publications
from app.storage import object_key
from models import Ended, FileUse, Notice, Publication, PublicationFile
from tests.live import WebPart, web_part
from tests.published import Press

pytestmark = pytest.mark.slow
SLUG = "harbour"
PAGES = (f"/en/notices/{SLUG}", f"/th/notices/{SLUG}/print", f"/notices/{SLUG}.json", f"/notices/{SLUG}/misp.json")
VIEW = f"/pictures/{SLUG}/1/1/en/view-240.webp"
LARGE = f"/pictures/{SLUG}/1/1/en/signed-9000.png"
LARGE_SIZE = 24 * 2**20
"""Bytes: more than the buffers of both ends of a connection hold, so the server is still writing."""
AT_ONCE = 30.0
"""Seconds within which whoever asks must be told, on a machine that may be busy with much else."""
READERS = 4
PATHS = (VIEW, *PAGES)


@dataclass(frozen=True)
class Answer:
    """``asked`` and ``told`` are moments of the monotonic clock."""

    path: str
    status: int
    digest: str
    asked: float
    told: float


@pytest.fixture
def served(database_url: str, press: Press, tmp_path: Path) -> Iterator[WebPart]:
    """The public surface, with a notice that has one very large picture besides the usual ones."""
    row = press.publish(SLUG, seeds=(1,))
    _add_large(press, row)
    with web_part(tmp_path / "var", "public", DATABASE_URL=database_url) as part:
        yield part


def _add_large(press: Press, row: Publication) -> None:
    data = os.urandom(LARGE_SIZE)
    key = object_key(press.case.id, data)
    press.store.put(key, data)
    facts = {"use": FileUse.SIGNED, "mime": "image/png", "width": 9000, "height": 9000, "position": 1, "language": "en"}
    with transaction(press.db):
        press.db.add(
            PublicationFile(
                id=uuid.uuid4(), publication_id=row.id, size=len(data), key=key,
                sha256=hashlib.sha256(data).hexdigest(), **facts,
            )
        )  # fmt: skip


def _withdraw(db: Session, press: Press) -> float:
    """As a supervisor's withdrawal does, and when it was done."""
    with transaction(db):
        notice = db.scalars(select(Notice).where(Notice.slug == SLUG)).one()
        assert publications.end(db, press.author, notice, Ended.WITHDRAWN)
    return time.monotonic()


def test_a_picture_that_was_begun_ends_whole_and_the_next_is_refused(
    served: WebPart, db: Session, press: Press
) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect((host, int(port)))
        slow.sendall(f"GET {LARGE} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        begun = http.client.HTTPResponse(slow)
        begun.begin()
        assert (begun.status, begun.length) == (200, LARGE_SIZE)
        withdrawn = _withdraw(db, press)
        for path in (LARGE, *PATHS):
            assert requests.get(served.url + path, timeout=60).status_code == 410, path
        assert time.monotonic() - withdrawn < AT_ONCE
        data = begun.read()
    assert hashlib.sha256(data).hexdigest() == begun.headers["ETag"].strip('"')


def test_whatever_a_reader_has_of_it_already_is_not_confirmed(served: WebPart, db: Session, press: Press) -> None:
    """A copy between us and the reader asks with what it holds; told 304, it would go on showing it."""
    tags = {path: requests.get(served.url + path, timeout=60).headers["ETag"] for path in PATHS}
    for path, tag in tags.items():
        assert requests.get(served.url + path, headers={"If-None-Match": tag}, timeout=60).status_code == 304, path
    withdrawn = _withdraw(db, press)
    for path, tag in tags.items():
        for asked in (
            {"If-None-Match": tag},
            {"If-None-Match": "*"},
            {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
            {"Range": "bytes=0-99"},
            {"Range": "bytes=100-", "If-Range": tag},
        ):
            for ask in (requests.get, requests.head):
                answer = ask(served.url + path, headers=asked, timeout=60)
                assert answer.status_code == 410, (path, asked)
                assert "Content-Range" not in answer.headers
    assert time.monotonic() - withdrawn < 10 * AT_ONCE  # a hundred questions, one after the other


def _rounds(ended: threading.Semaphore) -> None:
    """Until the readers have gone round three times."""
    for _ in range(3 * READERS):
        assert ended.acquire(timeout=300)


def test_of_many_readers_none_who_asks_afterwards_gets_any_of_it(served: WebPart, db: Session, press: Press) -> None:
    """Both processes of the server hold pages in their memory; each answer is whole and right, or says that it is
    over."""
    whole = {path: hashlib.sha256(requests.get(served.url + path, timeout=60).content).hexdigest() for path in PATHS}
    over, warm, answers = threading.Event(), threading.Semaphore(0), list[Answer]()

    def read() -> None:
        with requests.Session() as session:
            while not over.is_set():
                for path in PATHS:
                    asked = time.monotonic()
                    answer = session.get(served.url + path, timeout=60)
                    digest = hashlib.sha256(answer.content).hexdigest()
                    answers.append(Answer(path, answer.status_code, digest, asked, time.monotonic()))
                warm.release()

    with ThreadPoolExecutor(READERS) as pool:
        readers = [pool.submit(read) for _ in range(READERS)]
        _rounds(warm)
        withdrawn = _withdraw(db, press)
        while warm.acquire(blocking=False):  # rounds that ended while it was withdrawn
            pass
        _rounds(warm)
        over.set()
        for reader in readers:
            reader.result()
    before = [one for one in answers if one.status == 200]
    assert before
    assert all(one.digest == whole[one.path] for one in before)
    assert {one.status for one in answers} == {200, 410}
    late = [one for one in answers if one.asked > withdrawn]
    assert {one.path for one in late} == set(PATHS)
    assert {one.status for one in late} == {410}
    assert max(one.told for one in before) - withdrawn < AT_ONCE
