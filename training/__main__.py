"""Training and evaluation from the command line: prepare, train, ship, evaluate."""

import argparse
import os
import sys
from pathlib import Path

import torch

from inference.errors import InferenceError
from inference.weights import SHIPPED
from training import commands as train_commands


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

    command = commands.add_parser("evaluate", help="figures on real sketches, beside the null rows")
    command.add_argument("what", nargs="?", choices=("faces", "landmarks", "restorer"), default="faces")
    command.add_argument("--split", choices=("val", "test"), default="test")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--weights", type=Path, default=SHIPPED, help="weights folder")
    command.add_argument("--sheets", type=Path, help="folder for contact sheets (keep it out of Git)")
    command.add_argument("--faces", type=int, default=64, help="validation faces that the restorer is judged by")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run_command=_evaluate)
    return parser


def _prepare(arguments: argparse.Namespace) -> int:
    from training.prepare import prepare

    detector = _nets(arguments) / "yunet.onnx"
    prepare(arguments.data, arguments.cache, detector if detector.exists() else None)
    return 0


def _evaluate(arguments: argparse.Namespace) -> int:
    from training import evaluate, evaluate_landmarks, evaluate_restorer
    from training.judge import Judge

    torch.set_num_threads(arguments.threads)
    if arguments.what == "landmarks":
        report = evaluate_landmarks.evaluate(
            arguments.data, arguments.weights, arguments.split, arguments.seed, arguments.sheets
        )
        print(report.as_json() if arguments.json else report.as_text())
        return 0
    judge = Judge(_nets(arguments) / "judge.onnx")
    if arguments.what == "restorer":
        features = _nets(arguments) / "face-features.ckpt"
        table = evaluate_restorer.evaluate(
            arguments.data, arguments.cache, arguments.weights, judge, features, arguments.faces
        )
        print(table.as_json() if arguments.json else table.as_text())
        return 0
    detector = _nets(arguments) / "yunet.onnx"
    rows = evaluate.evaluate(
        arguments.data, judge, arguments.weights, arguments.split, arguments.seed, arguments.sheets,
        detector if detector.exists() else None,
    )  # fmt: skip
    print(evaluate.as_json(rows) if arguments.json else evaluate.as_table(rows))
    return 0


def _nets(arguments: argparse.Namespace) -> Path:
    nets: Path = arguments.nets or arguments.data / "nets"
    return nets


if __name__ == "__main__":
    raise SystemExit(main())
