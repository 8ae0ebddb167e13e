"""Browsers that somebody has signed in with before, known by a signed cookie that outlives the session.

After wrong passwords an account rests, and a stranger could make it rest for good. A browser that its owner
has signed in with is therefore let try while strangers have to wait. The cookie opens nothing by itself.
"""

import hashlib
import hmac
import secrets
import uuid

COOKIE = "semblance_device"
LIFETIME = 180 * 24 * 3600
"""Seconds."""


def new_mark(secret_key: str, account_id: uuid.UUID) -> str:
    """The cookie for a browser in which this account has just signed in."""
    body = f"{account_id.hex}.{secrets.token_hex(8)}"
    return f"{body}.{_seal(secret_key, body)}"


def known_account(secret_key: str, mark: str) -> uuid.UUID | None:
    """The account that has signed in with this browser before; None for a mark that we did not make."""
    body, _, seal = mark.rpartition(".")
    if not hmac.compare_digest(seal.encode(), _seal(secret_key, body).encode()):
        return None
    return uuid.UUID(body.partition(".")[0])


def _seal(secret_key: str, body: str) -> str:
    return hmac.new(secret_key.encode(), b"device:" + body.encode(), hashlib.sha256).hexdigest()
