"""The agency's keys for tips: which one seals, what each still opens, and how they are replaced.

A key that is retired seals nothing more and goes on opening what it sealed. The secret halves are sealed by a key
derived from SECRET_KEY, or kept elsewhere.
"""

import uuid

import structlog
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey
from nacl.secret import Aead
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import clock, transaction
from app.errors import Conflict, NotFound, Refused, Unavailable
from app.settings import Settings
from app.tips import sealing
from imaging.words import N_
from models import TipKey

log = structlog.get_logger(__name__)


class NoKey(Unavailable):
    """There is nothing to seal with yet."""

    def __init__(self) -> None:
        super().__init__(
            N_("Tips cannot be taken yet: this installation has no key to seal them with. Call the agency.")
        )


class SecretElsewhere(Conflict):
    """The half that opens is not in these records."""

    def __init__(self, key: TipKey) -> None:
        super().__init__(
            N_("The secret half of key %(key)s is kept elsewhere. Bring it in, or open this where it is."),
            key=short(key),
        )


class SecretUnreadable(Conflict):
    """SECRET_KEY is another one than when the secret half was put away."""

    def __init__(self, key: TipKey) -> None:
        super().__init__(
            N_(
                "The secret half of key %(key)s cannot be read any more, because this installation's secret key was "
                "changed. Bring it in again from where a copy is kept; without one, what it sealed is lost."
            ),
            key=short(key),
        )


class NoPair(Refused):
    def __init__(self) -> None:
        super().__init__(N_("These are not the two halves of one key."))


def short(key: TipKey) -> str:
    """What people call a key: the beginning of its public half."""
    return key.public.hex()[:12]


def every(db: Session) -> list[TipKey]:
    """The newest first."""
    return list(db.scalars(select(TipKey).order_by(TipKey.created_at.desc(), TipKey.id)))


def current(db: Session) -> TipKey:
    """The key that seals now. Raises NoKey."""
    found = db.scalars(
        select(TipKey).where(TipKey.retired_at.is_(None)).order_by(TipKey.created_at.desc(), TipKey.id).limit(1)
    ).first()
    if found is None:
        raise NoKey
    return found


def find(db: Session, name: str) -> TipKey:
    """By the beginning of its public half. Raises NotFound, also where it could be several."""
    found = [key for key in every(db) if name and key.public.hex().startswith(name.lower())]
    if len(found) != 1:
        raise NotFound(N_("There is no such key, or more than one that begins like this."))
    return found[0]


def create(db: Session, settings: Settings) -> TipKey:
    """A new pair, which seals from now on."""
    return _add(db, settings, PrivateKey.generate())


def rotate(db: Session, settings: Settings) -> TipKey:
    """A new pair; the others are retired in the same moment."""
    with transaction(db):
        made = _add(db, settings, PrivateKey.generate())
        for key in every(db):
            if key.id != made.id and key.retired_at is None:
                key.retired_at = made.created_at
    return made


def ensure(db: Session, settings: Settings) -> None:
    """Make the first key where there is none yet."""
    if db.scalars(select(TipKey.id).limit(1)).first() is None:
        log.info("tip_key_made", key=short(create(db, settings)))


def retire(db: Session, key: TipKey) -> None:
    """Let it seal nothing more. Raises Refused for the last one that does."""
    with transaction(db):
        others = [one for one in every(db) if one.retired_at is None and one.id != key.id]
        if not others:
            raise Refused(N_("This key is the only one that seals tips. Make a new one first."))
        key.retired_at = key.retired_at or clock(db)


def bring_in(db: Session, settings: Settings, public: bytes, secret: bytes | None) -> TipKey:
    """A key that was made elsewhere: its public half alone, or both; for a known one, its secret half.

    Raises NoPair.
    """
    if not _is_pair(public, secret):
        raise NoPair
    with transaction(db):
        key = db.scalars(select(TipKey).where(TipKey.public == public)).first()
        if key is None:
            key = TipKey(id=uuid.uuid4(), public=public, created_at=clock(db))
            db.add(key)
        if secret is not None:
            key.secret_sealed = _put_away(settings, key.id, secret)
    return key


def _is_pair(public: bytes, secret: bytes | None) -> bool:
    """Whether something can be sealed with it, and opened with the secret half if there is one."""
    try:
        sealed = sealing.seal(public, b"")
        return secret is None or sealing.unseal(secret, sealed) == b""
    except (CryptoError, sealing.Unreadable, ValueError, TypeError):
        return False


def take_out(db: Session, key: TipKey) -> None:
    """Forget the secret half here: it must be kept elsewhere, and be brought in to open anything."""
    with transaction(db):
        key.secret_sealed = None


def secret_of(settings: Settings, key: TipKey) -> bytes:
    """The half that opens. Raises SecretElsewhere, SecretUnreadable."""
    if key.secret_sealed is None:
        raise SecretElsewhere(key)
    try:
        return _box(settings).decrypt(key.secret_sealed, aad=key.id.bytes)
    except CryptoError as error:
        raise SecretUnreadable(key) from error


def _add(db: Session, settings: Settings, pair: PrivateKey) -> TipKey:
    with transaction(db):
        key = TipKey(id=uuid.uuid4(), public=bytes(pair.public_key), created_at=clock(db))
        key.secret_sealed = _put_away(settings, key.id, bytes(pair))
        db.add(key)
    return key


def _put_away(settings: Settings, key_id: uuid.UUID, secret: bytes) -> bytes:
    return bytes(_box(settings).encrypt(secret, aad=key_id.bytes))


def _box(settings: Settings) -> Aead:
    derived = HKDF(SHA256(), Aead.KEY_SIZE, salt=None, info=b"semblance tip keys").derive(settings.secret_key.encode())
    return Aead(derived)
