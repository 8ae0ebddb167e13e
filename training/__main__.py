"""Training and evaluation from the command line: prepare, train, ship, evaluate."""

import argparse
import os
import sys
from pathlib import Path

from inference.errors import InferenceError
from training import commands as train_commands
from training.evaluation.command import add_parser


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

    command = commands.add_parser("prepare", help="read, align and mask the data sets once")
    command.set_defaults(run_command=_prepare)

    train_commands.add(commands)

    add_parser(commands)
    return parser


def _prepare(arguments: argparse.Namespace) -> int:
    from training.prepare import prepare

    detector = _nets(arguments) / "yunet.onnx"
    prepare(arguments.data, arguments.cache, detector if detector.exists() else None)
    return 0


def _nets(arguments: argparse.Namespace) -> Path:
    nets: Path = arguments.nets or arguments.data / "nets"
    return nets


if __name__ == "__main__":
    raise SystemExit(main())
