"""export [NAME] --onnx FILE"""

import argparse

from inference.engines import ENGINES
from inference.errors import InferenceError, UnknownEngine
from inference.onnx_file import portable, write_onnx
from inference.weights import Checkpoint, find, read_manifest


def run(arguments: argparse.Namespace) -> int:
    checkpoint = _asked_for(arguments)
    what = portable(checkpoint)
    try:
        import onnx  # noqa: F401 - torch's exporter needs it, and says so less clearly
    except ImportError:
        raise InferenceError(
            "Exporting needs the package onnx: .venv/bin/pip install -r requirements-dev.txt"
        ) from None
    try:
        write_onnx(what, arguments.onnx)
    except OSError as error:
        raise InferenceError(f"{arguments.onnx} cannot be written: {error.strerror or error}.") from error
    print(f"{checkpoint.name} ({checkpoint.kind}) written to {arguments.onnx}: {what}. See docs/export.md.")
    return 0


def _asked_for(arguments: argparse.Namespace) -> Checkpoint:
    """The one of that name, the one in use of that kind, or an engine's. Raises InferenceError, UnknownEngine."""
    checkpoints = read_manifest(arguments.weights)
    if arguments.name is None:
        return _of_engine(arguments, checkpoints)
    named = [checkpoint for checkpoint in checkpoints if checkpoint.name == arguments.name]
    checkpoint = named[-1] if named else find(checkpoints, arguments.name)
    if checkpoint is None:
        known = ", ".join(checkpoint.name for checkpoint in checkpoints)
        raise InferenceError(
            f"There are no weights called {arguments.name} in {arguments.weights}. Choose one of: {known}."
        )
    return checkpoint


def _of_engine(arguments: argparse.Namespace, checkpoints: list[Checkpoint]) -> Checkpoint:
    if arguments.engine not in ENGINES:
        raise UnknownEngine(f"There is no engine called {arguments.engine}. Choose one of: {', '.join(ENGINES)}.")
    checkpoint = find(checkpoints, ENGINES[arguments.engine].info.weights_kind)
    if checkpoint is None:
        raise InferenceError(f"There are no weights for the engine {arguments.engine} in {arguments.weights}.")
    return checkpoint
