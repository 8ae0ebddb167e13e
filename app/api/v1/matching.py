"""Changes of what somebody else may have changed meanwhile: the asker says what they saw, by its ETag in If-Match."""

import re

from flask import request
from flask_babel import gettext as _

from app.api.v1.operation import Out, etag
from app.errors import BadRequest, ChangedMeanwhile, SayWhatYouSaw

ETAGS = r'^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$'
"""One or several, as RFC 9110 writes them."""


def require() -> None:
    """Raises SayWhatYouSaw (RFC 6585, section 3), and BadRequest for what names nothing that could be seen."""
    given = request.headers.get("If-Match", "").strip()
    if given and not re.fullmatch(ETAGS, given):
        raise BadRequest(_("If-Match must be an ETag as it was read, with its quotes, or *."))
    if not given:
        raise SayWhatYouSaw(_("Read it first and send its ETag in If-Match, or * there to overwrite whatever it is."))


def check(shown: Out) -> None:
    """Compare with what is there now, which the caller holds. Raises SayWhatYouSaw and ChangedMeanwhile."""
    require()
    if not request.if_match.contains(etag(shown)):
        raise ChangedMeanwhile(
            _("It was changed since you read it, and nothing was done. Read it again and decide anew.")
        )
