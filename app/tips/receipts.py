"""The receipt of a tip: a number, and a secret of six words that opens what is written under it.

Six of 2048 words are 66 random bits. Each word has a number too, for whoever reads no Latin letters. What is kept of
the secret is one half of what argon2id (RFC 9106) makes of it; the other half is the seed of the sender's key (X25519),
so that replies can be opened with the secret and with nothing that is kept. The cost is OWASP's least for argon2id:
with 66 random bits the cost of one guess hardly matters, and a flood of senders must not use up the machine.
"""

import base64
import functools
import hashlib
import hmac
import re
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path

from argon2.low_level import Type, hash_secret_raw
from nacl.public import PrivateKey

WORDS_FILE = Path(__file__).with_name("words.txt")
COUNT = 6
DIGITS = 12
TIME, MEMORY, LANES = 2, 19 * 1024, 1
"""Passes, KiB and lanes of argon2id."""
AT_ONCE = threading.BoundedSemaphore(2)
"""However many come back at once, no more than 40 MiB are used for it, and every core is left something to do."""
_FORMAT = re.compile(r"argon2id\$t=(\d+),m=(\d+),p=(\d+)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)")


@dataclass(frozen=True)
class Receipt:
    """``number`` has 12 digits. ``words`` are the secret as it is shown, ``numbers`` the same in groups of digits."""

    number: str
    words: tuple[str, ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        known = words()
        return tuple(f"{known.index(word):04}" for word in self.words)

    @property
    def secret(self) -> str:
        return " ".join(self.words)

    @property
    def shown(self) -> str:
        return grouped(self.number)


@dataclass(frozen=True)
class Locked:
    """What is kept of a secret (``hash``), and the sender's key that it leads to."""

    hash: str
    key: PrivateKey


@functools.cache
def words() -> tuple[str, ...]:
    return tuple(WORDS_FILE.read_text(encoding="ascii").split())


def new() -> Receipt:
    number = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    return Receipt(number, tuple(secrets.choice(words()) for _ in range(COUNT)))


def grouped(number: str) -> str:
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def read_number(text: str) -> str | None:
    """The number as people type it, with blanks or hyphens; None when it cannot be one."""
    digits = re.sub(r"[\s\-]", "", text)
    # Thai and Arabic digits count as what they are.
    return "".join(str(int(one)) for one in digits) if digits.isdecimal() and len(digits) == DIGITS else None


def read_secret(text: str) -> str | None:
    """The secret as people type it, in words or in digits; None when it cannot be one."""
    if re.sub(r"[\s\-]", "", text[:200]).isdecimal():
        digits = "".join(str(int(one)) for one in re.sub(r"[\s\-]", "", text[:200]))
        numbers = [int(digits[start : start + 4]) for start in range(0, len(digits), 4)]
        fits = len(digits) == 4 * COUNT and max(numbers) < len(words())
        given = [words()[one] for one in numbers] if fits else []
    else:
        given = re.findall(r"[a-z]+", text[:200].casefold())
    return " ".join(given) if len(given) == COUNT and set(given) <= set(words()) else None


def lock(secret: str) -> Locked:
    """For a new receipt, with a salt of its own."""
    salt = secrets.token_bytes(16)
    kept, key = _stretch(secret, salt, TIME, MEMORY, LANES)
    texts = (base64.b64encode(one).decode() for one in (salt, kept))
    return Locked(f"argon2id$t={TIME},m={MEMORY},p={LANES}${'$'.join(texts)}", key)


def unlock(secret_hash: str | None, secret: str) -> PrivateKey | None:
    """The sender's key, None for a wrong secret; takes as long when there is nothing to compare it with."""
    parts = _FORMAT.fullmatch(secret_hash or _nobody())
    if parts is None:
        raise ValueError("That is no hash of a receipt's secret.")
    time, memory, lanes = (int(part) for part in parts.groups()[:3])
    salt, kept = (base64.b64decode(part) for part in parts.groups()[3:])
    found, key = _stretch(secret, salt, time, memory, lanes)
    return key if hmac.compare_digest(found, kept) and secret_hash is not None else None


def _stretch(secret: str, salt: bytes, time: int, memory: int, lanes: int) -> tuple[bytes, PrivateKey]:
    with AT_ONCE:
        made = hash_secret_raw(secret.encode(), salt, time, memory, lanes, hash_len=64, type=Type.ID)
    seed = hashlib.blake2b(made[32:], digest_size=32, person=b"semblance reply").digest()
    return made[:32], PrivateKey(seed)


@functools.cache
def _nobody() -> str:
    return lock("nobody has this").hash
