"""Making a back-up, while the product runs."""

import datetime as dt
import fcntl
import hashlib
import hmac
import os
from pathlib import Path
from typing import IO

from sqlalchemy import select

from app.backup import archive, snapshot
from app.backup.archive import Manifest
from app.backup.errors import BackupError, ChangedMeanwhile
from app.database import Database
from app.health import code_version
from app.settings import Settings
from app.storage import DamagedObject, MissingObject, ObjectStore
from app.sweep import key_columns
from models import utc_now

PARTIAL = ".semblance-backup.partial"
TRIES = 3


def create(settings: Settings, store: ObjectStore, folder: Path, with_secrets: bool) -> tuple[Path, Manifest]:
    """Make an archive in the folder; it appears whole or not at all.

    Raises BackupError, StorageUnavailable, and OSError when the folder cannot take it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial, records = folder / PARTIAL, folder / f"{PARTIAL}-records"
    with os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"Another back-up is being written to {folder}: wait until it has ended.") from None
        try:
            manifest = _try(settings, store, file, records, with_secrets)
            file.flush()
            os.fsync(file.fileno())
            made = dt.datetime.fromisoformat(manifest.made_at)
            path = folder / f"semblance-{made:%Y%m%dT%H%M%SZ}.tar.gz"
            if path.exists():
                raise BackupError(f"{path} exists already: wait a second and run the same command again.")
            partial.rename(path)
            _sync(folder)
        finally:
            partial.unlink(missing_ok=True)
            records.unlink(missing_ok=True)
    return path, manifest


def _try(settings: Settings, store: ObjectStore, file: IO[bytes], records: Path, with_secrets: bool) -> Manifest:
    for left in reversed(range(TRIES)):
        file.seek(0)
        file.truncate()
        try:
            return _write(settings, store, file, records, with_secrets)
        except ChangedMeanwhile:
            if not left:
                raise
    raise AssertionError("unreachable")


def _write(settings: Settings, store: ObjectStore, file: IO[bytes], records: Path, with_secrets: bool) -> Manifest:
    database = Database(settings.database_url)
    try:
        made_at = utc_now()
        taken = snapshot.take(database.engine, records)
        os.chmod(records, 0o600)
        manifest = Manifest(
            made_at=made_at.isoformat(timespec="seconds"),
            code=code_version(),
            revision=taken.revision,
            database=taken.database,
            secret_mark=secret_mark(settings.secret_key),
            rows=taken.rows,
            named=sorted(taken.named),
        )
        writer = archive.Writer(file)
        writer.add_file(manifest.records, records)
        if with_secrets:
            writer.add_bytes(archive.SECRET, settings.secret_key.encode())
        for key in manifest.named:
            try:
                writer.add_object(key, store.get(key))
            except (MissingObject, DamagedObject):
                _still_named(database, key)
                manifest.lost.append(key)
        writer.finish(manifest)
        return manifest
    finally:
        database.close()


def _still_named(database: Database, key: str) -> None:
    """A lost object is a finding; one whose row went too was only removed after the records had been copied."""
    with database.session(read_only=True) as db:
        if not any(db.scalars(select(column).where(column == key).limit(1)).first() for column in key_columns()):
            raise ChangedMeanwhile("Records are being removed faster than they can be copied: run it again later.")


def secret_mark(secret: str) -> str:
    """Tells one secret from another without giving it away."""
    return hmac.new(secret.encode(), b"semblance back-up", hashlib.sha256).hexdigest()[:16]


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
