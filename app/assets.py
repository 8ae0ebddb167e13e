"""Styles, scripts and pictures of the pages, under addresses that change with their content.

The version is part of the path, so what a module or a style names relatively has it too, and browsers
may keep every file for ever.
"""

import functools
import hashlib
import mimetypes

from flask import Blueprint, Response, g, request, send_from_directory, url_for

from app import context, gate
from app.settings import ROOT

STATIC = ROOT / "static"
YEAR = 365 * 24 * 3600
THEMES = ("light", "dark")
THEME_COOKIE = "semblance_theme"

blueprint = Blueprint("assets", __name__, url_prefix="/assets")

# Named here because a machine's own table may lack them, and browsers are told not to guess.
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("image/svg+xml", ".svg")
mimetypes.add_type("application/manifest+json", ".webmanifest")


@functools.cache
def version() -> str:
    """One hash over every static file's name and content, as they were when the process started."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(STATIC)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


@blueprint.get("/<tag>/<path:name>")
@gate.public
def file(tag: str, name: str) -> Response:
    response = send_from_directory(STATIC, name)
    if tag == version():
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    else:  # a page from before an update asks for what has changed since
        response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.app_template_global()
def static_url(name: str) -> str:
    # A list has an icon in every row: an address is put together once a request.
    known: dict[str, str] = g.setdefault("static_urls", {})
    if name not in known:
        known[name] = url_for("assets.file", tag=version(), name=name)
    return known[name]


@blueprint.app_context_processor
def appearance() -> dict[str, str | None]:
    """What the person chose for this device; None to follow the device."""
    chosen = request.cookies.get(context.cookie_name(THEME_COOKIE))
    return {"theme": chosen if chosen in THEMES else None}
