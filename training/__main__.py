"""Training and evaluation from the command line: prepare, train, ship, evaluate."""

import argparse
import os
import sys
from pathlib import Path

import torch

from inference.errors import InferenceError
from inference.weights import SHIPPED, find, read_manifest
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

    command = commands.add_parser("train", help="train by a recipe")
    command.add_argument("recipe")
    command.add_argument("--run", type=Path, help="run folder; default runs/<recipe>")
    command.add_argument("--resume", action="store_true", help="go on where the run folder stands")
    command.add_argument("--fine-tune", action="store_true", help="begin with the weights in use and not at random")
    command.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    command.set_defaults(run_command=_train)

    command = commands.add_parser("ship", help="put a run's averaged weights into the weights folder")
    command.add_argument("recipe")
    command.add_argument("--run", type=Path, help="run folder; default runs/<recipe>")
    command.add_argument("--default-strength", type=float, default=0.0, help="of a restorer")
    command.add_argument("--weights", type=Path, default=SHIPPED, help="weights folder")
    command.set_defaults(run_command=_ship)

    add_parser(commands)
    return parser


def _prepare(arguments: argparse.Namespace) -> int:
    from training.prepare import prepare

    detector = _nets(arguments) / "yunet.onnx"
    prepare(arguments.data, arguments.cache, detector if detector.exists() else None)
    return 0


def _train(arguments: argparse.Namespace) -> int:
    from training.build import build
    from training.loop import Run
    from training.prepare import load_prepared
    from training.recipe import load_recipe

    torch.set_num_threads(arguments.threads)
    recipe = load_recipe(arguments.recipe)
    torch.manual_seed(recipe.seed)
    data = load_prepared(arguments.data, arguments.cache)
    features = _nets(arguments) / "face-features.ckpt"
    assembly = build(recipe, data, features if features.exists() else None, torch.device(arguments.device))
    run = Run(arguments.run or Path("runs") / recipe.name, assembly.trainee, recipe.schedule, recipe.seed)
    if arguments.resume:
        run.resume()
    elif run.has_state:
        raise ValueError(
            f"{run.folder} holds a run. Go on with it by --resume, start elsewhere by --run FOLDER, or move it away."
        )
    elif arguments.fine_tune:
        run.start_with(_weights_in_use(recipe.kind))
    run.train(assembly.batches, assembly.preview)
    return 0


def _weights_in_use(kind: str) -> dict[str, torch.Tensor]:
    checkpoint = find(read_manifest(), kind)
    if checkpoint is None:
        raise ValueError(f"There are no weights of the kind {kind} to fine-tune; train without --fine-tune first.")
    return checkpoint.load()


def _ship(arguments: argparse.Namespace) -> int:
    from training.recipe import load_recipe
    from training.ship import ship

    recipe = load_recipe(arguments.recipe)
    run = arguments.run or Path("runs") / recipe.name
    print(ship(run, recipe, arguments.default_strength, arguments.weights))
    return 0


def _nets(arguments: argparse.Namespace) -> Path:
    nets: Path = arguments.nets or arguments.data / "nets"
    return nets


if __name__ == "__main__":
    raise SystemExit(main())
