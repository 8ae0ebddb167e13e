"""The operator's way to back-ups: ``python -m app.backup --help``."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app import logs
from app.backup.archive import Manifest
from app.backup.creating import create
from app.backup.errors import BackupError
from app.backup.restoring import restore
from app.backup.verifying import verify, workplace
from app.errors import StorageFull
from app.settings import Settings, SettingsError
from app.storage import StorageUnavailable, open_store

OK, FOUND, STOPPED = 0, 1, 3
"""Exit codes: everything is there; objects are missing that were lost before; the work was broken off."""
KEY_NEEDED = (
    "The secret key is NOT in it. Keep a copy of var/secret.key (or of SECRET_KEY) somewhere else: without it every "
    "person's second factor has to be set up anew. --with-secrets puts it in."
)
KEY_INSIDE = "It holds the secret key: whoever has this file can make every person's second factor."
WRONG_KEY = (
    "The secret key here is not the one of the back-up: second factors cannot be read. Bring back var/secret.key "
    "(or SECRET_KEY) and start again, or have an administrator reset each person's second factor."
)


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        act: Callable[[argparse.Namespace], int] = chosen.act
        return act(chosen)
    except (SettingsError, BackupError, StorageFull) as error:
        print(error, file=sys.stderr)
    except StorageUnavailable as error:
        print(f"{error.reason}\nNothing is lost; run the same command again.", file=sys.stderr)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(f"That did not work: {error.strerror or error}{where}. Run the same command again.", file=sys.stderr)
    except SQLAlchemyError as error:
        print(f"The records cannot be used ({type(error).__name__}): check DATABASE_URL.", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped. Run the same command again.", file=sys.stderr)
    return STOPPED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app.backup",
        description="Back-ups of the records with every object they name.",
        epilog="Exit codes: 0 all is there, 1 objects are missing that were lost before, 2 the command was misspelt, "
        "3 nothing was done, for the reason given.",
    )
    actions = parser.add_subparsers(required=True)
    creating = actions.add_parser("create", help="make a back-up; the product may run meanwhile")
    creating.add_argument("--to", type=Path, default=Path("backups"), metavar="FOLDER", help="default: %(default)s")
    creating.add_argument("--with-secrets", action="store_true", help="put the secret key in")
    creating.set_defaults(act=_create)
    verifying = actions.add_parser("verify", help="read a whole back-up and compare everything with its sha256")
    verifying.add_argument("archive", type=Path)
    verifying.set_defaults(act=_verify)
    restoring = actions.add_parser("restore", help="bring the installation back; the product must not run")
    restoring.add_argument("archive", type=Path)
    restoring.add_argument("--replace", action="store_true", help="put the records that are there aside")
    restoring.set_defaults(act=_restore)
    return parser


def _settings() -> Settings:
    settings = Settings.from_env()
    logs.configure(settings.production)
    return settings


def _create(chosen: argparse.Namespace) -> int:
    settings = _settings()
    path, manifest = create(settings, open_store(settings), chosen.to.absolute(), chosen.with_secrets)
    print(f"{path} ({path.stat().st_size / 1e6:,.1f} MB)")
    _tell(manifest)
    print(KEY_INSIDE if chosen.with_secrets else KEY_NEEDED)
    return FOUND if manifest.lost else OK


def _verify(chosen: argparse.Namespace) -> int:
    folder = workplace(chosen.archive)
    with tempfile.TemporaryDirectory(prefix=".semblance-verify-", dir=folder if folder.is_dir() else None) as inside:
        manifest = verify(chosen.archive, Path(inside) / "records")
    _tell(manifest)
    print("Every member has the sha256 of the manifest, and every object that the records name is there.")
    return FOUND if manifest.lost else OK


def _restore(chosen: argparse.Namespace) -> int:
    settings = _settings()
    done = restore(settings, open_store(settings), chosen.archive, chosen.replace)
    _tell(done.manifest)
    if done.aside:
        print(f"The former records were put aside: {done.aside}. Remove them when nobody needs them any more.")
        print("Their objects are still there; leave SEMBLANCE_REMOVE_ORPHANS unset until then.")
    if not done.key:
        print(WRONG_KEY)
    missing = done.findings.missing
    print(f"Restored. Objects that the records name: {done.findings.named:,} there, {len(missing):,} missing.")
    print("Everybody signs in anew, and links that had been sent are void.")
    return FOUND if missing else OK


def _tell(manifest: Manifest) -> None:
    rows = manifest.rows
    print(f"Made {manifest.made_at} by {manifest.code}, schema {manifest.revision}, {manifest.database}.")
    words = {"account": "Accounts", "sketch": "sketches", "likeness": "likenesses"}
    counts = ", ".join(f"{word}: {rows.get(name, 0):,}" for name, word in words.items())
    print(f"{counts}; objects: {manifest.objects:,}.")
    if manifest.lost:
        print(f"Objects that were missing or damaged already when it was made: {len(manifest.lost):,}")
        for key in manifest.lost:
            print(f"  {key}")


if __name__ == "__main__":
    sys.exit(main())
