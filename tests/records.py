"""Migrated, empty records, quickly: migrated once a run and copied from then on. What migrations do is tested by
`tests/models` and `tests/deploy`, which call the real upgrade."""

import functools
import secrets
import shutil
import tempfile
from pathlib import Path

import psycopg
from sqlalchemy import make_url
from sqlalchemy.engine import URL

from app.database import upgrade

FILE = "records.db"


def migrate(address: str) -> None:
    """What ``upgrade`` makes of these empty records."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        file = Path(str(url.database))
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(_folder().name) / FILE, file)
        return
    server = url.set(drivername="postgresql", database="postgres")
    with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{url.database}"')
        admin.execute(f'CREATE DATABASE "{url.database}" TEMPLATE "{_template(url.set(database=None))}"')


@functools.cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    """It goes with the process."""
    folder = tempfile.TemporaryDirectory(prefix="semblance-records-")
    upgrade(f"sqlite:///{Path(folder.name) / FILE}")
    return folder


@functools.cache
def _template(server: URL) -> str:
    name = f"migrated_{secrets.token_hex(6)}"
    admin = server.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    upgrade(server.set(database=name).render_as_string(hide_password=False))
    return name
