"""Keyset paging: a page says where it ended, and the next one begins there, however much was added meanwhile."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

import msgspec
from flask import request, url_for
from flask_babel import gettext as _

from app.api.v1.operation import In
from app.errors import Refused

T = TypeVar("T")
Place = TypeVar("Place")

MAX_LIMIT = 100
Limit = Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT, description="How many at most.")]
Cursor = Annotated[str, msgspec.Meta(max_length=200, description="Where the page before ended: its `next`.")]


class PageQuery(In):
    limit: Limit = 20
    cursor: Cursor = ""


def place(cursor: str, kind: type[Place]) -> Place | None:
    """Where a page begins; None for the first. Raises Refused for what no page gave."""
    if not cursor:
        return None
    try:
        return msgspec.json.decode(base64.b64decode(cursor, b"-_", validate=True), type=kind)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise Refused(_("That cursor is none of ours. Begin again without one.")) from None


def split(found: Sequence[T], limit: int, place_of: Callable[[T], object]) -> tuple[Sequence[T], str | None]:
    """One page of ``found``, which has one more when more follows, and the cursor to that."""
    if len(found) <= limit:
        return found, None
    text = base64.b64encode(msgspec.json.encode(place_of(found[limit - 1])), b"-_").decode()
    return found[:limit], text


def link(cursor: str | None) -> dict[str, str]:
    """The header that leads to the next page (RFC 8288)."""
    if cursor is None:
        return {}
    values = {**(request.view_args or {}), **request.args.to_dict(), "cursor": cursor}
    return {"Link": f'<{url_for(str(request.endpoint), **values)}>; rel="next"'}
