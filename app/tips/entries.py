"""What came in, sealed and ready to be carried to the records: the rows of a message, of its files, and of a new tip.

An entry is JSON; nothing in it is in clear but what the records keep in clear, too.
"""

import base64
import datetime as dt
import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from app.tips import sealing
from app.tips.ring import Sealer
from app.tips.sealing import Body, Facts
from app.tips.uploads import Upload
from models import TipKind


@dataclass(frozen=True, kw_only=True)
class NewTip:
    """The row of a tip, as its sender's receipt was made for it."""

    kind: TipKind
    receipt: str
    secret_hash: str
    reply_public: bytes
    notice_slug: str | None
    language: str


@dataclass(frozen=True, kw_only=True)
class SealedFile:
    """``path`` is the name of its sealed bytes in the folder of the spool."""

    id: uuid.UUID
    path: str
    object_key: str
    size: int
    sealed_facts: bytes


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A message on its way. ``tip`` is set for the first of a tip; ``hour`` is when it came, cut to the hour."""

    id: uuid.UUID
    tip_id: uuid.UUID
    receipt: str
    position: int
    hour: dt.datetime
    key_id: uuid.UUID
    sealed: bytes
    tip: NewTip | None = None
    files: tuple[SealedFile, ...] = field(default=())

    def to_text(self) -> str:
        return json.dumps(asdict(self), default=_plain)

    @classmethod
    def from_text(cls, text: str) -> "Entry":
        """Raises ValueError, KeyError, TypeError for what is none."""
        facts = json.loads(text)
        tip = facts["tip"]
        return cls(
            id=uuid.UUID(facts["id"]),
            tip_id=uuid.UUID(facts["tip_id"]),
            receipt=facts["receipt"],
            position=facts["position"],
            hour=dt.datetime.fromisoformat(facts["hour"]),
            key_id=uuid.UUID(facts["key_id"]),
            sealed=_bytes(facts["sealed"]),
            tip=tip and NewTip(**{**tip, "kind": TipKind(tip["kind"]), "reply_public": _bytes(tip["reply_public"])}),
            files=tuple(
                SealedFile(**{**one, "id": uuid.UUID(one["id"]), "sealed_facts": _bytes(one["sealed_facts"])})
                for one in facts["files"]
            ),
        )


def this_hour(now: dt.datetime | None = None) -> dt.datetime:
    return (now or dt.datetime.now(dt.UTC)).replace(minute=0, second=0, microsecond=0)


def sealed_file(key: Sealer, upload: Upload, path: str, object_key: str, size: int) -> SealedFile:
    """``size`` is of the sealed bytes."""
    facts = Facts(name=upload.name, mime=upload.mime, size=upload.size, segments=upload.segments, key=upload.key)
    sealed = sealing.seal(key.public, facts.to_bytes())
    return SealedFile(id=uuid.uuid4(), path=path, object_key=object_key, size=size, sealed_facts=sealed)


def entry(
    key: Sealer, tip_id: uuid.UUID, receipt: str, body: Body, position: int = 1, tip: NewTip | None = None,
    files: Sequence[SealedFile] = (),
) -> Entry:  # fmt: skip
    sealed = sealing.seal(key.public, body.to_bytes())
    return Entry(
        id=uuid.uuid4(), tip_id=tip_id, receipt=receipt, position=position, hour=this_hour(), key_id=key.id,
        sealed=sealed, tip=tip, files=tuple(files),
    )  # fmt: skip


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return str(value)


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
