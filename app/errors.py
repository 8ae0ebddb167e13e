"""What can go wrong, in words a person can act on."""

import errno
from http import HTTPStatus

from imaging.words import N_, Worded

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class AppError(Worded):
    """A refusal with an HTTP status; it is one clear sentence for the person, in their language."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = ""
    """Names the refusal for a script that can do something about it."""
    way: tuple[str, str] | None = None
    """An address that leads on, and the words for it."""
    retry_after: int | None = None
    """Seconds after which the same may be asked again; None where no time says so."""


class BadRequest(AppError):
    status = HTTPStatus.BAD_REQUEST


class Refused(AppError):
    """What was asked for cannot be done as it was asked."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class NotSignedIn(AppError):
    status = HTTPStatus.UNAUTHORIZED


class Forbidden(AppError):
    status = HTTPStatus.FORBIDDEN


class ConfirmationNeeded(Forbidden):
    """It may be done by whoever is asking, once they have proved again who they are."""

    code = "confirmation_needed"

    def __init__(self, confirm: str) -> None:
        super().__init__(N_("Confirm that it is you first, then do it again. Nothing was changed."))
        self.way = (confirm, N_("Confirm that it is you"))


class ScopeMissing(Forbidden):
    """The access token is not for this."""

    code = "insufficient_scope"

    def __init__(self, scope: str) -> None:
        super().__init__(N_("This access token does not have the scope %(scope)s. Make one that has it."), scope=scope)
        self.scope = scope


class NotFound(AppError):
    """Absent, or somebody else's: the answer is the same."""

    status = HTTPStatus.NOT_FOUND


class Conflict(AppError):
    """Somebody or something else changed it first."""

    status = HTTPStatus.CONFLICT


class Gone(AppError):
    status = HTTPStatus.GONE


class ChangedMeanwhile(AppError):
    """It is not what the asker last saw."""

    status = HTTPStatus.PRECONDITION_FAILED


class SayWhatYouSaw(AppError):
    """A change must name the version that it was made from."""

    status = HTTPStatus.PRECONDITION_REQUIRED


class UnsupportedBody(AppError):
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class TooManyRequests(AppError):
    status = HTTPStatus.TOO_MANY_REQUESTS


class StorageFull(AppError):
    status = HTTPStatus.INSUFFICIENT_STORAGE


class Unavailable(AppError):
    """Something this product relies on does not answer just now."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


WORDS = {
    HTTPStatus.BAD_REQUEST: N_("The request could not be understood. Go back, reload the page and try again."),
    HTTPStatus.NOT_FOUND: N_("There is nothing at this address, or it is not yours."),
    HTTPStatus.METHOD_NOT_ALLOWED: N_("This address does not take that kind of request."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: N_(
        "That is too much for one upload. A sketch may have at most 20 MB; send large files one at a time."
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: N_(
        "Something went wrong on our side and has been noted. Nothing that was saved is lost; try again."
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: N_(
        "The records cannot be reached just now. Nothing that was saved is lost; try again in a minute."
    ),
    HTTPStatus.INSUFFICIENT_STORAGE: N_(
        "There is no room left to store this. Nothing was saved; ask the operator to free some space."
    ),
}
