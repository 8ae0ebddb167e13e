"""How e-mail leaves: SMTP_URL and MAIL_FROM, read and checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
ADDRESS = re.compile(r"[^@\s<>\x00-\x1f\"]+@[^@\s<>\x00-\x1f\"]+")
HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class MailSettings:
    """``security`` is none, starttls or tls."""

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


def read(env: Mapping[str, str], production: bool, problems: list[str]) -> MailSettings | None:
    """None when SMTP_URL is unset: nothing is sent then. What is wrong is added to ``problems``."""
    text, sender = env.get("SMTP_URL"), env.get("MAIL_FROM", "")
    if text is None:
        return None
    try:
        url = urlsplit(text)
        port = url.port or PORTS.get(url.scheme, 0)
        usable = (
            url.scheme in PORTS and bool(url.hostname) and url.path in ("", "/") and not (url.query or url.fragment)
        )
    except ValueError:
        usable, port = False, 0
    if not usable:
        problems.append("SMTP_URL must be an address like smtp+starttls://user:password@mail.example.org:587.")
        return None
    if not ADDRESS.fullmatch(sender):
        problems.append("MAIL_FROM must be set with SMTP_URL, to an address like semblance@example.org.")
    host, password = str(url.hostname), unquote(url.password or "")
    if production and url.scheme == "smtp" and password and host not in HERE:
        problems.append("SMTP_URL would send its password readable; begin it with smtp+starttls:// or smtps://.")
    security = {"smtp": "none", "smtp+starttls": "starttls", "smtps": "tls"}[url.scheme]
    return MailSettings(host, port, security, sender, unquote(url.username or ""), password)
