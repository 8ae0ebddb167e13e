"""Secrets that come with the settings: read from files where wanted, and refused where anybody could guess them."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

ADDRESSES = ("DATABASE_URL", "PUBLIC_DATABASE_URL", "TIPS_DATABASE_URL", "REDIS_URL", "SMTP_URL")
"""Addresses that may hold a password."""
SECRETS = ("SECRET_KEY", "METRICS_TOKEN", "PURGE_TOKEN", *ADDRESSES)
"""Settings that are secret, or hold a password. Each may come from a file that ``<name>_FILE`` names."""
PLACEHOLDERS = ("changeme", "change-me", "change_me", "secret", "example", "placeholder", "password")
GUESSED = frozenset({"postgres", "postgresql", "redis", "semblance", "admin", "root", "test", "default", "foobared"})
MIN_SECRET = 32
MOST = 8192
"""Characters of a secret's file: a larger one was named by mistake."""


def read_secret_files(env: Mapping[str, str], problems: list[str]) -> dict[str, str]:
    """The environment with each ``<name>_FILE`` replaced by ``<name>`` as the file has it.

    What is wrong is added to ``problems``; no line of it shows what a file holds.
    """
    settings = dict(env)
    for name in SECRETS:
        path = settings.pop(f"{name}_FILE", "")
        if not path:
            continue
        if name in settings:
            problems.append(f"{name} and {name}_FILE are both set; keep one of them.")
            continue
        try:
            value = _content(Path(path))
        except OSError as error:
            problems.append(f"{name}_FILE names {path}, which cannot be read: {error.strerror or error}.")
        except ValueError as error:
            problems.append(f"{name}_FILE names {path}, which {error}.")
        else:
            settings[name] = value
    return settings


def _content(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(MOST + 1)
    if len(data) > MOST:
        raise ValueError(f"is larger than {MOST} bytes")
    try:
        value = data.decode().strip()
    except UnicodeDecodeError:
        raise ValueError("is no text") from None
    if not value or not value.isprintable():
        raise ValueError("must hold the secret alone, in one line")
    return value


def is_placeholder(secret: str) -> bool:
    """Whether this long secret was never meant to be one."""
    return len(set(secret)) < 8 or any(word in secret.lower() for word in PLACEHOLDERS)


def guessed_password(name: str, url: str) -> str | None:
    """What is wrong with the password in this address, if it is one that anybody would try first.

    No password at all is no placeholder: the server may know its clients otherwise.
    """
    try:
        parts = urlsplit(url)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
    except ValueError:
        return None  # what an address is like is checked elsewhere
    lower = password.lower()
    guessable = lower in GUESSED or lower == user.lower() or any(word in lower for word in PLACEHOLDERS)
    if not password or not guessable:
        return None
    return f"The password in {name} is one that anybody would try first; make one with `openssl rand -hex 32`."
