"""A checkpoint's network as an ONNX file: what goes in and comes out, by the kind of network."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn

from inference.dense_modulation import make_dense
from inference.engines.pix2pix import build_generator
from inference.errors import InferenceError
from inference.networks import landmarknet
from inference.networks.landmarknet import LandmarkNet
from inference.restoration import SIDE, build_restorer, set_noise
from inference.weights import Checkpoint

OPSET = 18


@dataclass(frozen=True)
class Portable:
    """`inputs` are shapes by name, in the network's order, and so are `outputs`; how many pictures, n, is free.
    `network` is on the CPU, in float32 and in evaluation."""

    network: nn.Module
    inputs: Mapping[str, tuple[int, ...]]
    outputs: Mapping[str, tuple[int, ...]]

    def __str__(self) -> str:
        given, made = (", ".join(map(_described, shapes.items())) for shapes in (self.inputs, self.outputs))
        return f"{given} -> {made}"


def portable(checkpoint: Checkpoint) -> Portable:
    """Raises WeightsError for weights that do not fit, InferenceError for a kind that is not exported."""
    if checkpoint.kind not in _KINDS:
        raise InferenceError(
            f"The weights {checkpoint.name} are of the kind {checkpoint.kind}. Exported are: {', '.join(_KINDS)}."
        )
    return _KINDS[checkpoint.kind](checkpoint)


def write_onnx(what: Portable, target: Path) -> None:
    """Raises OSError; nothing is left then."""
    # Traced with two pictures: a batch of one takes a short cut in the norms that holds for one only.
    inputs = tuple(torch.zeros(2, *shape) for shape in what.inputs.values())
    with TemporaryDirectory(dir=target.parent, prefix=".onnx-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's deprecation of this exporter: its successor needs another package
        beside = Path(folder) / target.name
        torch.onnx.export(
            what.network, inputs, str(beside), input_names=list(what.inputs), output_names=list(what.outputs),
            dynamic_axes={name: {0: "n"} for name in (*what.inputs, *what.outputs)}, opset_version=OPSET, dynamo=False,
        )  # fmt: skip
        beside.replace(target)


class _Restoration(nn.Module):
    """As `Restorer.restore` with strength 1 and seed 0, of a face that is 512 px already."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, face: Tensor) -> Tensor:
        restored, _ = self.network(face, return_rgb=False, randomize_noise=False)
        return torch.clamp(restored, -1, 1)


def _generator(checkpoint: Checkpoint) -> Portable:
    network = build_generator(checkpoint)
    told = network.config.appearance
    wishes = {"appearance": (told,)} if told else {}
    return Portable(network, {"sketch": (3, 256, 256), **wishes}, {"face": (3, 256, 256)})


def _restorer(checkpoint: Checkpoint) -> Portable:
    # Dense, since upstream's modulation makes a group of every picture, and so holds for one number of pictures only.
    network = make_dense(checkpoint.build(build_restorer))
    set_noise(network, 0)
    return Portable(_Restoration(network).eval(), {"face": (3, SIDE, SIDE)}, {"restored": (3, SIDE, SIDE)})


def _finder(checkpoint: Checkpoint) -> Portable:
    network = checkpoint.build(lambda architecture: LandmarkNet(**architecture))
    side = landmarknet.SIDE
    return Portable(network, {"ink": (1, side, side)}, {"points": (5, 2), "face_logit": ()})


_KINDS: dict[str, Callable[[Checkpoint], Portable]] = {
    "pix2pix": _generator,
    "restorer": _restorer,
    "landmarks": _finder,
}


def _described(named: tuple[str, tuple[int, ...]]) -> str:
    name, shape = named
    return f"{name} ({', '.join(map(str, ('n', *shape)))})"
