"""Anchors as files: what an object says that pins chains down, in other hands than the records.

Each names the one before it by its sha256, and the heads of the chains that had grown since.
"""

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from app.custody.appending import Chain
from app.storage import ObjectStore, split_key
from models import ANCHORS, ChainKind

FORMAT = "semblance anchor 1"


class NoAnchor(ValueError):
    """The bytes are not an anchor."""


@dataclass(frozen=True)
class Head:
    """Where a chain ended: the number of its last entry, and that entry's hash."""

    chain: Chain
    length: int
    hash: str


@dataclass(frozen=True)
class Anchor:
    """``previous`` is the sha256 of the anchor before, None for the first."""

    day: dt.date
    previous: str | None
    heads: Sequence[Head]

    def write(self) -> bytes:
        """One line a head, so that a person can read it."""
        start = json.dumps({"format": FORMAT, "day": self.day.isoformat(), "previous": self.previous})[1:-1]
        heads = ",\n".join(json.dumps(_plain(head)) for head in self.heads)
        return f'{{{start}, "heads": [\n{heads}\n]}}\n'.encode()

    @staticmethod
    def read(data: bytes) -> "Anchor":
        """Raises NoAnchor."""
        try:
            told = json.loads(data)
            if told["format"] != FORMAT:
                raise NoAnchor(f"It is not a “{FORMAT}”.")
            heads = [
                Head(
                    Chain(ChainKind(one["kind"]), uuid.UUID(one["subject"])),
                    int(one["length"]),
                    str(one["head"]),
                )
                for one in told["heads"]
            ]
            return Anchor(dt.date.fromisoformat(told["day"]), told["previous"], heads)
        except (KeyError, TypeError, ValueError) as error:
            raise NoAnchor(str(error)) from error


def _plain(head: Head) -> dict[str, str | int]:
    chain = head.chain
    return {"kind": str(chain.kind), "subject": str(chain.subject_id), "length": head.length, "head": head.hash}


def digests(store: ObjectStore) -> list[str]:
    """The sha256 of every anchor in the store, the newest first, whether the records know them or not. Raises
    StorageUnavailable."""
    kept = sorted(store.objects(ANCHORS), key=lambda one: one.changed, reverse=True)
    return [split_key(one.key)[1] for one in kept]
