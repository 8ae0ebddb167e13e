"""What the pages that talk to Firebase may do beyond all others, and nothing but that."""

from flask import Response

from app.identity.firebase.settings import FirebaseSettings

SERVERS = ("https://identitytoolkit.googleapis.com", "https://securetoken.googleapis.com")
PROVIDER_SCRIPTS = "https://apis.google.com"


def widened(policy: str, settings: FirebaseSettings) -> str:
    """A content security policy, with Firebase's servers and, where other providers are allowed, their windows."""
    additions = {"connect-src": " ".join(SERVERS)}
    if settings.emulator:
        additions["connect-src"] = f"http://{settings.emulator}"
    if settings.providers:
        additions["script-src"] = PROVIDER_SCRIPTS
        additions["frame-src"] = f"https://{settings.auth_domain}"
    directives = dict(_split(policy))
    for name, sources in additions.items():
        directives[name] = f"{directives.get(name, '')} {sources}".strip()
    return "; ".join(f"{name} {sources}".strip() for name, sources in directives.items())


def _split(policy: str) -> list[tuple[str, str]]:
    parts = (directive.strip().partition(" ") for directive in policy.split(";") if directive.strip())
    return [(name, sources) for name, _, sources in parts]


def widen(response: Response, policy: str, settings: FirebaseSettings) -> Response:
    """Set these headers before the ones that every page gets."""
    response.headers["Content-Security-Policy"] = widened(policy, settings)
    if settings.providers:
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
    return response
