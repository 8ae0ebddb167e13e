"""`python -m training prepare` and `demo`."""

import argparse
from pathlib import Path
from typing import Any

from inference.weights import SHIPPED, find, read_manifest
from training.data.duplicates import ALIKE
from training.data.splits import Fractions

Commands = Any  # argparse names the type of its sub-parsers only privately


def add_to(commands: Commands) -> None:
    command = commands.add_parser("prepare", help="read, align and mask the data sets once, and check them")
    command.add_argument(
        "--set", action="append", default=[], metavar="NAME=PATH", dest="named",
        help="a further set in the layout NAME (see docs/data.md), wherever it lies; may be repeated",
    )  # fmt: skip
    command.add_argument(
        "--split", type=_fractions, default=Fractions(), metavar="A,B,C",
        help="shares of people in train, val and test where a set brings no split (80,10,10)",
    )  # fmt: skip
    command.add_argument(
        "--cufs-split", choices=("standard", "person"), default="person",
        help="CUFS students: the literature's 88 and 100, or by --split as everybody else",
    )  # fmt: skip
    command.add_argument("--keep-splits", action="store_true", help="leave people in several splits, only report them")
    command.add_argument(
        "--merge-alike", action="store_true", help="count faces a recogniser finds alike as one person"
    )
    command.add_argument(
        "--alike", type=float, default=ALIKE, metavar="COSINE", help=f"from which on faces are alike ({ALIKE})"
    )
    command.add_argument("--limit", type=int, metavar="N", help="at most so many faces a set")
    command.add_argument("--segmenter", type=Path, metavar="FILE", help="segmenter.pt of another cache")
    command.add_argument(
        "--segmenter-steps", type=int, metavar="N",
        help="train the segmenter for so many steps, also where another lies in the cache",
    )  # fmt: skip
    command.set_defaults(run_command=_prepare)

    command = commands.add_parser("demo", help="draw faces and learn from them: everything once, in five minutes")
    command.add_argument("--out", type=Path, default=Path("runs/demo"), help="folder for all of it")
    command.add_argument("--people", type=int, default=90)
    command.add_argument("--sketched", type=int, default=36, help="people of whom there is a drawing by another hand")
    command.add_argument("--recipe", default="demo")
    command.add_argument("--segmenter-steps", type=int, default=40, metavar="N")
    command.set_defaults(run_command=_demo)


def _prepare(arguments: argparse.Namespace) -> int:
    import torch

    from inference.networks.landmarknet import LandmarkNet
    from training.data.prepare import Options, prepare
    from training.evaluation.judge import Judge

    torch.set_num_threads(arguments.threads)
    nets = arguments.nets or arguments.data / "nets"
    detector, judge = nets / "yunet.onnx", nets / "judge.onnx"
    checkpoint = find(read_manifest(SHIPPED), "landmarks")
    options = Options(
        named=dict(_named(text) for text in arguments.named),
        fractions=arguments.split,
        cufs_standard=arguments.cufs_split == "standard",
        keep_splits=arguments.keep_splits,
        merge_alike=arguments.merge_alike,
        alike=arguments.alike,
        limit=arguments.limit,
        segmenter=arguments.segmenter,
    )
    report = prepare(
        arguments.data,
        arguments.cache,
        detector if detector.exists() else None,
        arguments.segmenter_steps,
        options,
        checkpoint.build(lambda architecture: LandmarkNet(**architecture)) if checkpoint else None,
        Judge(judge).embed if judge.exists() else None,
    )
    print(report.as_text())
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    from training.__main__ import main
    from training.data.demo import Demo

    return Demo(
        arguments.out,
        arguments.people,
        arguments.sketched,
        arguments.segmenter_steps,
        arguments.recipe,
        arguments.threads,
    ).run(main)


def _named(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not equals:
        raise ValueError(f"--set {text}: write NAME=PATH, e.g. --set cufs=~/CUFS.")
    return name, Path(path).expanduser()


def _fractions(text: str) -> Fractions:
    try:
        return Fractions.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
