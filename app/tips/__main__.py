"""The agency's keys for tips, for the operator: ``python -m app.tips keys --help``."""

import argparse
import contextlib
import os
import sys
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import logs
from app.database import Database
from app.errors import AppError
from app.settings import Settings, SettingsError
from app.tips import keys
from models import TipKey

EPILOG = (
    "A key that is retired goes on opening what it sealed. A secret half that is lost, here and in every copy, takes "
    "with it every tip that was sealed for it, and the agency's own copies of its replies; nobody can bring them back."
)


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        settings = Settings.from_env()
        logs.configure(settings.production)
        with contextlib.closing(Database(settings.database_url)) as database, database.session() as db:
            print(chosen.act(chosen, db, settings))
    except (SettingsError, AppError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except SQLAlchemyError as error:
        print(f"The records cannot be used ({type(error).__name__}): check DATABASE_URL.", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app.tips", description="Tips of the public, for the operator.")
    nouns = parser.add_subparsers(required=True)
    what = nouns.add_parser("keys", help="the keys that tips are sealed with", epilog=EPILOG)
    actions = what.add_subparsers(required=True)
    actions.add_parser("list", help="every key, the newest first").set_defaults(act=_list)
    actions.add_parser("new", help="make a key that seals from now on, and retire the others").set_defaults(act=_new)
    retire = actions.add_parser("retire", help="let a key seal nothing more; it goes on opening")
    retire.set_defaults(act=_retire)
    export = actions.add_parser("export", help="write both halves of a key to a new file, to be kept apart")
    export.add_argument(
        "--remove", action="store_true", help="and forget the secret half here: nothing can be read here then"
    )
    export.set_defaults(act=_export)
    for action in (retire, export):
        action.add_argument("key", help="as `list` shows it")
    bring = actions.add_parser("import", help="bring in a key: both halves, or a public half to seal with alone")
    bring.set_defaults(act=_import)
    for action in (export, bring):
        action.add_argument("file", type=Path)
    return parser


def _list(chosen: argparse.Namespace, db: Session, settings: Settings) -> str:  # noqa: ARG001
    lines = []
    for key in keys.every(db):
        state = "retired" if key.retired_at else "seals"
        lines.append(f"{keys.short(key)}  {key.created_at:%Y-%m-%d}  {state:7}  {_secret(settings, key)}")
    return "\n".join(lines) or "No key yet: no tip can be taken."


def _secret(settings: Settings, key: TipKey) -> str:
    try:
        keys.secret_of(settings, key)
    except keys.SecretElsewhere:
        return "secret half elsewhere"
    except keys.SecretUnreadable:
        return "secret half unreadable: SECRET_KEY was changed"
    return "secret half here"


def _new(chosen: argparse.Namespace, db: Session, settings: Settings) -> str:  # noqa: ARG001
    return f"{keys.short(keys.rotate(db, settings))} seals from now on. Export it, and keep the file apart."


def _retire(chosen: argparse.Namespace, db: Session, settings: Settings) -> str:  # noqa: ARG001
    key = keys.find(db, chosen.key)
    keys.retire(db, key)
    return f"{keys.short(key)} seals nothing more, and opens what it sealed."


def _export(chosen: argparse.Namespace, db: Session, settings: Settings) -> str:
    key = keys.find(db, chosen.key)
    secret = keys.secret_of(settings, key)
    with os.fdopen(os.open(chosen.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{key.public.hex()}\n{secret.hex()}\n")
        file.flush()
        os.fsync(file.fileno())
    if chosen.remove:
        keys.take_out(db, key)
    where = "It is no longer here." if chosen.remove else "It is still here, too."
    return f"Whoever has {chosen.file} can read every tip that {keys.short(key)} seals. {where}"


def _import(chosen: argparse.Namespace, db: Session, settings: Settings) -> str:
    try:
        halves = [bytes.fromhex(line) for line in chosen.file.read_text(encoding="ascii").split()]
        public, secret = halves[0], halves[1] if len(halves) > 1 else None
    except (ValueError, IndexError):
        raise keys.NoPair from None
    key = keys.bring_in(db, settings, public, secret)
    return f"{keys.short(key)}: {_secret(settings, key)}."


if __name__ == "__main__":
    sys.exit(main())
