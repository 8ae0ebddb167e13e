"""Weights folders made by the tests: the real networks, a few channels wide, with seeded random numbers."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from inference.appearance import VECTOR
from inference.manifest import MANIFEST, add_entry
from inference.networks.landmarknet import LandmarkNet
from inference.networks.unet import UNet256, UNetConfig
from inference.restoration import PUBLISHED, build_restorer
from inference.weights_import import to_safetensors

GENERATOR = {"width": 4, "norm": "instance", "upsample": "resize", "dropout": 0.25}
COLOURED = GENERATOR | {"appearance": VECTOR}
FINDER = {"width": 4}
RESTORER = PUBLISHED | {"num_style_feat": 16, "num_mlp": 2, "narrow": 0.03125}


def tiny_generator(seed: int = 1, architecture: Mapping[str, Any] = GENERATOR) -> UNet256:
    """A `small` U-Net of width 4. Its answers differ visibly from one sketch to another, and from one appearance to
    another where it is COLOURED."""
    torch.manual_seed(seed)
    network = UNet256(UNetConfig(**architecture))
    for head in network.appearance.heads if network.appearance else ():
        nn.init.normal_(head.weight, 0.0, 0.1)  # type: ignore[arg-type]
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.dim() > 1:
                parameter.mul_(6)  # N(0, 0.02) is meant for wide layers: through narrow ones little would pass
    return network.eval()


def tiny_finder(seed: int = 2) -> LandmarkNet:
    """A landmark network that never believes to see a face."""
    torch.manual_seed(seed)
    network = LandmarkNet(**FINDER)
    with torch.no_grad():
        network.face.bias.fill_(-20.0)
    return network.eval()


def tiny_restorer(seed: int = 3) -> nn.Module:
    """GFPGAN's network, a thirty-second as wide."""
    torch.manual_seed(seed)
    network = build_restorer(RESTORER)
    with torch.no_grad():
        for parameter in network.parameters():  # new networks give noise no weight and all styles the same
            parameter.add_(0.05 * torch.randn(parameter.shape))
    return network.eval()


def put(
    folder: Path, name: str, kind: str, network: nn.Module, architecture: Mapping[str, Any], **extra: object
) -> Path:
    """Writes a checkpoint and its manifest entry."""
    folder.mkdir(exist_ok=True)
    data = to_safetensors(network.state_dict())
    target = folder / f"{name}.safetensors"
    target.write_bytes(data)
    entry = {
        "kind": kind,
        "file": target.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "origin": "a test",
        "data": "none",
        "terms": "none",
        "architecture": dict(architecture),
    }
    add_entry(folder / MANIFEST, name, entry | extra)
    return target


def fill(folder: Path, restorer: bool = True, coloured: bool = False) -> Path:
    """A whole weights folder; the restorer's default strength is 0, as long as it learned nothing. `coloured` weights
    know the colours of skin, hair and irises."""
    architecture = COLOURED if coloured else GENERATOR
    put(folder, "tiny-pix2pix", "pix2pix", tiny_generator(1, architecture), architecture, demonstration=True)
    put(folder, "tiny-landmarks", "landmarks", tiny_finder(), FINDER, demonstration=True)
    if restorer:
        put(folder, "tiny-restorer", "restorer", tiny_restorer(), RESTORER, demonstration=True)
    return folder
