"""What the staff's side does with what is sealed: open a letter or a file, and seal a reply.

Whoever calls this has asked who may, and records it in custody.
"""

import contextlib
import uuid
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import clock, transaction
from app.settings import Settings
from app.storage import ObjectStore
from app.tips import keys, sealing
from app.tips.sealing import Body, Facts
from models import Tip, TipAuthor, TipFile, TipKey, TipMessage


def open_message(db: Session, settings: Settings, message: TipMessage) -> Body:
    """Raises SecretElsewhere, SecretUnreadable, Unreadable."""
    return Body.from_bytes(sealing.unseal(_secret(db, settings, message.key_id), message.sealed))


def open_facts(db: Session, settings: Settings, file: TipFile) -> Facts:
    """A file's name, type and size. Raises as ``open_message`` does."""
    return Facts.from_bytes(sealing.unseal(_secret(db, settings, file.key_id), file.sealed_facts))


@contextlib.contextmanager
def open_file(
    db: Session, settings: Settings, store: ObjectStore, file: TipFile
) -> Iterator[tuple[Facts, Iterator[bytes]]]:
    """The facts and the bytes, piece by piece. Raises as ``open_message`` does, and as the store does; the pieces raise
    Unreadable."""
    facts = open_facts(db, settings, file)
    with store.open(file.object_key) as sealed:
        yield facts, sealing.opened(sealed, facts)


def write_reply(db: Session, tip: Tip, by_id: uuid.UUID, text: str) -> TipMessage:
    """Seal a reply for the sender, and for the agency. Raises NoKey."""
    data = Body(text=text).to_bytes()
    with transaction(db):
        key = keys.current(db)
        last = db.scalar(select(func.max(TipMessage.position)).where(TipMessage.tip_id == tip.id)) or 0
        reply = TipMessage(
            id=uuid.uuid4(),
            tip_id=tip.id,
            author=TipAuthor.AGENCY,
            position=last + 1,
            written_at=clock(db),
            key_id=key.id,
            sealed=sealing.seal(key.public, data),
            sealed_for_sender=sealing.seal(tip.reply_public, data),
            by_id=by_id,
        )
        db.add(reply)
    return reply


def _secret(db: Session, settings: Settings, key_id: uuid.UUID) -> bytes:
    return keys.secret_of(settings, db.get_one(TipKey, key_id))
