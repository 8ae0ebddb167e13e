"""The web process killed at its worst moment, and the disk full: an error, never a half-written thing."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from app.database import Database, upgrade
from app.identity import links
from app.settings import ROOT, Settings
from app.supervisor.children import die_with_parent
from models import Job, JobState, Sketch
from tests.app.conftest import settings_for
from tests.app.crew import crew
from tests.app.drawings import drawing_png
from tests.app.web import Browser, services, work
from tests.live import environment
from tests.people import PASSWORD, Person
from tests.servers import START_SECONDS, free_port, wait_until

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
def database_url(settings: Settings) -> str:
    return settings.database_url


def answers(url: str) -> bool:
    try:
        return requests.get(url + "/livez", timeout=2).ok
    except requests.RequestException:
        return False


@pytest.fixture
def mortal_web(database: Database, settings: Settings) -> Iterator[str]:
    """The address of a web process that dies after committing the first job."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.app.web_process", str(port)],
        cwd=ROOT,
        env=environment(settings.var),
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(url), START_SECONDS, "the start of the web process")
        yield url
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_web_process_killed_between_commit_and_answer_loses_nothing(
    db: Session, settings: Settings, person: Person, mortal_web: str
) -> None:
    account = person()
    with requests.Session() as browser:

        def token(page: str) -> str:
            found = TOKEN.search(browser.get(mortal_web + page, timeout=60).text)
            assert found
            return found[1]

        signing_in = {"csrf_token": token("/sign-in"), "email": account.email, "password": PASSWORD}
        assert browser.post(mortal_web + "/sign-in", signing_in, timeout=60).ok
        fields, files = {"csrf_token": token("/account")}, {"files": ("a.png", drawing_png(1))}
        with pytest.raises(requests.ConnectionError):
            browser.post(mortal_web + "/sketches/new", fields, files=files, timeout=60)
    db.rollback()
    sketch, job = db.scalars(select(Sketch)).one(), db.scalars(select(Job)).one()
    assert (job.state, job.subject_id) == (JobState.QUEUED, sketch.id)
    with crew(settings.var) as hired:
        hired.start()
        wait_until(lambda: done(db), START_SECONDS, "the work that nobody was told of")
    db.refresh(sketch)
    assert sketch.found_eyes is not None


def done(db: Session) -> bool:
    db.rollback()
    return db.scalars(select(Job.state)).one() == JobState.DONE


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 6 MB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a tiny disk needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this machine does not allow mounting a tiny disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 4096):
                pass
        except OSError:
            return ballast
    raise AssertionError("the disk has no end")


def test_a_full_disk_is_an_error_and_afterwards_everything_works(small_disk: Path) -> None:
    settings = settings_for(small_disk / "var")
    upgrade(settings.database_url)
    app = create_app(settings)
    wired = services(app)
    with wired.database.session() as db:
        token = links.issue_first_admin(db)
        assert token is not None
        account = links.create_first_account(db, token, "a@example.org", "A", PASSWORD)
    browser = Browser(app)
    assert browser.sign_in(account).status_code == 303
    kept = browser.upload(drawing_png(1)).headers["Location"]
    form_token = browser.token()
    ballast = fill(small_disk)
    refused = browser.client.post(
        "/sketches/new", data={"csrf_token": form_token, "files": (io.BytesIO(drawing_png(2)), "b.png")}
    )
    assert refused.status_code == 507
    assert "no room" in refused.text
    assert browser.get(kept).status_code == 200
    ballast.unlink()
    assert not list(small_disk.rglob(".writing-*"))
    with wired.database.session() as db:
        assert db.scalar(select(func.count()).select_from(Sketch)) == 1
        assert db.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    work(app)
    assert browser.upload(drawing_png(2)).status_code == 303
    wired.database.close()
