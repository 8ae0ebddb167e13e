"""What is sealed for whoever holds a secret key (libsodium, by PyNaCl): letters whole, files piece by piece.

Letters are sealed boxes (X25519, XSalsa20-Poly1305), padded so that their length tells little. A file is sealed as it
arrives, under a key of its own that the sealed facts about it carry, so a large one is never in memory and nothing of
it is ever in clear on a disk. Its form, of any number of segments, each from one request:

    segment = header of 24 bytes, frames     (libsodium's secretstream, XChaCha20-Poly1305)
    frame   = length of what follows, 4 bytes little-endian; sealed bytes, 17 more than they hold

A segment's number is bound to each of its frames, and its last frame says that it is the last.
"""

import json
import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from app.errors import Conflict
from imaging.words import N_

PIECE = 2**16
"""Bytes of a file in one frame, the last of a segment excepted."""
PAD = 512
KEY_BYTES = bindings.crypto_secretstream_xchacha20poly1305_KEYBYTES
_HEADER = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_MORE = bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_NEXT = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_LAST = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL


class Unreadable(Conflict):
    """What was sealed was changed since, or sealed for another key."""

    def __init__(self) -> None:
        super().__init__(N_("This cannot be opened: it is damaged, or was sealed for another key."))


@dataclass(frozen=True, kw_only=True)
class Body:
    """What a sender wrote, or a reply: of a reply the text alone. Kept exactly as it was typed."""

    text: str
    happened: str = ""
    """When it was, in the sender's words."""
    place: str = ""
    contact: str = ""

    def to_bytes(self) -> bytes:
        return _dumped(asdict(self))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Body":
        return cls(**json.loads(data))


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What only the holder of the key may know of a file. ``size`` is in bytes, as it was sent; ``key`` opens it."""

    name: str
    mime: str
    size: int
    segments: int
    key: bytes

    def to_bytes(self) -> bytes:
        return _dumped({**asdict(self), "key": self.key.hex()})

    @classmethod
    def from_bytes(cls, data: bytes) -> "Facts":
        kept: dict[str, Any] = json.loads(data)
        return cls(**{**kept, "key": bytes.fromhex(kept["key"])})


def _dumped(facts: dict[str, Any]) -> bytes:
    # ASCII: half of a surrogate pair, which a form can hold, is no UTF-8.
    return json.dumps(facts, ensure_ascii=True).encode("ascii")


def seal(public_key: bytes, data: bytes) -> bytes:
    """Seal for whoever has the secret half; who sealed it cannot open it again."""
    return SealedBox(PublicKey(public_key)).encrypt(bindings.sodium_pad(data, PAD))


def unseal(secret_key: bytes, sealed: bytes) -> bytes:
    """Raises Unreadable."""
    try:
        return bytes(bindings.sodium_unpad(SealedBox(PrivateKey(secret_key)).decrypt(sealed), PAD))
    except (CryptoError, ValueError, TypeError) as error:
        raise Unreadable from error


class Segment:
    """Seals one run of bytes onto the end of a file. Holds at most one piece in clear, in memory."""

    def __init__(self, file: BinaryIO, key: bytes, number: int) -> None:
        self._file, self._bound = file, struct.pack("<Q", number)
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        self._held = bytearray()
        self.size = 0
        """Bytes taken so far, in clear."""
        file.write(bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, key))

    def write(self, data: bytes) -> int:
        self._held += data
        self.size += len(data)
        while len(self._held) > PIECE:  # the last piece waits, since it must say that it is the last
            self._push(bytes(self._held[:PIECE]), _NEXT)
            del self._held[:PIECE]
        return len(data)

    def finish(self) -> None:
        self._push(bytes(self._held), _LAST)
        self._held.clear()

    def _push(self, piece: bytes, tag: int) -> None:
        sealed = bindings.crypto_secretstream_xchacha20poly1305_push(self._state, piece, self._bound, tag)
        self._file.write(struct.pack("<I", len(sealed)) + sealed)


def opened(file: BinaryIO, facts: Facts) -> Iterator[bytes]:
    """The file in clear, piece by piece. Raises Unreadable, at its end too: when less is there than was sent."""
    size = 0
    for number in range(facts.segments):
        for piece in _segment(file, facts.key, number):
            size += len(piece)
            yield piece
    if size != facts.size or file.read(1):
        raise Unreadable


def _segment(file: BinaryIO, key: bytes, number: int) -> Iterator[bytes]:
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    bound, tag = struct.pack("<Q", number), _NEXT
    try:
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, _read(file, _HEADER), key)
        while tag != _LAST:
            (length,) = struct.unpack("<I", _read(file, 4))
            if not _MORE <= length <= PIECE + _MORE:
                raise Unreadable
            piece, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, _read(file, length), bound)
            yield piece
    except (CryptoError, RuntimeError) as error:
        raise Unreadable from error


def _read(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise Unreadable
    return data
