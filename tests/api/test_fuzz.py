"""schemathesis asks the running application everything that the document allows, and much that it does not.

Held to: no 5xx, no answer that the document does not describe, what is wrong is refused and what is right is not, no
answer without a token, nothing read after it was deleted.
"""

import os
import re
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from app import create_app, workers
from app.settings import ROOT, Settings
from models import Account
from tests import tipped
from tests.api.conftest import Issue
from tests.api.test_cases import put_into_units
from tests.app.renderers import CAPABILITIES
from tests.app.web import work

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

CONFIG = ROOT / "tests" / "api" / "fuzz.toml"


@contextmanager
def served(app: "WSGIApplication") -> Iterator[str]:
    """The application behind a port; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def app(settings: Settings) -> Flask:
    return create_app(Settings.from_env({**settings_environ(settings), "SEMBLANCE_RATE_LIMITS": "off"}))


def settings_environ(settings: Settings) -> dict[str, str]:
    return {"SEMBLANCE_VAR": str(settings.var), "DATABASE_URL": settings.database_url}


@pytest.mark.slow
def test_no_request_gets_an_answer_that_the_document_does_not_describe(
    app: Flask, db: Session, account: Account, issue: Issue, png: bytes, tmp_path: Path
) -> None:
    program = issue()
    workers.register(db, "here", "1", CAPABILITIES)
    sketch = program.hand_in(png).headers["Location"]
    render = program.post(f"{sketch}/renders", json={"engine": "pix2pix"}).headers["Location"]
    work(app)
    put_into_units(db, account, "North")
    case = program.post("/cases", json={"title": "Harbour"}).headers["Location"]
    drafted = {"case_id": case.rpartition("/")[2], "category": "missing"}
    notice = program.post("/notices", json=drafted).headers["Location"]
    likeness = program.get(render).json["likenesses"][0]["id"]  # type: ignore[index]
    with tipped.forms_of(app, db) as forms:
        tip = tipped.send(db, forms)
    tipped.put_into(db, tip, uuid.UUID(case.rpartition("/")[2]))
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "FUZZ_TOKEN": program.token,
        "FUZZ_CASE": case.rpartition("/")[2],
        "FUZZ_SKETCH": sketch.rpartition("/")[2],
        "FUZZ_RENDER": render.rpartition("/")[2],
        "FUZZ_LIKENESS": likeness,
        "FUZZ_TIP": str(tip.id),
        "FUZZ_NOTICE": notice.rpartition("/")[2],
    }
    with served(app) as url:
        program_path = str(Path(sys.executable).with_name("schemathesis"))
        command = [program_path, "--config-file", str(CONFIG), "run", "--no-color", f"{url}/api/v1/openapi.json"]
        ran = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    tried = re.search(r"Operations?:\s+(\d+) selected / \1 total", ran.stdout)
    assert tried is not None, ran.stdout
    assert int(tried[1]) >= 29
