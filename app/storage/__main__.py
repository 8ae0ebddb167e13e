"""The operator's way to the objects: ``python -m app.storage --help``."""

import argparse
import datetime as dt
import sys
import time
from collections.abc import Callable, Iterable

from sqlalchemy.exc import SQLAlchemyError

from app import logs
from app.database import Database
from app.errors import StorageFull
from app.settings import Settings, SettingsError
from app.storage import ObjectStore, StorageUnavailable, open_place, open_store
from app.storage.address import Folder, Place, parse_place
from app.storage.copying import Tally, copy_objects, is_sound
from app.sweep import LEAST_AGE, SAFE_AGE, SweepRefused, named_keys, remove, survey

OK, FOUND, STOPPED = 0, 1, 3
"""Exit codes: everything is as it should be; something is missing, damaged or left over; the work was broken off."""
EVERY = 2.0
"""Seconds between two lines of progress."""
HOUR = dt.timedelta(hours=1)
MOST_HOURS = 100_000


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        settings = Settings.from_env()
        logs.configure(settings.production)  # to stderr: what is printed here may be piped on
        act: Callable[[argparse.Namespace, Settings, Database], int] = chosen.act
        return act(chosen, settings, Database(settings.database_url))
    except SettingsError as error:
        print(error, file=sys.stderr)
    except StorageUnavailable as error:
        print(f"{error.reason}\nNothing is lost; run the same command again.", file=sys.stderr)
    except (StorageFull, SweepRefused) as error:
        print(error, file=sys.stderr)
    except SQLAlchemyError as error:
        hint = "check DATABASE_URL, and run `python -m app.database upgrade`."
        print(f"The records cannot be used ({type(error).__name__}): {hint}", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped. What was done stays; run the same command again to go on.", file=sys.stderr)
    return STOPPED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app.storage",
        description="The stored objects, for the operator.",
        epilog="Exit codes: 0 everything is as it should be, 1 something is missing, damaged or left over, "
        "2 the command was misspelt, 3 broken off: run it again.",
    )
    actions = parser.add_subparsers(required=True)
    copying = actions.add_parser("copy", help="copy every object to another place, or go on doing so")
    copying.add_argument("source", metavar="FROM_URL", type=_place, help="like file:///srv/objects")
    copying.add_argument("target", metavar="TO_URL", type=_place, help="like gs://bucket/prefix")
    copying.set_defaults(act=_copy)
    sweeping = actions.add_parser("sweep", help="find objects without rows and rows without objects")
    sweeping.add_argument("--remove", action="store_true", help="remove objects that have no row and are old enough")
    sweeping.add_argument(
        "--older-than",
        type=_hours,
        default=SAFE_AGE / HOUR,
        metavar="HOURS",
        help=f"what is younger may still get its row (default: %(default)g, at least {LEAST_AGE / HOUR:g})",
    )
    sweeping.set_defaults(act=_sweep)
    return parser


def _place(text: str) -> Place:
    try:
        return parse_place(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} {error}") from None


def _hours(text: str) -> float:
    hours = float(text)
    if not LEAST_AGE / HOUR <= hours <= MOST_HOURS:  # also refuses nan
        raise argparse.ArgumentTypeError(f"{text} is not a number of hours from {LEAST_AGE / HOUR:g} to {MOST_HOURS:,}")
    return hours


def _sweep(chosen: argparse.Namespace, settings: Settings, database: Database) -> int:
    store = open_store(settings)
    found = survey(database, store, chosen.older_than * HOUR)
    print(f"{found.objects:,} objects ({_size(found.size)}); rows name {found.named:,} of them.")
    if found.young:
        print(f"{found.young:,} have no row but are too young to be called lost.")
    if found.orphans:
        print(f"{len(found.orphans):,} objects have no row ({_size(sum(one.size for one in found.orphans))}):")
        _show(f"{one.key}  {one.changed:%Y-%m-%d %H:%M} UTC  {one.size:,} bytes" for one in found.orphans)
    if found.missing:
        print(f"{len(found.missing):,} rows have no object; bring these back from a back-up:")
        _show(f"{key}  {where}" for key, where in found.missing.items())
    left = len(found.orphans)
    if chosen.remove and found.orphans:
        removal = remove(database, store, found)
        left = removal.refused
        print(f"Removed {removal.removed:,} objects." + (f" {left:,} could not be: {removal.reason}" if left else ""))
    return FOUND if found.missing or left else OK


def _copy(chosen: argparse.Namespace, settings: Settings, database: Database) -> int:
    if chosen.source == chosen.target:
        print("Both addresses name the same place.", file=sys.stderr)
        return FOUND
    if isinstance(chosen.source, Folder) and not chosen.source.path.is_dir():
        print(f"There is no folder {chosen.source.path} to copy from.", file=sys.stderr)
        return FOUND
    source, target = (open_place(place, settings.storage_emulator) for place in (chosen.source, chosen.target))
    target.check()
    listed = list(source.objects())
    print(f"{len(listed):,} objects ({_size(sum(one.size for one in listed))}) to copy.", flush=True)
    tally = copy_objects(source, target, listed, _progress(len(listed)))
    print(f"Copied {tally.copied:,}; {tally.present:,} were there already.")
    print(f"{len(tally.sound):,} ({_size(tally.size)}) were read back and have the sha256 of their key.")
    if tally.damaged:
        print(f"{len(tally.damaged):,} are damaged; nothing was replaced:")
        _show(f"{key}  {outcome.value}" for key, outcome in tally.damaged)
    return FOUND if _lacking(database, target, tally) or tally.damaged else OK


def _lacking(database: Database, target: ObjectStore, tally: Tally) -> bool:
    """Say which of the objects that rows name are not whole at the destination."""
    with database.session(read_only=True) as db:
        named = named_keys(db)
    lacking = {key: named[key] for key in sorted(named.keys() - tally.sound) if not is_sound(target, key)}
    print(f"Rows name {len(named):,} objects; {len(named) - len(lacking):,} are at the destination.")
    if lacking:
        print("These are not. Those that were added while this ran are brought by running it again:")
        _show(f"{key}  {where}" for key, where in lacking.items())
    return bool(lacking)


def _progress(total: int) -> Callable[[Tally], None]:
    told = time.monotonic()

    def tell(tally: Tally) -> None:
        nonlocal told
        if time.monotonic() - told > EVERY:
            told = time.monotonic()
            print(f"{tally.done:,} of {total:,} ({_size(tally.size)})", flush=True)

    return tell


def _show(lines: Iterable[str]) -> None:
    for line in lines:
        print(f"  {line}")


def _size(size: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


if __name__ == "__main__":
    sys.exit(main())
