"""Arguments of `python -m inference`."""

import argparse
import sys
from pathlib import Path

from inference.errors import InferenceError, WeightsError
from inference.weights import SHIPPED

OK, SOME_FAILED, WRONG_USE = 0, 1, 2


def main(argv: list[str] | None = None) -> int:
    """Returns the exit code: 0 all done, 1 some not, 2 wrong use."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except WeightsError as error:
        print(error, file=sys.stderr)
        return SOME_FAILED
    except InferenceError as error:
        print(error, file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return SOME_FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m inference", description="Witness sketch in, likeness out.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_render(commands.add_parser("render", help="make a likeness of every sketch"))
    _add_reproduce(commands.add_parser("reproduce", help="make a likeness again and compare its sha256"))
    command = commands.add_parser("engines", help="list the engines and their controls")
    _add_common(command)
    command.set_defaults(run=_engines)
    _add_weights(commands.add_parser("weights", help="list, verify or import checkpoints"))
    _add_export(commands.add_parser("export", help="write a checkpoint's network for other runtimes"))
    return parser


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--weights", type=Path, default=SHIPPED, metavar="DIR", help="weights folder")
    command.add_argument("--device", default="auto", help="auto (default), cpu or cuda")
    command.add_argument(
        "--precision", default="auto", choices=("auto", "fp32", "bf16"), help="default: the fastest here"
    )
    command.add_argument("--json", action="store_true", help="print JSON")


def _add_render(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "sketches", nargs="+", type=Path, metavar="SKETCH", help="PNG, JPEG or WebP files, or folders of them"
    )
    command.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="where the likenesses go")
    command.add_argument("--engine", default="pix2pix", help="see the command engines (default: pix2pix)")
    command.add_argument("--seed", type=int, default=0, help="0 (default) is the engine's best answer, others vary it")
    command.add_argument("--strength", type=float, help="of the restoration, 0 to 1 (default: the restorer's)")
    _add_appearance(command)
    command.add_argument("--no-restore", action="store_true", help="256 x 256, fast")
    command.add_argument(
        "--align",
        default="auto",
        metavar="auto|off|x1,y1,x2,y2",
        help="find the face, take the picture as it is, or the eyes in pixels",
    )
    _add_common(command)
    command.set_defaults(run=_render)


def _add_appearance(command: argparse.ArgumentParser) -> None:
    for region, words in (("skin", "skin tone"), ("hair", "hair colour"), ("eyes", "colour of the irises")):
        command.add_argument(
            f"--{region}",
            metavar="NAME",
            default="unknown",
            help=f"{words}, see the command engines (or unknown)",
        )
    command.add_argument(
        "--candidates", type=int, default=1, metavar="N", help="likenesses a sketch that differ in what is unknown"
    )


def _add_reproduce(command: argparse.ArgumentParser) -> None:
    command.add_argument("provenance", type=Path, metavar="FACE.json")
    command.add_argument("sketch", type=Path, metavar="SKETCH")
    command.add_argument("-o", "--output", type=Path, metavar="PNG", help="also write the picture made")
    command.add_argument("--weights", type=Path, default=SHIPPED, metavar="DIR", help="weights folder")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=_reproduce)


def _add_weights(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, text in (
        ("list", "what there is and where it comes from"),
        ("verify", "compare every file with the manifest"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("--weights", type=Path, default=SHIPPED, metavar="DIR")
        action.add_argument("--json", action="store_true", help="print JSON")
        action.set_defaults(run=_weights)
    action = actions.add_parser("import", help="take in GFPGANv1.3.pth, GFPGANv1.4.pth or a face matcher")
    action.add_argument(
        "what", nargs="?", choices=("gfpgan", "matcher"), default="gfpgan", help="of which kind the file is (gfpgan)"
    )
    action.add_argument("file", type=Path)
    action.add_argument(
        "--input", choices=("arcface", "imagenet", "unit"), default="arcface",
        help="of a matcher: how it takes a picture's numbers, see docs/evidence.md",
    )  # fmt: skip
    action.add_argument("--bgr", action="store_true", help="of a matcher: it takes blue first")
    action.add_argument("--weights", type=Path, default=SHIPPED, metavar="DIR")
    action.set_defaults(run=_weights)


def _add_export(command: argparse.ArgumentParser) -> None:
    asked = command.add_mutually_exclusive_group()
    asked.add_argument(
        "name", nargs="?", metavar="NAME",
        help="of a checkpoint, see `weights list`, or of its kind: pix2pix, restorer, landmarks",
    )  # fmt: skip
    asked.add_argument("--engine", default="pix2pix", help="instead: the checkpoint in use of an engine (pix2pix)")
    command.add_argument("--onnx", type=Path, required=True, metavar="FILE", help="where the ONNX file goes")
    command.add_argument("--weights", type=Path, default=SHIPPED, metavar="DIR")
    command.set_defaults(run=_export)


def _render(arguments: argparse.Namespace) -> int:
    from inference.commands.render import run

    return run(arguments)


def _reproduce(arguments: argparse.Namespace) -> int:
    from inference.commands.reproduce import run

    return run(arguments)


def _engines(arguments: argparse.Namespace) -> int:
    from inference.commands.engines import run

    return run(arguments)


def _weights(arguments: argparse.Namespace) -> int:
    from inference.commands.weights import run

    return run(arguments)


def _export(arguments: argparse.Namespace) -> int:
    from inference.commands.export import run

    return run(arguments)
