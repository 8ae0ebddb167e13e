"""Whether a back-up could be restored: every digest, the records themselves, and an object for each key they name."""

import os
import sqlite3
import tempfile
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.backup import archive, clients, snapshot
from app.backup.archive import OBJECTS, RECORDS, Manifest
from app.backup.errors import BackupError, BadArchive
from app.database import known_revisions


def workplace(path: Path) -> Path:
    """A folder with room for the records of this archive: the archive's own, where it may be written to.

    A container's temporary folders are small.
    """
    folder = path.absolute().parent
    return folder if os.access(folder, os.W_OK) else Path(tempfile.gettempdir())


def verify(path: Path, records: Path) -> Manifest:
    """Check the archive and leave its records in the file ``records``.

    Raises BadArchive, and BackupError when this code or this machine cannot use it.
    """
    if not path.is_file():
        raise BackupError(f"There is no back-up at {path}.")
    manifest = archive.check(path, records)
    if manifest.revision not in known_revisions():
        raise BackupError(
            f"The back-up's records are at revision {manifest.revision}, which is newer than this code: "
            f"use the code that made it ({manifest.code}) or newer."
        )
    if manifest.records == RECORDS["sqlite"]:
        _check_sqlite(path, manifest, records)
    else:
        clients.run("pg_restore", ["--list", str(records)], {})
    return manifest


def _check_sqlite(path: Path, manifest: Manifest, records: Path) -> None:
    try:
        with snapshot.reading(records) as connection:
            said = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
            found = snapshot.describe(connection)
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise BadArchive(f"The records in {path} cannot be read.") from error
    lacking = {key for key in found.named if f"{OBJECTS}{key}" not in manifest.members} - set(manifest.lost)
    if said != "ok" or found.revision != manifest.revision or found.rows != manifest.rows or lacking:
        raise BadArchive(f"The records in {path} are damaged, or not those that its manifest speaks of.")
