"""`python -m training evaluate`: its arguments, and what each of its subjects runs."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import cv2
import torch

from inference.weights import SHIPPED

SUBJECTS = ("faces", "styles", "landmarks", "restorer")


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("evaluate", help="figures on real sketches, beside the null rows")
    command.add_argument("what", nargs="?", choices=SUBJECTS, default="faces")
    command.add_argument("--split", choices=("train", "val", "test"), default="test")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--weights", type=Path, default=SHIPPED, help="weights folder")
    command.add_argument(
        "--run", action="append", default=[], metavar="[STYLE=]FOLDER",
        help="faces, styles: a run folder instead of the weights folder's generator; for styles also one of a run that "
        "left STYLE out, as often as there are such runs",
    )  # fmt: skip
    command.add_argument("--recipe", help="of the runs, if neither the folder holds it nor its name says it")
    command.add_argument(
        "--out", type=Path, help="report folder, outside Git (faces, styles: runs/evaluation[-styles])"
    )
    command.add_argument("--part", action="append", default=[], help="faces: only this part of the report; repeatable")
    command.add_argument("--subset", type=int, default=96, help="faces: sketches that slow curves are measured on")
    command.add_argument("--sheets", type=Path, help="landmarks: folder for contact sheets (keep it out of Git)")
    command.add_argument("--faces", type=int, default=64, help="validation faces that the restorer is judged by")
    command.add_argument("--json", action="store_true", help="print JSON instead of text")
    command.set_defaults(run_command=run)


def run(arguments: argparse.Namespace) -> int:
    torch.set_num_threads(arguments.threads)
    cv2.setNumThreads(arguments.threads)
    print(
        {"faces": _faces, "styles": _styles, "landmarks": _landmarks, "restorer": _restorer}[arguments.what](arguments)
    )
    return 0


def _faces(arguments: argparse.Namespace) -> str:
    from training.evaluation.bench import open_bench
    from training.evaluation.faces import PARTS, evaluate
    from training.evaluation.rendering import load_renderer
    from training.evaluation.runs import Model, seen_of_run, seen_of_weights

    unknown = [part for part in arguments.part if part not in PARTS]
    if unknown:
        raise ValueError(f"There is no part {unknown[0]} of the report. Choose from: {', '.join(PARTS)}.")
    if len(arguments.run) > 1 or any("=" in named for named in arguments.run):
        raise ValueError("The report on faces is of one model: give --run FOLDER once, without a style.")
    folder = Path(arguments.run[0]) if arguments.run else None
    renderer = load_renderer(arguments.weights, folder, arguments.recipe, arguments.seed)
    seen = seen_of_run(folder, arguments.recipe) if folder else seen_of_weights(arguments.weights)
    bench = open_bench(
        arguments.data, arguments.cache, _nets(arguments), renderer, Model(renderer.name, seen), arguments.split,
        arguments.seed, arguments.subset,
    )  # fmt: skip
    report = evaluate(bench, arguments.part, _progress)
    return _written(report, arguments, "evaluation")


def _progress(part: str) -> None:
    print(f"measuring {part}", file=sys.stderr, flush=True)


def _styles(arguments: argparse.Namespace) -> str:
    from training.evaluation.unseen import evaluate, named_runs

    runs = named_runs(arguments.run, arguments.recipe)
    report = evaluate(
        arguments.data, arguments.cache, _nets(arguments), arguments.weights, runs, arguments.split, arguments.seed
    )
    return _written(report, arguments, "evaluation-styles")


def _landmarks(arguments: argparse.Namespace) -> str:
    from training.evaluation.landmarks import evaluate

    report = evaluate(
        arguments.data, arguments.cache, arguments.weights, arguments.split, arguments.seed, arguments.sheets
    )
    return report.as_json() if arguments.json else report.as_text()


def _restorer(arguments: argparse.Namespace) -> str:
    from training.evaluation.judge import Judge
    from training.evaluation.restorer import evaluate

    nets = _nets(arguments)
    judge, features = Judge(nets / "judge.onnx"), nets / "face-features.ckpt"
    table = evaluate(arguments.data, arguments.cache, arguments.weights, judge, features, arguments.faces)
    return table.as_json() if arguments.json else table.as_text()


def _written(report: Any, arguments: argparse.Namespace, default: str) -> str:
    from training.evaluation.faces import write
    from training.evaluation.text import as_text

    page = write(report, arguments.out or Path("runs") / default)
    if arguments.json:
        return json.dumps(report.as_data(), indent=2, allow_nan=False)
    return f"{as_text(report)}\n\nThe page: {page}"


def _nets(arguments: argparse.Namespace) -> Path:
    nets: Path = arguments.nets or arguments.data / "nets"
    return nets
