"""What IDENTITY=firebase needs to know, read from the environment with everything else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SDK = ROOT / "static" / "vendor" / "firebase"
"""Brought by ``make firebase-sdk`` and not kept in the repository."""
SDK_FILES = ("firebase-app-compat.js", "firebase-auth-compat.js")

EMULATOR = "FIREBASE_AUTH_EMULATOR_HOST"
PROJECT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")
KEY = re.compile(r"[A-Za-z0-9_-]{10,128}")
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
HOST_AND_PORT = re.compile(r"[a-z0-9.-]+:\d{1,5}")
PROVIDER = re.compile(r"(google|microsoft)\.com|(saml|oidc)\.[a-z0-9.-]{1,32}")


@dataclass(frozen=True)
class FirebaseSettings:
    """``providers`` may sign people in beside e-mail and password; ``emulator`` is host:port, for development."""

    project: str
    api_key: str = field(repr=False)
    auth_domain: str | None = None
    providers: tuple[str, ...] = ()
    emulator: str | None = None


def read(env: Mapping[str, str], production: bool, problems: list[str]) -> FirebaseSettings | None:
    """The settings; None unless IDENTITY is firebase. What is wrong is added to ``problems``, a line each."""
    emulator = env.get(EMULATOR)
    if emulator and production:
        # Wherever it is set: Firebase's own library believes it, whatever we are told to use.
        problems.append(f"{EMULATOR} is set; an emulator's tokens are not signed and let anybody in.")
    if env.get("IDENTITY") != "firebase":
        return None
    settings = FirebaseSettings(
        project=env.get("FIREBASE_PROJECT", ""),
        api_key=env.get("FIREBASE_API_KEY", ""),
        auth_domain=env.get("FIREBASE_AUTH_DOMAIN"),
        providers=tuple(filter(None, (one.strip() for one in env.get("FIREBASE_PROVIDERS", "").split(",")))),
        emulator=emulator,
    )
    problems += _wrong(settings)
    credentials = env.get("GOOGLE_APPLICATION_CREDENTIALS")
    if credentials and not Path(credentials).is_file():
        problems.append("GOOGLE_APPLICATION_CREDENTIALS names a file that is not there.")
    if missing := [name for name in SDK_FILES if not (SDK / name).is_file()]:
        problems.append(f"The Firebase SDK is not there ({', '.join(missing)}): run `make firebase-sdk`.")
    return settings


def _wrong(settings: FirebaseSettings) -> list[str]:
    problems = []
    if not PROJECT.fullmatch(settings.project):
        problems.append("FIREBASE_PROJECT must be the project's ID, as the Firebase console shows it.")
    if not KEY.fullmatch(settings.api_key):
        problems.append("FIREBASE_API_KEY must be the web API key of the project's settings.")
    if settings.auth_domain and not HOST.fullmatch(settings.auth_domain):
        problems.append("FIREBASE_AUTH_DOMAIN must be a host's name like PROJECT.firebaseapp.com.")
    if settings.emulator and not HOST_AND_PORT.fullmatch(settings.emulator):
        problems.append(f"{EMULATOR} must be a host and a port like 127.0.0.1:9099.")
    problems += [
        f"FIREBASE_PROVIDERS names {provider!r}; it can be google.com, microsoft.com, saml.NAME and oidc.NAME."
        for provider in settings.providers
        if not PROVIDER.fullmatch(provider)
    ]
    if settings.providers and not settings.auth_domain:
        problems.append("FIREBASE_PROVIDERS needs FIREBASE_AUTH_DOMAIN: their windows are served from there.")
    return problems
