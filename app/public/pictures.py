"""Pictures of what is current, through this process: an address alone shows nothing once the notice is over."""

from flask import Response, request

from app import context, gate
from app.errors import NotFound
from app.public import current
from app.public.addresses import FORMATS
from app.public.answers import keep, open_to_others
from app.public.blueprint import blueprint
from app.security import OBJECT_CSP
from app.storage import split_key
from imaging.words import N_
from models import FileUse

MIMES = {ending: mime for mime, ending in FORMATS.items()}
NAMED = (
    "/pictures/<slug>/<int(max=9999):version>/<int(max=9):position>/<string(maxlength=16):label>"
    f"/<any({', '.join(FileUse)}):use>-<int(max=9999):width>.<any({', '.join(MIMES)}):ending>"
)
NOTHING = N_("There is nothing at this address. It may have been typed wrongly.")


@blueprint.get(NAMED)
@gate.public
def picture(slug: str, version: int, position: int, label: str, use: str, width: int, ending: str) -> Response:
    """``label`` is the language of the label in it. Raises Over once its version is not current, and NotFound."""
    file = current.find_file(context.db(), slug, version, position, label, FileUse(use), width, MIMES[ending])
    response = open_to_others(_object(file.key, file.mime))
    name = f"{slug}-{position}-{label}.{ending}"
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response


@blueprint.get("/logo")
@gate.public
def logo() -> Response:
    """The agency's. Raises NotFound where it has none."""
    key = context.agency().logo_key
    if key is None:
        raise NotFound(NOTHING)
    return _object(key, "image/png")


def _object(key: str, mime: str) -> Response:
    """Its bytes, checked against their sha256 before any is sent; 304 for whoever has them."""
    digest = split_key(key)[1]
    unchanged = request.if_none_match.contains_weak(digest)
    response = Response(status=304) if unchanged else Response(context.store().get(key), mimetype=mime)
    response.set_etag(digest)
    response.headers["Content-Security-Policy"] = OBJECT_CSP
    return keep(response)
