"""Training and evaluation from the command line: prepare, train, ship, evaluate."""

import argparse
import os
import sys
from pathlib import Path

from inference.errors import InferenceError
from training import commands as training_commands
from training.data import command as data_commands
from training.evaluation import command as evaluation_commands


def main(argv: list[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run_command(arguments))
    except (FileNotFoundError, ValueError, InferenceError) as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with the data sets (*.zip)")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="folder of the prepared arrays")
    parser.add_argument("--nets", type=Path, help="folder of judge, detector and face features (default: DATA/nets)")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    commands = parser.add_subparsers(dest="command", required=True)

    for part in (data_commands, training_commands, evaluation_commands):
        part.add_to(commands)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
