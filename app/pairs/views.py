"""The page on which a supervisor exports pairs of the sketches that they see."""

import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO

from flask import Blueprint, Response, render_template

from app import context, gate
from app.errors import Refused
from app.languages.telling import tell
from app.pairs.collecting import files, pairs
from app.pairs.recording import record_export
from app.studio.sight import worked_on_by
from models import utc_now

blueprint = Blueprint("pairs", __name__, url_prefix="/pairs")
CHUNK = 2**18
IN_MEMORY = 16 * 2**20


@blueprint.get("")
@gate.roles("supervisor")
def page() -> str:
    return _page()


@blueprint.post("/export")
@gate.roles("supervisor")
@gate.confirmed
def export() -> Response | tuple[str, int]:
    """As a ZIP file that `python -m training prepare` reads as it is."""
    db, account = context.db(), context.account()
    try:
        kept = record_export(db, account, pairs(db, worked_on_by(account)))
    except Refused as error:
        return _page(tell(error)), error.status
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the answer closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files(context.store(), kept):
            archive.writestr(name, data)
    response = Response(_chunks(file), mimetype="application/zip")
    response.content_length = file.seek(0, 2)
    file.seek(0)
    response.call_on_close(file.close)
    name = f"pairs-{utc_now():%Y%m%d}-{len(kept)}.zip"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _page(message: str = "") -> str:
    found = pairs(context.db(), worked_on_by(context.account()))
    return render_template("pairs/pairs.html", count=len(found), message=message)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
