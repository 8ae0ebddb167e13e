"""The examples that people copy, run as they stand against the whole product: pages, queue, worker and networks."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from app.api.guide import EXAMPLES, example
from app.database import Database
from app.identity import access_tokens
from app.settings import ROOT
from app.studio import service
from imaging.decode import decode_image
from models import Scope
from tests.app.web import Browser
from tests.live import live
from tests.people import Person, add_person
from tests.servers import wait_until

NAMES = ("likeness.sh", "likeness.py")
SCOPES = (Scope.SKETCHES_WRITE, Scope.RENDERS_READ, Scope.RENDERS_WRITE, Scope.LIKENESSES_READ)
"""Those that the examples say they need."""


@dataclass(frozen=True)
class Installation:
    url: str
    token: str


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with live(tmp_path_factory.mktemp("live") / "var") as server:
        database = Database(server.settings.database_url)
        with database.session() as db:
            token = access_tokens.issue(db, add_person(db, "p@example.org", "Person 1"), "example", SCOPES, 1).token

        def up() -> bool:
            with database.session(read_only=True) as db:
                return service.capabilities(db) is not None

        wait_until(up, 120, "the worker's start")
        database.close()
        yield Installation(server.url, token)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_an_example_does_what_it_says(installation: Installation, tmp_path: Path, name: str) -> None:
    program = sys.executable if name.endswith(".py") else "sh"
    if program == "sh" and not shutil.which("curl"):
        pytest.skip("needs curl: apt-get install curl")
    shutil.copy(min((ROOT / "static" / "samples").glob("*.png")), tmp_path / "sketch.png")
    environ = {**os.environ, "SEMBLANCE": installation.url, "SEMBLANCE_TOKEN": installation.token}
    command = [program, str(EXAMPLES / name)]
    ran = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    pictures = [path for path in tmp_path.glob("*.png") if path.name != "sketch.png"]
    assert len(pictures) == 2
    for path in pictures:
        assert decode_image(path.read_bytes()).image.size == (512, 512)
        assert json.loads(path.with_suffix(".json").read_text())["input"]["sha256"]


def test_the_page_and_the_documents_show_what_is_run(app: Flask, person: Person) -> None:
    browser = Browser(app)
    browser.sign_in(person())
    page = browser.get("/api").text.replace("&#34;", '"').replace("&#39;", "'").replace("&lt;", "<")
    page = page.replace("&gt;", ">").replace("&amp;", "&")
    document = (ROOT / "docs" / "api.md").read_text()
    for name in NAMES:
        assert example(name) in page
        assert example(name) in document
