"""Sentences for people, made so that whoever shows them can say them in another language.

The catalogues know a sentence without its values; a library that speaks to a person therefore keeps the two apart.
"""

from typing import Any


class Worded(Exception):
    """An error that is one sentence: ``message``, English, with ``%(name)s`` for each of its ``values``."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values


def parts(error: Worded) -> dict[str, Any] | None:
    """The sentence as it can be kept and told later; None when it has no values and is enough by itself."""
    return {"message": error.message, "values": error.values} if error.values else None


def N_(message: str) -> str:  # noqa: N802
    """Marks a sentence for the catalogues that is kept now and told later; the name is gettext's own for it."""
    return message
