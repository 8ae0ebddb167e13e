"""export --onnx FILE"""

import argparse

import torch

from inference.device import choose_device
from inference.engines import ENGINES
from inference.engines.pix2pix import Pix2Pix
from inference.errors import InferenceError, UnknownEngine
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
    network = Pix2Pix(checkpoint, choose_device("cpu", "fp32")).network
    torch.onnx.export(
        network, (torch.zeros(1, 3, 256, 256),), str(arguments.onnx), input_names=["sketch"], output_names=["face"],
        dynamic_axes={"sketch": {0: "n"}, "face": {0: "n"}}, opset_version=OPSET, dynamo=False,
    )  # fmt: skip
    print(f"{checkpoint.name} written to {arguments.onnx}: sketch and face (n, 3, 256, 256), RGB in [-1, 1].")
    return 0
