"""Files are asked about at a real clamd, with a signature of our own: the published ones come from elsewhere."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import create_app
from app.database import Database
from app.inbox import scanning
from app.inbox.scanning import ScannerAway, ask
from app.storage import LocalStore, open_store
from app.tips import keys
from models import Scan, TipFile, TipKey
from tests.app.conftest import settings_for
from tests.app.drawings import drawing_png
from tests.app.inbox.conftest import Agency
from tests.app.web import Browser, services
from tests.servers import not_installed, wait_until

BAD = b"semblance-tests-take-this-for-a-virus"
CLAMD = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")


@pytest.fixture(scope="session")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where it listens."""
    if CLAMD is None:
        not_installed("clamd", "clamav-daemon")
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "own.ndb").write_text(f"Semblance.Test:0:*:{BAD.hex()}\n")
    listens = folder / "clamd.ctl"
    config = folder / "clamd.conf"
    lines = (f"DatabaseDirectory {folder}", f"LocalSocket {listens}", "Foreground yes", "StreamMaxLength 1M",
             f"TemporaryDirectory {folder}")  # fmt: skip
    config.write_text("\n".join(lines) + "\n")
    process = subprocess.Popen([str(CLAMD), "--config-file", str(config)], stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: _answers(f"unix://{listens}"), 60, "clamd")
        yield f"unix://{listens}"
    finally:
        process.terminate()
        process.wait(15)


def _answers(url: str) -> bool:
    try:
        return ask(url, [b"hello"]) == Scan.CLEAN
    except ScannerAway:
        return False


def test_what_it_says(clamd: str) -> None:
    assert ask(clamd, [b"nothing", b"", b" to see"]) == Scan.CLEAN
    assert ask(clamd, [b"x" * 100_000, BAD[:9], BAD[9:]]) == Scan.INFECTED
    assert ask(clamd, (b"x" * 2**16 for _ in range(64))) == Scan.FAILED


def test_nobody_answers(tmp_path: Path) -> None:
    with pytest.raises(ScannerAway):
        ask(f"unix://{tmp_path / 'nothing.ctl'}", [b"x"])


def test_what_holds_a_virus_is_handed_out_to_nobody(agency: Agency, database: Database, clamd: str) -> None:
    tip = agency.send(files=[("bad.txt", BAD), ("good.txt", b"good")])
    settings = settings_for(agency.settings.var, DATABASE_URL=agency.settings.database_url, CLAMAV_URL=clamd)
    assert scanning.scan_waiting(database, open_store(settings), settings) == 2
    assert scanning.scan_waiting(database, open_store(settings), settings) == 0
    agency.db.rollback()
    found = {file.scan: file for file in agency.db.query(TipFile)}
    assert set(found) == {Scan.INFECTED, Scan.CLEAN}
    browser = agency.browser(agency.investigator)
    assert "Holds a virus" in browser.get(f"/inbox/{tip.id}").text
    assert browser.get(f"/inbox/{tip.id}/files/{found[Scan.INFECTED].id}/download").status_code == 403
    assert browser.get(f"/inbox/{tip.id}/files/{found[Scan.CLEAN].id}/download").data == b"good"


def test_a_round_ends_when_it_took_long(
    agency: Agency, database: Database, clamd: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency.send(files=[("a.txt", b"a"), ("b.txt", b"b")])
    settings = settings_for(agency.settings.var, DATABASE_URL=agency.settings.database_url, CLAMAV_URL=clamd)
    monkeypatch.setattr(scanning, "ROUND", 0.0)
    store = open_store(settings)
    assert [scanning.scan_waiting(database, store, settings) for _ in range(3)] == [1, 1, 0]


def test_what_was_not_asked_about_yet_waits(agency: Agency) -> None:
    """With a scanner set and away nothing is handed out, and nothing is given up."""
    tip = agency.send(files=[("a.png", drawing_png(5))])
    file = agency.db.query(TipFile).one()
    settings = settings_for(agency.settings.var, DATABASE_URL=agency.settings.database_url, CLAMAV_URL="unix:///nobody")
    app = create_app(settings)
    browser = Browser(app)
    assert browser.sign_in(agency.investigator).status_code == 303
    page = browser.get(f"/inbox/{tip.id}").text
    assert "Being checked" in page
    assert "/picture" not in page
    for part in ("picture", "download"):
        assert browser.get(f"/inbox/{tip.id}/files/{file.id}/{part}").status_code == 409
    copy = browser.post(f"/inbox/{tip.id}/redacted", {f"file-{file.id}": "yes"})
    assert (copy.status_code, copy.mimetype) == (409, "text/html")
    wired = services(app)
    assert scanning.scan_waiting(wired.database, wired.store, settings) == 0
    agency.db.rollback()
    assert file.scan == Scan.WAITING


def test_what_cannot_be_opened_here_waits_for_its_key(agency: Agency, database: Database, clamd: str) -> None:
    agency.send(files=[("good.txt", b"good")])
    settings = settings_for(agency.settings.var, DATABASE_URL=agency.settings.database_url, CLAMAV_URL=clamd)
    key = agency.db.query(TipKey).one()
    secret = keys.secret_of(settings, key)
    keys.take_out(agency.db, key)
    assert scanning.scan_waiting(database, open_store(settings), settings) == 0
    keys.bring_in(agency.db, settings, key.public, secret)
    assert scanning.scan_waiting(database, open_store(settings), settings) == 1
    agency.db.rollback()
    assert agency.db.query(TipFile).one().scan == Scan.CLEAN


def test_without_a_scanner_nothing_is_asked(agency: Agency, database: Database, store: LocalStore) -> None:
    agency.send(files=[("good.txt", b"good")])
    assert scanning.scan_waiting(database, store, agency.settings) == 0
