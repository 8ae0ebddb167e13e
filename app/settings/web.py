"""The settings of how the web server meets the world outside, read and checked."""

from collections.abc import Mapping
from urllib.parse import urlsplit

RATE_LIMITS = ("on", "off")
SURFACES = ("all", "staff", "public", "tips")
"""What a web server serves: everything, or one of the three surfaces that share no template and no session."""


def public_url(env: Mapping[str, str], production: bool, problems: list[str], name: str = "PUBLIC_URL") -> str | None:
    """The address in PUBLIC_URL, NOTICES_URL or TIPS_URL without a slash at its end; None when it is unset. What is
    wrong is added to ``problems``."""
    text = env.get(name)
    if text is None:
        return None
    try:
        url = urlsplit(text)
        plain = url.hostname is not None and url.username is None and not (url.query or url.fragment)
        usable = url.scheme in ("http", "https") and plain and url.path in ("", "/") and url.port != 0
    except ValueError:
        usable = False
    if not usable:
        problems.append(f"{name} must be an address like https://semblance.example.org, without a path.")
        return None
    onion = name == "TIPS_URL" and str(url.hostname).endswith(".onion")  # Tor encrypts, and knows who answers
    if production and url.scheme != "https" and not onion:
        problems.append(f"{name} must begin with https:// in production: browsers send the session only there.")
    netloc, standard = url.netloc.lower(), ":443" if url.scheme == "https" else ":80"
    return f"{url.scheme}://{netloc.removesuffix(standard)}"


def megabytes(env: Mapping[str, str], problems: list[str], name: str, default: int) -> int:
    """The bytes of a setting that is in megabytes. What is wrong is added to ``problems``."""
    text = env.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 10**8):
        problems.append(f"{name} is {text!r}; it must be a whole number of megabytes above 0.")
        return default * 10**6
    return int(text) * 10**6


def rate_limits(env: Mapping[str, str], problems: list[str]) -> bool:
    """Whether the web server limits how often one asker may ask."""
    value = env.get("SEMBLANCE_RATE_LIMITS", RATE_LIMITS[0])
    if value not in RATE_LIMITS:
        problems.append(f"SEMBLANCE_RATE_LIMITS is {value!r}; it can be {' or '.join(RATE_LIMITS)}.")
    return value != "off"


def clamav_url(env: Mapping[str, str], problems: list[str]) -> str | None:
    """CLAMAV_URL, None when it is unset."""
    text = env.get("CLAMAV_URL")
    if text is None:
        return None
    try:
        url = urlsplit(text)
        usable = (url.scheme == "tcp" and bool(url.hostname) and url.port != 0) or (url.scheme == "unix" and url.path)
    except ValueError:
        usable = False
    if not usable:
        problems.append("CLAMAV_URL must be an address like tcp://127.0.0.1:3310 or unix:///run/clamav/clamd.ctl.")
        return None
    return text
