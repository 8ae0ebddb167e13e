"""`train` and `ship` of `python -m training`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from inference.weights import SHIPPED, find, read_manifest
from training.recipe import Recipe, differences, load_recipe

if TYPE_CHECKING:
    from training.engine.ranks import Ranks
    from training.engine.run import Run

RECIPE = "recipe.toml"


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("train", help="train by a recipe; several processes with torchrun")
    command.add_argument("recipe", help="a name in training/recipes, or a .toml file")
    command.add_argument("--run", type=Path, help="run folder; default runs/<recipe>")
    command.add_argument("--resume", action="store_true", help="go on where the run folder stands")
    command.add_argument("--fine-tune", action="store_true", help="begin with the weights in use and not at random")
    command.add_argument(
        "--from", type=Path, dest="parent", metavar="RUN", help="begin with that run's averaged weights"
    )
    command.add_argument("--weights", type=Path, default=SHIPPED, help="folder of the weights in use")
    command.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    command.add_argument("--time", type=float, metavar="MINUTES", help="save and stop at the next step after that time")
    command.add_argument("--landing", action="store_true", help="let the rates fall by the pace, to be small at --time")
    command.add_argument("--workers", type=int, help="processes that make batches; 0 is a thread. Default 0 on a CPU")
    command.add_argument("--tensorboard", action="store_true", help="scalars and grids into RUN/tensorboard")
    command.set_defaults(run_command=_train)

    command = commands.add_parser(
        "programme", help="several runs by a plan, and their reports; goes on where it stands"
    )
    command.add_argument("plan", help="a name in training/plans, or a .toml file")
    command.add_argument("--out", type=Path, help="folder of all of it; default runs/<plan>")
    command.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    command.add_argument("--time", type=float, metavar="MINUTES", help="for all runs together")
    command.set_defaults(run_command=_programme)

    command = commands.add_parser("ship", help="put a run's averaged weights into the weights folder")
    command.add_argument("recipe")
    command.add_argument("--run", type=Path, help="run folder; default runs/<recipe>")
    command.add_argument("--default-strength", type=float, default=0.0, help="of a restorer")
    command.add_argument("--weights", type=Path, default=SHIPPED, help="weights folder")
    command.set_defaults(run_command=_ship)


def _train(arguments: argparse.Namespace) -> int:
    from training.engine.ranks import joined
    from training.engine.speed import prepare_device

    torch.set_num_threads(arguments.threads)
    recipe = load_recipe(arguments.recipe)
    with joined(arguments.device) as ranks:
        prepare_device(ranks.device)
        _train_as(ranks, recipe, arguments)
    return 0


def _train_as(ranks: "Ranks", recipe: Recipe, arguments: argparse.Namespace) -> None:
    from training.build import build
    from training.data import load_prepared
    from training.engine.diary import Diary, describe
    from training.engine.run import Options, Run
    from training.selection import select

    folder = arguments.run or Path("runs") / recipe.name
    data = select(load_prepared(arguments.data, arguments.cache), recipe)
    features = (arguments.nets or arguments.data / "nets") / "face-features.ckpt"
    torch.manual_seed(recipe.seed)
    assembly = build(recipe, data, features if features.exists() else None, ranks, arguments.weights)
    folder.mkdir(parents=True, exist_ok=True)
    diary = Diary(folder, describe(data, arguments.cache), ranks.world) if ranks.leads else None
    run: Run[Any] = Run(folder, assembly.trainee, recipe.schedule, recipe.seed, ranks, diary)
    _begin(run, recipe, arguments)
    workers = arguments.workers if arguments.workers is not None else _workers(ranks, arguments.threads)
    options = Options(arguments.time, workers, arguments.tensorboard, arguments.landing)
    run.train(assembly.batches, assembly.preview, options)


def _begin(run: "Run[Any]", recipe: Recipe, arguments: argparse.Namespace) -> None:
    """Raises ValueError where a run would be overwritten, or go on by another recipe."""
    folder, kept = run.folder.path, run.folder.path / RECIPE
    from training.engine.folder import average_of

    if arguments.resume:
        if kept.exists():
            refuse_another_recipe(load_recipe(str(kept)), recipe)
        run.resume()
    elif run.folder.has_state:
        raise ValueError(
            f"{folder} holds a run. Go on with it by --resume, start elsewhere by --run FOLDER, or move it away."
        )
    elif arguments.parent:
        run.start_with(average_of(arguments.parent))
    elif arguments.fine_tune:
        run.start_with(_weights_in_use(recipe.kind, arguments.weights))
    if run.ranks.leads:
        kept.write_text(recipe.text)


def refuse_another_recipe(begun: Recipe, now: Recipe) -> None:
    """A run may be made longer, and nothing else. Raises ValueError with the keys that differ."""
    changed = differences(begun, now)
    if now.schedule.steps >= begun.schedule.steps:
        changed = [key for key in changed if key != "schedule.steps"]
    if changed:
        raise ValueError(
            f"The run was begun by another recipe; these differ: {', '.join(changed)}. "
            "Resume with its own recipe.toml, or start elsewhere by --run FOLDER."
        )


def _workers(ranks: "Ranks", threads: int) -> int:
    """A GPU leaves the CPU's cores free; on a CPU a thread beside the network's own loses nothing."""
    return max(threads // ranks.world - 1, 1) if ranks.device.type == "cuda" else 0


def _weights_in_use(kind: str, weights: Path) -> dict[str, torch.Tensor]:
    checkpoint = find(read_manifest(weights), kind)
    if checkpoint is None:
        raise ValueError(f"There are no weights of the kind {kind} to fine-tune; train without --fine-tune first.")
    return checkpoint.load()


def _programme(arguments: argparse.Namespace) -> int:
    from training.__main__ import main
    from training.programme import Programme, load_plan

    nets = ["--nets", str(arguments.nets)] if arguments.nets else []
    folders = ["--data", str(arguments.data), "--cache", str(arguments.cache), *nets]
    out = arguments.out or Path("runs") / Path(arguments.plan).stem
    common, trained = [*folders, "--threads", str(arguments.threads)], ["--device", arguments.device]
    return Programme(load_plan(arguments.plan), out, common, trained).run(main, arguments.time)


def _ship(arguments: argparse.Namespace) -> int:
    from training.ship import ship

    recipe = load_recipe(arguments.recipe)
    run = arguments.run or Path("runs") / recipe.name
    print(ship(run, recipe, arguments.default_strength, arguments.weights))
    return 0
