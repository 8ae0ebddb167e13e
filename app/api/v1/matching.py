"""Changes of what somebody else may have changed meanwhile: the asker says what they saw, by its ETag in If-Match."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from flask import request
from flask_babel import gettext as _

from app import context
from app.api.v1.operation import Out, etag
from app.database import transaction
from app.errors import BadRequest, ChangedMeanwhile, SayWhatYouSaw

ETAGS = r'^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$'
"""One or several, as RFC 9110 writes them."""
Record = TypeVar("Record")


@contextmanager
def as_seen(shown: Callable[[Record], Out], hold: Callable[[], Record]) -> Iterator[Record]:
    """A transaction with the record held, which is as the asker saw it. Raises SayWhatYouSaw and ChangedMeanwhile."""
    _require()
    with transaction(context.db()):
        held = hold()
        if not request.if_match.contains(etag(shown(held))):
            raise ChangedMeanwhile(
                _("It was changed since you read it, and nothing was done. Read it again and decide anew.")
            )
        yield held


def _require() -> None:
    """Raises SayWhatYouSaw (RFC 6585, section 3), and BadRequest for what names nothing that could be seen."""
    given = request.headers.get("If-Match", "").strip()
    if given and not re.fullmatch(ETAGS, given):
        raise BadRequest(_("If-Match must be an ETag as it was read, with its quotes, or *."))
    if not given:
        raise SayWhatYouSaw(_("Read it first and send its ETag in If-Match, or * there to overwrite whatever it is."))
