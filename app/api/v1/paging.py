"""One page of a long list: which the address asks for, and what leads to the next."""

from typing import Annotated

import msgspec
from flask import request, url_for

from app.api.v1.operation import In
from app.keyset import Cursor

MAX_LIMIT = 100
Limit = Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT, description="How many at most.")]
After = Annotated[str, msgspec.Meta(max_length=100, description="Where the page before ended: its `next`.")]


class PageQuery(In):
    limit: Limit = 20
    cursor: After = ""

    @property
    def after(self) -> Cursor | None:
        """Where the page begins; None for the first. Raises Refused for what no page gave."""
        return Cursor.read(self.cursor)


def following(after: object | None) -> str | None:
    """What leads to the next page, for its ``next``; None on the last one."""
    return str(after) if after else None


def link(after: object | None) -> dict[str, str]:
    """The header that leads to the next page (RFC 8288)."""
    if after is None:
        return {}
    values = {**(request.view_args or {}), **request.args.to_dict(), "cursor": str(after)}
    return {"Link": f'<{url_for(str(request.endpoint), **values)}>; rel="next"'}
