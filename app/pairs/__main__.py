"""``python -m app.pairs export --to FOLDER``: the pairs that may be used for training, as ``training`` reads them."""

import argparse
import sys
from pathlib import Path

from app import custody
from app.database import Database
from app.errors import AppError
from app.pairs.collecting import files, pairs
from app.pairs.recording import record_export
from app.settings import Settings, SettingsError
from app.storage import MissingObject, StorageUnavailable, open_store


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m app.pairs", description="Pairs of sketch and real photo.")
    actions = parser.add_subparsers(dest="action", required=True)
    export = actions.add_parser("export", help="write the pairs that the people in the photos agreed to")
    export.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="a new or empty folder")
    actions.add_parser("count", help="say how many there are")
    chosen = parser.parse_args(arguments)
    try:
        settings = Settings.from_env()
        return _count(settings) if chosen.action == "count" else _export(settings, chosen.to)
    except (SettingsError, AppError, MissingObject) as error:
        print(error, file=sys.stderr)
    except StorageUnavailable as error:
        print(error.reason, file=sys.stderr)
    except OSError as error:
        print(f"The pairs cannot be written: {error.strerror or error}.", file=sys.stderr)
    return 1


def _count(settings: Settings) -> int:
    database = Database(settings.database_url)
    with database.session(read_only=True) as db:
        print(len(pairs(db)))
    database.close()
    return 0


def _export(settings: Settings, folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        print(f"{folder} is not empty. Name a new one: pairs that were withdrawn must not stay.", file=sys.stderr)
        return 1
    database = Database(settings.database_url)
    with database.session() as db:
        kept = record_export(db, custody.OPERATOR, pairs(db))
        for name, data in files(open_store(settings), kept):
            place = folder / name
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(data)
    database.close()
    print(f"Wrote {len(kept)} pairs to {folder}. Train on them with: python -m training --data {folder} prepare")
    return 0


if __name__ == "__main__":
    sys.exit(main())
