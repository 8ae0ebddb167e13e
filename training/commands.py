"""`train`, `draw`, `read`, `programme` and `ship` of `python -m training`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from inference.disk import write_whole
from inference.weights import SHIPPED
from training.recipe import OWN, Recipe, load_recipe

if TYPE_CHECKING:
    from training.engine.ranks import Ranks


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser("train", help="train by a recipe; several processes with torchrun")
    command.add_argument("recipe", help="a name in training/recipes, or a .toml file")
    command.add_argument("--run", type=Path, help="run folder; default runs/<recipe>")
    command.add_argument("--resume", action="store_true", help="go on where the run folder stands")
    command.add_argument("--other-data", action="store_true", help="resume although other data are prepared now")
    command.add_argument("--fine-tune", action="store_true", help="begin with the weights in use and not at random")
    command.add_argument(
        "--from", type=Path, dest="parent", metavar="RUN", help="begin with that run's averaged weights"
    )
    command.add_argument("--weights", type=Path, default=SHIPPED, help="folder of the weights in use")
    command.add_argument("--device", default="auto", help="auto, cpu or cuda")
    command.add_argument("--time", type=float, metavar="MINUTES", help="save and stop at the next step after that time")
    command.add_argument("--landing", action="store_true", help="let the rates fall by the pace, to be small at --time")
    command.add_argument("--workers", type=int, help="processes that make batches; 0 is a thread. Default 0 on a CPU")
    command.add_argument("--tensorboard", action="store_true", help="scalars and grids into RUN/tensorboard")
    command.set_defaults(run_command=_train)

    command = commands.add_parser("draw", help="draw every training photo by an artist's network, into the cache")
    command.add_argument("--run", type=Path, default=Path("runs/artist"), help="its run folder; default runs/artist")
    command.add_argument("--device", default="auto", help="auto, cpu or cuda")
    command.set_defaults(run_command=_draw)

    command = commands.add_parser("read", help="read every artist's drawing by readers, into the cache")
    command.add_argument("--run", type=Path, default=Path("runs/reader"), help="their run folder; default runs/reader")
    command.add_argument("--device", default="auto", help="auto, cpu or cuda")
    command.set_defaults(run_command=_read)

    command = commands.add_parser(
        "programme", help="several runs by a plan, and their reports; goes on where it stands"
    )
    command.add_argument("plan", help="a name in training/plans, or a .toml file")
    command.add_argument("--out", type=Path, help="folder of all of it; default runs/<plan>")
    command.add_argument("--device", default="auto", help="auto, cpu or cuda")
    command.add_argument("--time", type=float, metavar="MINUTES", help="for all runs together")
    command.set_defaults(run_command=_programme)

    command = commands.add_parser("ship", help="put a run's averaged weights into the weights folder")
    command.add_argument("recipe")
    command.add_argument("--run", type=Path, help="run folder; default runs/<recipe>")
    command.add_argument("--default-strength", type=float, default=0.0, help="of a restorer")
    command.add_argument("--weights", type=Path, default=SHIPPED, help="weights folder")
    command.set_defaults(run_command=_ship)


def _train(arguments: argparse.Namespace) -> int:
    from inference.device import choose_device
    from training.engine.ranks import joined
    from training.engine.speed import prepare_device

    torch.set_num_threads(arguments.threads)
    recipe = load_recipe(arguments.recipe)
    with joined(str(choose_device(arguments.device).torch)) as ranks:
        prepare_device(ranks.device)
        _train_as(ranks, recipe, arguments)
    return 0


def _train_as(ranks: "Ranks", recipe: Recipe, arguments: argparse.Namespace) -> None:
    from training import start
    from training.artists.drawn import load_drawn
    from training.build import build, recogniser
    from training.data import load_prepared
    from training.engine.diary import Diary, describe
    from training.engine.run import Options, Run
    from training.history import NOTHING, seen_in
    from training.readers.readings import load_readings
    from training.selection import select

    folder = arguments.run or Path("runs") / recipe.name
    data = select(load_prepared(arguments.data, arguments.cache), recipe)
    drawn = load_drawn(arguments.cache, recipe)
    features = recogniser(recipe, _features(arguments))
    readings = load_readings(arguments.cache, recipe, features)
    described = describe(data, arguments.cache, features)
    saw = seen_in(data, recipe) | (drawn.saw if drawn else NOTHING) | (readings.saw if readings else NOTHING)
    if arguments.resume:
        begins = start.resumed(folder, recipe, saw, described["manifest_sha256"], arguments.other_data)
    else:
        in_use = arguments.weights if arguments.fine_tune else None
        begins = start.anew(folder, recipe.kind, saw, arguments.parent, in_use)
    torch.manual_seed(recipe.seed)
    assembly = build(recipe, data, features, ranks, arguments.weights, drawn, readings)
    diary = Diary(folder, described, ranks.world, begins.history) if ranks.leads else None
    run: Run[Any] = Run(folder, assembly.trainee, recipe.schedule, recipe.seed, ranks, diary)
    if arguments.resume:
        run.resume()
    elif begins.weights:
        run.start_with(begins.weights)
    if ranks.leads:
        write_whole({folder / OWN: recipe.text.encode()})
    workers = arguments.workers if arguments.workers is not None else _workers(ranks, arguments.threads)
    options = Options(arguments.time, workers, arguments.tensorboard, arguments.landing)
    run.train(assembly.batches, assembly.preview, options)


def _workers(ranks: "Ranks", threads: int) -> int:
    """A GPU leaves the CPU's cores free; on a CPU a thread beside the network's own loses nothing."""
    return max(threads // ranks.world - 1, 1) if ranks.device.type == "cuda" else 0


def _draw(arguments: argparse.Namespace) -> int:
    from inference.device import choose_device
    from training.artists.draw import draw
    from training.data import load_prepared

    torch.set_num_threads(arguments.threads)
    device = choose_device(arguments.device).torch
    count = draw(arguments.run, load_prepared(arguments.data, arguments.cache), arguments.cache, device)
    print(f"{count} drawings in {arguments.cache}: drawn_share of a recipe learns from them.")
    return 0


def _read(arguments: argparse.Namespace) -> int:
    from inference.device import choose_device
    from training.data import load_prepared
    from training.readers.read import read

    torch.set_num_threads(arguments.threads)
    device = choose_device(arguments.device).torch
    data = load_prepared(arguments.data, arguments.cache)
    known = read(arguments.run, data, arguments.cache, _features(arguments), device)
    print(f"Read into {arguments.cache}: read_share of a recipe learns from that. Cosine with the photos:")
    print("\n".join(f"{split} {cosine:.3f}" for split, cosine in known.items()))
    return 0


def _features(arguments: argparse.Namespace) -> Path:
    return Path((arguments.nets or arguments.data / "nets") / "face-features.ckpt")


def _programme(arguments: argparse.Namespace) -> int:
    from training.__main__ import main
    from training.programme import Programme, load_plan

    nets = ["--nets", str(arguments.nets)] if arguments.nets else []
    folders = ["--data", str(arguments.data), "--cache", str(arguments.cache), *nets]
    out = arguments.out or Path("runs") / Path(arguments.plan).stem
    common, trained = [*folders, "--threads", str(arguments.threads)], ["--device", arguments.device]
    return Programme(load_plan(arguments.plan), out, common, trained).run(main, arguments.time)


def _ship(arguments: argparse.Namespace) -> int:
    from inference.in_use import in_use
    from training.ship import ship

    recipe = load_recipe(arguments.recipe)
    run = arguments.run or Path("runs") / recipe.name
    print(ship(run, recipe, arguments.default_strength, arguments.weights))
    print(in_use(arguments.weights, recipe.name))
    return 0
