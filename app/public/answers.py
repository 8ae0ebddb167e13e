"""Answers of the public pages, and for how long whoever stands between may keep them: a minute, never longer, so that
what is withdrawn is soon gone everywhere."""

import gzip
import hashlib

from flask import Response, request

KEPT = "public, max-age=60, must-revalidate"
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No page here has a script."""
NOT_COPIED = "noarchive, noimageindex"
"""Search engines lead here; the copies that they would keep of a face stay when it is taken down."""
WORTH_PACKING = 1000


def answer(body: str | bytes, mime: str = "text/html", status: int = 200) -> Response:
    """The answer with an ETag of its own content; 304 for whoever has it, and packed for whoever takes that."""
    data = body.encode() if isinstance(body, str) else body
    response = Response(data, status=status, mimetype=mime)
    # Weak: the same page, packed or not, has the same.
    response.set_etag(hashlib.sha256(data).hexdigest()[:24], weak=True)
    keep(response)
    response.headers["Content-Security-Policy"] = CSP
    response.vary.add("Accept-Encoding")
    if status == 200:
        response.make_conditional(request)
    if response.status_code != 304 and len(data) > WORTH_PACKING and _takes_gzip():
        response.data = gzip.compress(data, 4, mtime=0)
        response.content_encoding = "gzip"
    return response


def keep(response: Response) -> Response:
    response.headers["Cache-Control"] = KEPT
    response.headers["X-Robots-Tag"] = NOT_COPIED
    return response


def open_to_others(response: Response) -> Response:
    """What pages of other sites may read too: it is public, and no cookie is ever looked at."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _takes_gzip() -> bool:
    return request.accept_encodings["gzip"] > 0 and "gzip" in request.headers.get("Accept-Encoding", "")
