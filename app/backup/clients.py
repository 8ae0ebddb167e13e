"""PostgreSQL's own programs, which write and read its dumps."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url

from app.backup.errors import BackupError

FOLDERS = "/usr/lib/postgresql/*/bin"
"""Where Debian keeps them, one folder a version."""
PROGRAMS = "pg_dump, pg_restore and psql are needed: sudo apt-get install -y postgresql-client"


def program(name: str) -> str:
    """The newest of this program: a client reads servers of its own version and older. Raises BackupError."""
    folders = sorted(Path("/").glob(FOLDERS[1:]), key=lambda path: path.parent.name, reverse=True)
    for folder in folders:
        if (folder / name).is_file():
            return str(folder / name)
    found = shutil.which(name)
    if found is None:
        raise BackupError(f"{PROGRAMS}.")
    return found


def target(url: str) -> tuple[str, Mapping[str, str]]:
    """How to tell a program the database: an address without the password, and the environment with it."""
    parts = make_url(url)
    options = {key: value for key, value in parts.query.items() if isinstance(value, str)}
    known = {"host": parts.host, "port": parts.port, "user": parts.username, "dbname": parts.database, **options}
    address = make_conninfo(**{key: str(value) for key, value in known.items() if value is not None})
    secret = {"PGPASSWORD": str(parts.password)} if parts.password else {}
    return address, {**os.environ, "PGCONNECT_TIMEOUT": "10", **secret}


def failed(name: str, stderr: str) -> BackupError:
    """The error of a program that failed, in its own words."""
    lines = [line for line in stderr.strip().splitlines() if line] or ["it said nothing"]
    return BackupError(f"{name} failed: {lines[-1]}")


def run(name: str, arguments: list[str], environ: Mapping[str, str]) -> None:
    """Raises BackupError with the program's own last line."""
    result = subprocess.run(
        [program(name), *arguments],
        env=dict(environ),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if result.returncode:
        raise failed(name, result.stderr)
