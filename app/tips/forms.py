"""What a form carries so that it is known to be ours: when it was made, until when it holds, and a piece of work.

There is no session here, so no other site can do anything in somebody's name, and this is no defence of one. It keeps
programs from sending without asking first, and it says how long a person had the form open.
"""

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass

from app.tips.flood import Clock

LASTS = 6 * 3600
"""Seconds: people write, look for a photo, are called away."""
TOLERANCE = 60
"""Seconds that a clock may have been set back meanwhile."""


@dataclass(frozen=True)
class Form:
    """A form as it comes back. ``age`` in seconds; ``bits`` is the work that it asked for, ``nonce`` what it is
    about."""

    nonce: str
    age: float
    bits: int


class Forms:
    """Makes and reads the mark of a form: its time, the work it asks for, and a nonce, signed."""

    def __init__(self, secret_key: str, clock: Clock = time.time) -> None:
        self._key = hmac.new(secret_key.encode(), b"semblance tip forms", hashlib.sha256).digest()
        self._clock = clock

    def make(self, bits: int) -> str:
        said = f"{int(self._clock())}.{bits}.{secrets.token_urlsafe(12)}"
        return f"{said}.{self._sign(said)}"

    def read(self, mark: str) -> Form | None:
        """None for what was not made here, or is too old."""
        said, _, signed = mark.rpartition(".")
        if not hmac.compare_digest(self._sign(said).encode(), signed.encode()):
            return None
        at, bits, nonce = said.split(".")
        age = self._clock() - int(at)
        return Form(nonce, age, int(bits)) if -TOLERANCE <= age <= LASTS else None

    def _sign(self, said: str) -> str:
        digest = hmac.new(self._key, said.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def solved(mark: str, bits: int, answer: str) -> bool:
    """Whether sha256(mark + ":" + answer) begins with so many zero bits, as in hashcash."""
    if not answer.isascii() or not answer.isdigit() or len(answer) > 16:
        return False
    digest = hashlib.sha256(f"{mark}:{answer}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - bits) == 0
