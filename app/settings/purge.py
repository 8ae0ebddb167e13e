"""Where a CDN is told what of the public pages has changed: PURGE_URL and PURGE_TOKEN, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class PurgeSettings:
    """``token`` goes along as a bearer token; none is sent where it is empty."""

    url: str
    token: str = field(default="", repr=False)


def read(env: Mapping[str, str], production: bool, problems: list[str]) -> PurgeSettings | None:
    """None when PURGE_URL is unset: nobody is told. What is wrong is added to ``problems``."""
    text, token = env.get("PURGE_URL"), env.get("PURGE_TOKEN", "")
    if text is None:
        return None
    try:
        url = urlsplit(text)
        usable = url.scheme in ("http", "https") and bool(url.hostname) and url.username is None and url.port != 0
    except ValueError:
        usable = False
    if not usable:
        problems.append("PURGE_URL must be an address like https://purge.example.org/notices; PURGE_TOKEN is its key.")
        return None
    if production and token and url.scheme != "https":
        problems.append("PURGE_URL must begin with https:// in production: PURGE_TOKEN would be sent readable.")
    return PurgeSettings(text, token)
