"""export --onnx FILE"""

import argparse
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from inference.appearance import VECTOR
from inference.engines import ENGINES
from inference.engines.pix2pix import build_generator
from inference.errors import InferenceError, UnknownEngine
from inference.networks.unet import UNet256
from inference.weights import find, read_manifest

OPSET = 18


def run(arguments: argparse.Namespace) -> int:
    if arguments.engine not in ENGINES:
        raise UnknownEngine(f"There is no engine called {arguments.engine}. Choose one of: {', '.join(ENGINES)}.")
    checkpoint = find(read_manifest(arguments.weights), ENGINES[arguments.engine].info.weights_kind)
    if checkpoint is None:
        raise InferenceError(f"There are no weights for the engine {arguments.engine} in {arguments.weights}.")
    try:
        import onnx  # noqa: F401 - torch's exporter needs it, and says so less clearly
    except ImportError:
        raise InferenceError(
            "Exporting needs the package onnx: .venv/bin/pip install -r requirements-dev.txt"
        ) from None
    try:
        write_onnx(build_generator(checkpoint), arguments.onnx)
    except OSError as error:
        raise InferenceError(f"{arguments.onnx} cannot be written: {error.strerror or error}.") from error
    wishes = f", appearance (n, {VECTOR}), 0 for unknown" if checkpoint.architecture.get("appearance") else ""
    print(f"{checkpoint.name} written to {arguments.onnx}: sketch and face (n, 3, 256, 256), RGB in [-1, 1]{wishes}.")
    return 0


def write_onnx(network: UNet256, target: Path) -> None:
    """`sketch` -> `face`, both (n, 3, 256, 256), n free, and `appearance` (n, VECTOR) for a network that was told it.
    `network` is on the CPU, in fp32 and in evaluation.

    Raises OSError.
    """
    # Traced with two pictures: a batch of one takes a short cut in the norms that holds for one only.
    inputs = {"sketch": torch.zeros(2, 3, 256, 256)}
    if network.config.appearance:
        inputs["appearance"] = torch.zeros(2, network.config.appearance)
    with TemporaryDirectory(dir=target.parent, prefix=".onnx-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's deprecation of this exporter: its successor needs another package
        beside = Path(folder) / target.name
        torch.onnx.export(
            network, tuple(inputs.values()), str(beside), input_names=list(inputs), output_names=["face"],
            dynamic_axes={name: {0: "n"} for name in (*inputs, "face")}, opset_version=OPSET, dynamo=False,
        )  # fmt: skip
        beside.replace(target)
