"""Becomes one part of the product: ``python -m app.supervisor.part web | worker | migrate``.

For containers and service managers, which supervise by themselves. ``migrate`` brings the database to the
newest schema and ends. What follows the part's name is handed on: ``worker --slot 2 --kinds render``.
"""

import argparse
import dataclasses
import os
import sys
from typing import NoReturn

from app.settings import Settings, SettingsError
from app.supervisor.children import Part
from app.supervisor.parts import parts


def main(arguments: list[str] | None = None) -> NoReturn:
    """Replace this process by the part; ends with status 1 when the settings cannot be used."""
    try:
        settings = Settings.from_env()
    except SettingsError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    migrate = Part("migrate", [sys.executable, "-m", "app.database", "upgrade"])
    # A container always can be a worker, however many `make run` would start.
    known = {part.name: part for part in [*parts(dataclasses.replace(settings, workers=1, devices=())), migrate]}
    parser = argparse.ArgumentParser(prog="python -m app.supervisor.part", description="Runs one part.")
    parser.add_argument("part", choices=known)
    chosen, rest = parser.parse_known_args(arguments)
    part = known[chosen.part]
    os.execve(part.command[0], [*part.command, *rest], {**os.environ, **part.environment})  # noqa: S606


if __name__ == "__main__":
    main()
