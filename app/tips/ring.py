"""Which key seals now, remembered: tips are taken while the records are away, after a restart too."""

import json
import secrets
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database, is_unreachable
from app.tips.keys import NoKey
from models import TipKey

FRESH, AGAIN = 30.0, 10.0
"""Seconds after which the records are asked again, a key that was retired seals for no longer; and after which they are
where they did not answer, so that not everybody who sends waits for them."""


@dataclass(frozen=True)
class Sealer:
    """The public half, which is no secret, and its id."""

    id: uuid.UUID
    public: bytes


class Ring:
    """``path`` is where the public half is remembered for the next start."""

    def __init__(self, database: Database, path: Path) -> None:
        self._database, self._path = database, path
        self._known: Sealer | None = None
        self._until = 0.0

    def current(self) -> Sealer:
        """Raises NoKey."""
        if self._known is None or time.monotonic() > self._until:
            try:
                self._known = self._asked()
                self._until = time.monotonic() + FRESH
            except SQLAlchemyError as error:
                if not is_unreachable(error):
                    raise
                self._known = self._known or self._remembered()
                self._until = time.monotonic() + AGAIN
        if self._known is None:
            raise NoKey
        return self._known

    def _asked(self) -> Sealer | None:
        # These columns alone: the role of the forms may not read the others.
        query = select(TipKey.id, TipKey.public).where(TipKey.retired_at.is_(None))
        with self._database.session(read_only=True) as db:
            row = db.execute(query.order_by(TipKey.created_at.desc(), TipKey.id).limit(1)).first()
        found = Sealer(*row) if row else None
        if found is not None and found != self._known:
            made = self._path.with_suffix(f".{secrets.token_hex(4)}")
            made.write_text(json.dumps({"id": str(found.id), "public": found.public.hex()}))
            made.replace(self._path)
        return found

    def _remembered(self) -> Sealer | None:
        try:
            kept = json.loads(self._path.read_text())
            return Sealer(uuid.UUID(kept["id"]), bytes.fromhex(kept["public"]))
        except (OSError, ValueError, KeyError):
            return None
