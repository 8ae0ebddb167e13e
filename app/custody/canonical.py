"""The one way in which an entry is written down to be hashed, on any database and in any export."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import Any

from models import CustodyEntry

Plain = str | int | float | bool | None
Detail = Plain | list[Plain] | list[str] | dict[str, Plain]
"""What an entry may say besides: plain JSON, so that it reads the same from every database."""

HASHED = (
    "chain_id", "number", "at", "actor_id", "actor", "action", "object_kind", "object_id", "before", "after", "details",
    "request_id", "previous",
)  # fmt: skip


def canonical(entry: CustodyEntry) -> dict[str, Any]:
    """Everything that the hash covers, as JSON: times in UTC to the microsecond, identities as text."""
    return {name: _plain(getattr(entry, name)) for name in HASHED}


def canonical_row(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The same of an entry's columns, read without making a record of them."""
    return {name: _plain(row[name]) for name in HASHED}


def digest(facts: Any) -> str:
    """The sha256 of canonical facts: keys in order, no spaces, ASCII."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return str(value) if isinstance(value, uuid.UUID) else value
