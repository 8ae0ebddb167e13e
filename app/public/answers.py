"""Answers of the public pages, and for how long whoever stands between may keep them: a minute, never longer, so that
what is withdrawn is soon gone everywhere."""

import gzip
import hashlib
from dataclasses import dataclass

from flask import Response, request

KEPT = "public, max-age=60, must-revalidate"
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No page here has a script."""
NOT_COPIED = "noarchive, noimageindex"
"""Search engines lead here; the copies that they would keep of a face stay when it is taken down."""
WORTH_PACKING = 1000


@dataclass(frozen=True)
class Prepared:
    """A body, also packed where that is worth it, and the tag of its content."""

    data: bytes
    packed: bytes | None
    mime: str
    tag: str

    @property
    def size(self) -> int:
        """Bytes of both."""
        return len(self.data) + len(self.packed or b"")


def prepare(body: str | bytes, mime: str = "text/html") -> Prepared:
    data = body.encode() if isinstance(body, str) else body
    packed = gzip.compress(data, 6, mtime=0) if len(data) > WORTH_PACKING else None
    return Prepared(data, packed, mime, hashlib.sha256(data).hexdigest()[:24])


def answer(body: Prepared | str | bytes, mime: str = "text/html", status: int = 200) -> Response:
    """It as an answer: packed for whoever takes that, 304 for whoever has it."""
    prepared = body if isinstance(body, Prepared) else prepare(body, mime)
    packed = prepared.packed if _takes_gzip() else None
    response = Response(packed or prepared.data, status=status, mimetype=prepared.mime)
    if packed:
        response.content_encoding = "gzip"
    # Weak: the same page, packed or not, has the same.
    response.set_etag(prepared.tag, weak=True)
    keep(response)
    response.headers["Content-Security-Policy"] = CSP
    response.vary.add("Accept-Encoding")
    return response.make_conditional(request) if status == 200 else response  # type: ignore[return-value]


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
    return "gzip" in request.headers.get("Accept-Encoding", "") and request.accept_encodings["gzip"] > 0
