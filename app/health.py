"""For operators and their probes: is this process alive, can it work, and what is it."""

import functools
import os
import subprocess
from http import HTTPStatus

import structlog
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from app import context, gate
from app.database import current_revision, newest_revision
from app.settings import ROOT
from app.storage import StorageUnavailable

blueprint = Blueprint("health", __name__)
log = structlog.get_logger(__name__)


@blueprint.get("/livez")
@gate.public
def livez() -> ResponseReturnValue:
    return jsonify(status="ok")


@blueprint.get("/readyz")
@gate.public
def readyz() -> ResponseReturnValue:
    parts = {"database": _database(), "storage": _storage()}
    ready = all(state == "ok" for state in parts.values())
    status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    return jsonify(status="ok" if ready else "not ready", **parts), status


def _database() -> str:
    try:
        with context.services().database.engine.connect() as connection:
            at = current_revision(connection)
    except SQLAlchemyError as error:
        log.warning("not_ready", part="database", kind=type(error).__name__)
        return "unreachable"
    return "ok" if at == newest_revision() else "needs an upgrade"


def _storage() -> str:
    try:
        context.store().check()
    except StorageUnavailable as error:
        log.warning("not_ready", part="storage", reason=error.reason)
        return "not usable"
    return "ok"


@blueprint.get("/version")
@gate.public
def version() -> ResponseReturnValue:
    return jsonify(code=code_version(), schema=newest_revision())


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
