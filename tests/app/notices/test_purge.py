"""A CDN is told what changed, by a real HTTP server that takes it or does not."""

import dataclasses
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.database import transaction
from app.notices import deciding, purge, purging
from app.settings import SettingsError
from app.settings.purge import PurgeSettings
from models import Purge, utc_now
from tests.app.conftest import settings_for
from tests.app.notices.desk import Desk


@dataclass
class Cdn:
    """What was asked of it; ``answers`` are the next ones, first come first."""

    port: int = 0
    asked: list[tuple[str, list[str]]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@pytest.fixture
def cdn() -> Iterator[Cdn]:
    kept = Cdn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            kept.asked.append((self.headers.get("Authorization", ""), body))
            self.send_response(kept.answers.pop(0) if kept.answers else 200)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Nothing: the test has what was asked."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield kept
    server.shutdown()
    server.server_close()


def tell(desk: Desk, cdn: Cdn | None, token: str = "a-long-token") -> int:
    to = PurgeSettings(f"http://127.0.0.1:{cdn.port}/purge", token) if cdn else None
    settings = dataclasses.replace(desk.office.settings, purge=to, notices_url="https://notices.example.org")
    told = purge.send_due(desk.office.database, settings)
    desk.db.rollback()
    return told


def make_due(desk: Desk) -> None:
    with transaction(desk.db):
        desk.db.execute(update(Purge).values(due_at=utc_now()))


def test_every_address_that_changed_is_told_once(desk: Desk, cdn: Cdn) -> None:
    notice, _row = desk.published()
    assert tell(desk, cdn) == 1
    assert tell(desk, cdn) == 0
    ((key, told),) = cdn.asked
    assert key == "Bearer a-long-token"
    root, slug = "https://notices.example.org", notice.slug
    lists = {"en/", "th/feed.atom", "notices.json", "sitemap.xml"}
    own = {f"en/notices/{slug}", f"th/notices/{slug}/print", f"notices/{slug}.json", f"notices/{slug}/misp.json"}
    assert {f"{root}/{path}" for path in lists | own | {f"pictures/{slug}/1/1/th/view-320.webp"}} <= set(told)
    assert len(told) == len(set(told))
    deciding.withdraw(desk.db, desk.office.supervisor, notice.id)
    assert tell(desk, cdn) == 1
    assert cdn.asked[1][1] == told


@pytest.mark.parametrize("answer", [500, 403, 302, 304])
def test_what_is_not_taken_is_tried_again_and_said(desk: Desk, cdn: Cdn, answer: int) -> None:
    desk.published()
    cdn.answers = [answer, 200]
    assert tell(desk, cdn) == 0
    assert tell(desk, cdn) == 0  # not yet
    found = purge.waiting(desk.db)
    assert (found.notices, found.attempts, found.answer) == (1, 1, f"HTTP {answer}")
    make_due(desk)
    assert tell(desk, cdn) == 1
    assert purge.waiting(desk.db).notices == 0
    assert len(cdn.asked) == 2


def test_a_server_that_is_away_holds_nothing_up(desk: Desk, cdn: Cdn) -> None:
    notice, _row = desk.published()
    away = Cdn(port=1)
    assert tell(desk, away) == 0
    deciding.withdraw(desk.db, desk.office.supervisor, notice.id)
    assert desk.db.scalars(select(Purge)).one().attempts == 0  # a new change is told of at once
    assert tell(desk, away) == 0
    desk.db.rollback()
    assert purge.waiting(desk.db).answer == "ConnectionError"
    make_due(desk)
    assert tell(desk, cdn) == 1


def test_a_change_while_telling_is_told_of_too(desk: Desk) -> None:
    notice, _row = desk.published()
    before = desk.db.scalars(select(Purge)).one()
    since, attempts = before.since, before.attempts
    with transaction(desk.db):
        purging.mark(desk.db, notice.slug)
    with transaction(desk.db):
        purge._note(desk.db, notice.slug, since, attempts, "")
    assert purge.waiting(desk.db).notices == 1


def test_where_nobody_is_to_be_told_nothing_waits(desk: Desk) -> None:
    desk.published()
    assert tell(desk, None) == 0
    assert purge.waiting(desk.db).notices == 0


@pytest.mark.parametrize(
    "environ",
    [
        {"PURGE_URL": "ftp://purge.example.org"},
        {"PURGE_URL": "https://me:secret@purge.example.org"},
        {"PURGE_URL": "nonsense"},
        {"PURGE_URL": "http://p.example.org", "PURGE_TOKEN": "x", "SEMBLANCE_ENV": "production"},
    ],
)
def test_settings_that_cannot_be_are_told(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="PURGE_"):
        settings_for(tmp_path / "var", **environ)


def test_the_token_may_come_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("a-long-token\n")
    settings = settings_for(tmp_path / "var", PURGE_URL="https://p.example.org/x", PURGE_TOKEN_FILE=str(file))
    assert settings.purge == PurgeSettings("https://p.example.org/x", "a-long-token")
    assert "a-long-token" not in repr(settings)
