"""What this surface works with: the key that seals, files on their way in, the spool, its courier, the room left."""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from flask import current_app

from app.context import Services
from app.tips import receipts
from app.tips.delivery import Courier
from app.tips.entries import Entry, NewTip
from app.tips.quota import Quota
from app.tips.receipts import Receipt
from app.tips.ring import Ring
from app.tips.sealing import Body
from app.tips.spool import Spool
from app.tips.uploads import KEPT, Upload, Uploads
from models import TipKind

log = structlog.get_logger(__name__)

TIDY_EVERY = 600.0


@dataclass
class Desk:
    ring: Ring
    uploads: Uploads
    spool: Spool
    courier: Courier
    quota: Quota
    _tidied: float = field(default=0.0)

    @classmethod
    def open(cls, services: Services) -> "Desk":
        """In ``tips/`` of SEMBLANCE_VAR. What an earlier process left is carried on."""
        settings = services.settings
        folder = settings.var / "tips"
        uploads, spool = Uploads(folder / "uploads"), Spool(folder / "spool")
        courier = Courier(spool, services.database, services.store)
        quota = Quota((uploads.folder, spool.folder), folder / "taken", settings.tips_spool, settings.tips_day)
        opened = cls(Ring(services.database, folder / "key.json"), uploads, spool, courier, quota)
        if spool.waiting():
            courier.go_on()
        return opened

    def take(
        self, kind: TipKind, slug: str | None, language: str, body: Body, uploads: Sequence[Upload]
    ) -> Receipt:  # fmt: skip
        """A new tip: sealed, kept durably, and on its way. Raises NoKey."""
        key = self.ring.current()
        receipt = receipts.new()
        locked = receipts.lock(receipt.secret)
        tip = NewTip(
            kind=kind, receipt=receipt.number, secret_hash=locked.hash, notice_slug=slug, language=language,
            reply_public=bytes(locked.key.public_key),
        )  # fmt: skip
        with self.uploads.handing_over(uploads):
            entry = self.spool.put(key, uuid.uuid4(), receipt.number, body, uploads, tip=tip)
        self._sent(entry)
        return receipt

    def add(self, tip_id: uuid.UUID, receipt: str, position: int, body: Body, uploads: Sequence[Upload]) -> None:
        """Another message of a sender who came back. Raises NoKey."""
        key = self.ring.current()
        with self.uploads.handing_over(uploads):
            entry = self.spool.put(key, tip_id, receipt, body, uploads, position)
        self._sent(entry)

    def _sent(self, entry: Entry) -> None:
        self.courier.send_off(entry)
        self.tidy()

    def tidy(self) -> None:
        """Now and then: remove what nobody will ask for."""
        now = time.monotonic()
        if now - self._tidied > TIDY_EVERY:
            self._tidied = now
            gone = self.uploads.sweep()
            self.spool.sweep(time.time() - KEPT)
            if gone:
                log.info("uploads_swept", files=gone)


def desk() -> Desk:
    found: Desk = current_app.extensions["tips_desk"]
    return found
