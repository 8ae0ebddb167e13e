"""The files of tips, handed out so that they can do no harm.

Pictures are decoded and made anew before a browser shows them. Everything else is only ever taken away, as bytes that
no browser opens by itself. What holds a virus is handed out to nobody.
"""

import itertools
import re
from collections.abc import Iterator

from flask import Response
from flask_babel import gettext as _

from app import context
from app.errors import Conflict, Forbidden
from app.inbox.reading import is_picture
from app.security import OBJECT_CSP
from app.settings import Settings
from app.tips import opening
from imaging.clean import clean_picture
from imaging.decode import ImageRefused
from imaging.encode import encode_png
from models import Scan, TipFile


def handed_out(settings: Settings, file: TipFile) -> bool:
    """Whether it holds no virus as far as is known; where there is a scanner, only once that was asked."""
    return file.scan in (Scan.CLEAN, Scan.FAILED) or (file.scan == Scan.WAITING and settings.clamav_url is None)


def check_handed_out(settings: Settings, file: TipFile) -> None:
    """Raises Forbidden for a virus, Conflict for what the scanner has not seen yet."""
    if file.scan == Scan.INFECTED:
        raise Forbidden(_("This file holds a virus. It is kept as it came and is not handed out."))
    if not handed_out(settings, file):
        raise Conflict(_("This file is still being checked for viruses. Try again in a minute."))


def picture(file: TipFile) -> bytes:
    """The file as a PNG made anew, nothing of its metadata left. Raises Conflict for what is no picture, and as
    ``check_handed_out`` does."""
    check_handed_out(context.settings(), file)
    with opening.open_file(context.db(), context.settings(), context.store(), file) as (facts, pieces):
        if not is_picture(facts):
            raise Conflict(_("This file cannot be shown. Take it away as a file instead."))
        data = b"".join(pieces)
    try:
        return encode_png(clean_picture(data, drawing=False).image)
    except ImageRefused:
        raise Conflict(_("This file cannot be shown. Take it away as a file instead.")) from None


def send_picture(file: TipFile) -> Response:
    response = Response(picture(file), mimetype="image/png")
    response.headers["Content-Security-Policy"] = OBJECT_CSP
    response.headers["Cache-Control"] = "no-store"
    return response


def send_file(file: TipFile) -> Response:
    """As bytes for the disk alone, whatever they are."""
    held = opening.open_file(context.db(), context.settings(), context.store(), file)
    facts, pieces = held.__enter__()
    try:
        first = next(pieces, b"")  # what cannot be opened says so now, and not in the middle of an answer
    except BaseException as error:
        held.__exit__(type(error), error, error.__traceback__)
        raise
    response = Response(_rest(first, pieces), mimetype="application/octet-stream")
    response.content_length = facts.size
    response.call_on_close(lambda: held.__exit__(None, None, None))
    response.headers["Content-Security-Policy"] = OBJECT_CSP
    response.headers["Cache-Control"] = "no-store"
    response.headers.set("Content-Disposition", "attachment", filename=harmless_name(facts.name))
    return response


def _rest(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    return itertools.chain([first], pieces)


def harmless_name(name: str) -> str:
    """The sender's name for the file without what a system could take for something else."""
    kept = re.sub(r"[^\w.\- ]", "_", name.rpartition("/")[2].rpartition("\\")[2])[-100:].lstrip(". ")
    return kept or "file"
