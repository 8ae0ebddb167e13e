"""For operators and their probes: is this process alive, can it work, and what is it."""

import functools
import os
import subprocess
import tomllib
from http import HTTPStatus
from pathlib import Path

import structlog
from flask import Blueprint, Flask, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from app import context, gate
from app.context import Services
from app.database import current_revision, newest_revision, schema_state
from app.probes import SILENT, Look, Probe, ask_all
from app.settings import ROOT
from app.storage import StorageUnavailable

blueprint = Blueprint("health", __name__)
log = structlog.get_logger(__name__)

MANIFESTS = ("manifest.toml", "local.toml")
UNREACHABLE_WORD = "unreachable"
NEEDED = ("database", "storage")
"""Without these nothing can be answered. Without the carrier work only begins some seconds later."""


def init_app(app: Flask, services: Services, *, writes: bool = True) -> None:
    """Name the parts that this process depends on. Who signs people in is not asked: sessions are our own.

    One that only reads needs no room in the storage, and wakes nobody by the carrier.
    """
    probes = app.extensions["semblance_probes"] = {
        "database": Probe("database", lambda: _database(services)),
        "storage": Probe("storage", lambda: _storage(services, writes)),
    }
    if writes:
        probes["carrier"] = Probe("carrier", lambda: _carrier(services))


def look() -> dict[str, Look]:
    """How each part of this process is, as of the last second."""
    return ask_all(current_app.extensions["semblance_probes"])


@blueprint.get("/livez")
@gate.public
def livez() -> ResponseReturnValue:
    return jsonify(status="ok")


@blueprint.get("/readyz")
@gate.public
def readyz() -> ResponseReturnValue:
    parts = look()
    ready = all(parts[name].fine for name in NEEDED)
    status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    states = {name: part.state for name, part in parts.items()}
    return jsonify(status="ok" if ready else "not ready", **states), status


def _database(services: Services) -> str:
    try:
        with services.database.engine.connect() as connection:
            return schema_state(connection)
    except SQLAlchemyError as error:
        log.warning("not_ready", part="database", kind=type(error).__name__)
        return UNREACHABLE_WORD


def _storage(services: Services, writes: bool) -> str:
    try:
        services.store.check(writing=writes)
    except StorageUnavailable as error:
        log.warning("not_ready", part="storage", reason=error.reason)
        return "not usable"
    return "ok"


def _carrier(services: Services) -> str:
    return "ok" if services.carrier.answers() else "delayed"


@blueprint.get("/version")
@gate.public
def version() -> ResponseReturnValue:
    return jsonify(
        code=code_version(), schema=newest_revision(), database=database_revision(), weights=weights(_weights_folder())
    )


def database_revision() -> str | None:
    """The revision that the database is at; None when it is empty or away."""
    if look()["database"].state in (SILENT, UNREACHABLE_WORD):
        return None  # asking would wait for it
    try:
        with context.services().database.engine.connect() as connection:
            return current_revision(connection)
    except SQLAlchemyError:
        return None


def _weights_folder() -> Path:
    return context.settings().weights


@functools.cache
def weights(folder: Path) -> dict[str, str]:
    """The sha256 of every checkpoint by name, as the manifests have it; read once, like the workers do."""
    found: dict[str, str] = {}
    for name in MANIFESTS:
        try:
            entries = tomllib.loads((folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        found |= {key: str(entry.get("sha256", "")) for key, entry in entries.items() if isinstance(entry, dict)}
    return found


@functools.cache
def code_version() -> str:
    """The commit this code is, as the image was told or as git says."""
    told = os.environ.get("SEMBLANCE_VERSION")
    if told:
        return told
    command = ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=5).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return "unknown"
