"""Hashing and judging passwords."""

import itertools

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from flask_babel import gettext as _

from app.errors import Refused

MIN_LENGTH = 12
MAX_LENGTH = 256
COMMON = ("password", "passwort", "passw0rd", "qwerty", "qwertz", "azerty", "letmein", "welcome", "iloveyou",
          "administrator", "admin", "semblance", "trustno", "changeme", "sunshine", "princess", "football",
          "monkey", "dragon", "investigator", "police", "secret")  # fmt: skip
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjkl",
)
MIN_OWN = 5
"""Characters that must remain once a common word or an e-mail name is taken away."""

_hasher = PasswordHasher()
# Verified against when there is no password to verify, so that both answers take as long.
_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one hashed; takes as long when there is none."""
    try:
        _hasher.verify(password_hash or _NOBODY, password[:MAX_LENGTH])
    except (Argon2Error, InvalidHashError):
        return False
    # One that is longer than any password can be is not the password that it begins with.
    return password_hash is not None and len(password) <= MAX_LENGTH


def refuse_weak(password: str, email: str) -> None:
    """Raises Refused with what to do about a password that would be guessed."""
    if len(password) < MIN_LENGTH:
        raise Refused(
            _("A password needs at least %(least)s characters; a few words together work well.", least=MIN_LENGTH)
        )
    if len(password) > MAX_LENGTH:
        raise Refused(_("A password can have at most %(most)s characters.", most=MAX_LENGTH))
    folded = password.casefold()
    name = email.casefold().partition("@")[0]
    if email.casefold() in folded or (len(name) > 3 and _little_without(folded, name)):
        raise Refused(_("A password must not be the e-mail address; choose something nobody can look up."))
    if any(_little_without(folded, word) for word in COMMON) or _is_pattern(folded):
        raise Refused(_("That password is one of the first that would be guessed; choose another."))


def _little_without(password: str, word: str) -> bool:
    if word not in password:
        return False
    rest = password.replace(word, "")
    return len(set(filter(str.isalpha, rest))) < MIN_OWN


def _is_pattern(password: str) -> bool:
    """Few different characters, or runs along the alphabet, the digits or a keyboard."""
    if len(set(password)) < MIN_OWN:
        return True
    steps = sum(_neighbours(a, b) for a, b in itertools.pairwise(password))
    return steps > 0.7 * (len(password) - 1)


def _neighbours(a: str, b: str) -> bool:
    return a == b or any(a + b in row or b + a in row for row in ROWS)
