"""The operator's way in and out: ``python -m app.exchange --help``."""

import argparse
import hashlib
import sys
import uuid
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import custody, logs
from app.database import Database, transaction
from app.errors import AppError, Refused
from app.exchange.imports import read_case
from app.exchange.opening import opened
from app.exchange.seed import records
from app.exchange.seed.bucket import open_pictures
from app.exchange.seed.importing import SeedImport
from app.identity.accounts import by_email
from app.settings import Settings, SettingsError
from app.storage import StorageUnavailable, open_store
from models import Account, Unit

OK, FOUND, STOPPED = 0, 1, 3
"""Exit codes: all was brought in; something was not, and was named; broken off."""


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        settings = Settings.from_env()
        logs.configure(settings.production)  # to stderr: what is printed here may be piped on
        act: Callable[[argparse.Namespace, Settings], int] = chosen.act
        return act(chosen, settings)
    except StorageUnavailable as error:
        print(f"{error.reason}\nNothing is lost; run the same command again.", file=sys.stderr)
    except (SettingsError, AppError, OSError) as error:
        print(error, file=sys.stderr)
    except SQLAlchemyError as error:
        hint = "check DATABASE_URL, and run `python -m app.database upgrade`."
        print(f"The records cannot be used ({type(error).__name__}): {hint}", file=sys.stderr)
    return STOPPED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app.exchange", description="Cases from files, and from s2f.")
    actions = parser.add_subparsers(required=True)
    checking = actions.add_parser("verify", help="check an exported case without importing it")
    checking.add_argument("file", type=Path)
    checking.set_defaults(act=_verify)
    importing = actions.add_parser("import", help="bring in an exported case")
    importing.add_argument("file", type=Path)
    importing.add_argument("--number", default="", help="the number that it is to have here, if its own is taken")
    _add_owner(importing)
    importing.set_defaults(act=_import)
    seeding = actions.add_parser("import-seed", help="bring in the sketches and faces of s2f")
    seeding.add_argument("--database", required=True, metavar="URL|FILE", help="its database, SQLite file or CSV file")
    seeding.add_argument("--bucket", required=True, metavar="DIR|gs://NAME", help="its bucket, or a copy in a folder")
    seeding.add_argument("--zone", type=_zone, default="UTC", help="of the times in its database (default: UTC)")
    seeding.add_argument("--dry-run", action="store_true", help="read everything and write nothing")
    _add_owner(seeding)
    seeding.set_defaults(act=_import_seed)
    return parser


def _add_owner(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--owner", required=True, metavar="EMAIL", help="the account that it belongs to here")
    parser.add_argument("--unit", metavar="NAME", help="the unit, where the account is in several")


def _zone(text: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise argparse.ArgumentTypeError(f"{text} is no time zone; it can be like Asia/Bangkok") from None


def _owner(db: Session, chosen: argparse.Namespace) -> tuple[Account, uuid.UUID]:
    """The account and one of its units. Raises Refused."""
    account = by_email(db, chosen.owner)
    if account is None:
        raise Refused("There is no account %(email)s.", email=chosen.owner)
    units = [unit for unit in account.units if chosen.unit in (None, unit.name)]
    if len(units) != 1:
        known = ", ".join(unit.name for unit in db.scalars(select(Unit).order_by(Unit.name))) or "none"
        raise Refused("Name one of the account's units with --unit. The units are: %(known)s.", known=known)
    return account, units[0].id


def _verify(chosen: argparse.Namespace, settings: Settings) -> int:  # noqa: ARG001
    with chosen.file.open("rb") as file, opened(file, chosen.file.name) as found:
        case = found.manifest["case"]
        print(f"{chosen.file.name} is whole: case {case['number']}, {len(found.digests):,} files.")
        for chain in found.chains:
            print(f"  {chain.kind} {chain.subject_id}: {len(chain.lines):,} entries, head {chain.head}")
    print(f"  SHA-256 of the file: {_digest(chosen.file)}")
    return OK


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _import(chosen: argparse.Namespace, settings: Settings) -> int:
    database, store = Database(settings.database_url), open_store(settings)
    with database.session() as db, chosen.file.open("rb") as file:
        account, unit_id = _owner(db, chosen)
        wanted = (chosen.file.name, account.id, unit_id, chosen.number)
        case, write = read_case(database, store, cast(BinaryIO, file), *wanted)
        with transaction(db):
            write(db, custody.OPERATOR, _digest(chosen.file))
    print(f"Case {case.number} is here.")
    return OK


def _import_seed(chosen: argparse.Namespace, settings: Settings) -> int:
    database, store = Database(settings.database_url), open_store(settings)
    with database.session() as db:
        account, unit_id = _owner(db, chosen)
        pictures = open_pictures(chosen.bucket, settings.storage_emulator)
        bringing = SeedImport(db, store, account, unit_id, pictures, chosen.dry_run)
        report = bringing.run(records.read(chosen.database, chosen.zone))
    would = "Would bring" if chosen.dry_run else "Brought"
    print(f"{would} in {report.sketches:,} sketches, {report.likenesses:,} likenesses, {report.photos:,} real photos.")
    if report.present:
        print(f"{report.present:,} records were here already.")
    if report.problems:
        print(f"{len(report.problems):,} things could not be brought in:")
        for problem in report.problems:
            print(f"  {problem}")
    return FOUND if report.problems else OK


if __name__ == "__main__":
    sys.exit(main())
