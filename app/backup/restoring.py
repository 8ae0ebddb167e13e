"""The way back: objects first, which replaces nothing, and then all records at once.

Until the records change, in one rename or one transaction, the installation is the old one; afterwards it is the
restored one. Objects that only the old one named are left where they are.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import update

from app.backup import archive, postgres, sqlite
from app.backup.archive import OBJECTS, SECRET, Manifest
from app.backup.creating import secret_mark
from app.backup.errors import BackupError
from app.backup.snapshot import sqlite_path
from app.backup.verifying import verify, workplace
from app.database import Database, transaction
from app.settings import Settings
from app.storage import DamagedObject, LocalStore, MissingObject, ObjectStore
from app.sweep import Findings, survey
from models import Account, utc_now


@dataclass
class Restored:
    """What was done. ``aside`` tells where the former records are, ``key`` whether second factors can be read."""

    manifest: Manifest
    findings: Findings
    aside: str | None
    key: bool


def restore(settings: Settings, store: ObjectStore, path: Path, replace: bool) -> Restored:
    """Make the installation what it was when the back-up was made.

    Raises BackupError before anything is changed, StorageUnavailable, StorageFull and OSError; the same command may
    be run again after any of them, and after having been killed.
    """
    file = sqlite_path(settings.database_url)
    staged = file.with_name(f"{file.name}.restoring") if file else workplace(path) / ".restoring.pgdump"
    stamp = f"{utc_now():%Y%m%dT%H%M%S%f}"
    _clear(staged)  # of a restore that was killed
    try:
        staged.touch(mode=0o600)
        manifest = verify(path, staged)
        _check_kind(manifest, file is not None)
        target = sqlite.Target(file, settings.var) if file else postgres.Target(settings.database_url)
        target.check(replace)
        target.prepare(staged)
        secret = _bring(store, path, stamp)
        aside = target.switch(staged, stamp)
    finally:
        _clear(staged)
    if secret:
        settings = _take_secret(settings, secret, stamp)
    database = Database(settings.database_url)
    try:
        _tell_anew(database)
        findings = survey(database, store)
    finally:
        database.close()
    return Restored(manifest, findings, aside, secret_mark(settings.secret_key) == manifest.secret_mark)


def _tell_anew(database: Database) -> None:
    """Whoever mirrors roles and units was told what came after the back-up too, and must hear all of it again."""
    with database.session() as db, transaction(db):
        db.execute(update(Account).where(Account.firebase_uid.is_not(None)).values(claims_due_at=utc_now()))


def _clear(staged: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        staged.with_name(f"{staged.name}{end}").unlink(missing_ok=True)


def _check_kind(manifest: Manifest, file: bool) -> None:
    if file != (manifest.database == "sqlite"):
        raise BackupError(
            f"The back-up holds {manifest.database} records and DATABASE_URL names another kind of database: "
            "records are not carried from one kind to the other."
        )


def _bring(store: ObjectStore, path: Path, stamp: str) -> str | None:
    """Put every object of the archive into the store; the secret, if it holds one."""
    store.check()
    secret = None
    with archive.members(path) as each:
        for name, source in each:
            if name == SECRET:
                secret = source.read().decode()
            elif name.startswith(OBJECTS):
                _put(store, name.removeprefix(OBJECTS), source.read(), stamp)
    return secret


def _put(store: ObjectStore, key: str, data: bytes, stamp: str) -> None:
    try:
        store.put(key, data)
        store.get(key)
        return
    except (DamagedObject, MissingObject):
        if not isinstance(store, LocalStore):
            raise BackupError(
                f"The object {key} in the bucket is damaged: remove it there, then run this again."
            ) from None
    # What is damaged may still be evidence of how it came about: it is kept, under a name that is no object's.
    damaged = store.root / key
    damaged.rename(damaged.with_name(f"{damaged.name}.damaged-{stamp}"))
    store.put(key, data)


def _take_secret(settings: Settings, secret: str, stamp: str) -> Settings:
    """Use the back-up's secret where none is set; the one that is there is put aside."""
    if os.environ.get("SECRET_KEY") or os.environ.get("SECRET_KEY_FILE") or settings.secret_key == secret:
        return settings
    path = settings.var / "secret.key"
    if path.exists():
        os.link(path, path.with_name(f"secret.key.before-{stamp}"))
    made = path.with_name(".secret.restoring")
    made.unlink(missing_ok=True)
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret)
        os.fsync(file.fileno())
    made.replace(path)
    return Settings.from_env()
