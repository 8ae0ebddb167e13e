"""One page of a long list by where the page before ended: as fast on the thousandth page as on the first, and nothing
is shown twice or left out when something comes in between.

A cursor is opaque to whoever holds it: the moment and the identity of the last thing shown. It grants nothing, since
every query asks anew what may be seen.
"""

import base64
import binascii
import datetime as dt
import struct
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, UnaryExpression, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.errors import Refused

T = TypeVar("T")
Moment = InstrumentedAttribute[dt.datetime]
Identity = InstrumentedAttribute[uuid.UUID]
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
FORM = struct.Struct(">q16s")
"""Microseconds since 1970, and the identity's bytes."""


@dataclass(frozen=True)
class Cursor:
    """Right after this thing, in a list with the newest first."""

    at: dt.datetime
    id: uuid.UUID

    def __str__(self) -> str:
        packed = FORM.pack((self.at - EPOCH) // dt.timedelta(microseconds=1), self.id.bytes)
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """None for no cursor. Raises Refused for what is none."""
        if not text:
            return None
        try:
            packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            microseconds, identity = FORM.unpack(packed)
            return cls(EPOCH + dt.timedelta(microseconds=microseconds), uuid.UUID(bytes=identity))
        except (ValueError, binascii.Error, struct.error, OverflowError):
            raise Refused(_("This is no place in the list. Go to its first page.")) from None


@dataclass(frozen=True)
class Slice(Generic[T]):
    """Some of a list; ``after`` leads to the next ones and is None at its end."""

    items: list[T]
    after: Cursor | None


def newest_first(at: Moment, identity: Identity) -> tuple[UnaryExpression[Any], UnaryExpression[Any]]:
    """The order, for which the table needs an index that ends in these two columns."""
    return at.desc(), identity.desc()


def past(at: Moment, identity: Identity, cursor: Cursor | None) -> list[ColumnElement[bool]]:
    """What comes after the cursor in that order; no condition without one."""
    if cursor is None:
        return []
    return [tuple_(at, identity) < tuple_(cursor.at, cursor.id)]  # compared as a row: both databases use the index


def sliced(rows: Sequence[T], size: int, place: "Any") -> Slice[T]:
    """``rows`` are one more than ``size`` where there are more; ``place`` gives a row's Cursor."""
    items = list(rows[:size])
    return Slice(items, place(items[-1]) if len(rows) > size else None)
