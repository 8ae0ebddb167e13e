"""Checkpoints: a manifest, a sha256, safetensors. Imports no torch, so that verifying is quick."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from inference.errors import WeightsError
from inference.manifest import LOCAL_MANIFEST, MANIFEST, read_entries

if TYPE_CHECKING:
    from torch import Tensor, nn

N = TypeVar("N", bound="nn.Module")

SHIPPED = Path(__file__).parent.parent / "weights"


@dataclass(frozen=True)
class Checkpoint:
    """One manifest entry. `architecture` holds the arguments of the network of `kind`."""

    name: str
    kind: str
    path: Path
    sha256: str
    architecture: Mapping[str, Any]
    origin: str
    data: str
    terms: str
    demonstration: bool = True
    default_strength: float = 0.0
    figures: Mapping[str, Any] = field(default_factory=dict)

    def verify(self) -> bytes:
        """The file's bytes, if they are the ones of the manifest. Raises WeightsError if not."""
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise WeightsError(
                f"The weights {self.name} cannot be read from {self.path}. Restore the file, e.g. from the repository."
            ) from error
        found = hashlib.sha256(data).hexdigest()
        if found != self.sha256:
            raise WeightsError(
                f"The weights {self.name} are not the ones in the manifest (sha256 {found[:12]}, expected "
                f"{self.sha256[:12]}). They are not used. Restore {self.path}, e.g. from the repository."
            )
        return data

    def load(self) -> "dict[str, Tensor]":
        """The state dict in float32. The hash is checked before a byte is parsed."""
        from safetensors import SafetensorError
        from safetensors.torch import load

        data = self.verify()
        try:
            return {name: tensor.float() for name, tensor in load(data).items()}
        except SafetensorError as error:
            raise WeightsError(f"The weights {self.name} in {self.path} are not safetensors: {error}.") from error

    def build(self, make: Callable[[Mapping[str, Any]], N]) -> N:
        """`make(architecture)` with these weights, in evaluation. Raises WeightsError when they do not fit."""
        state = self.load()
        try:
            network = make(self.architecture)
            network.load_state_dict(state)
        except (TypeError, RuntimeError) as error:
            raise WeightsError(f"The weights {self.name} are of another architecture: {error}") from error
        return network.eval()


def read_manifest(folder: Path = SHIPPED) -> list[Checkpoint]:
    """Shipped and imported checkpoints of a weights folder. Raises WeightsError when there is no manifest."""
    if not (folder / MANIFEST).exists():
        raise WeightsError(f"There is no {MANIFEST} in {folder}. Point SEMBLANCE_WEIGHTS at the weights folder.")
    return [
        _checkpoint(folder, name, entry)
        for manifest in (MANIFEST, LOCAL_MANIFEST)
        for name, entry in read_entries(folder / manifest).items()
    ]


def find(checkpoints: list[Checkpoint], kind: str) -> Checkpoint | None:
    """The checkpoint to use for a kind of network: the last. That is what was imported last, and where nothing was,
    what was shipped last."""
    matching = [checkpoint for checkpoint in checkpoints if checkpoint.kind == kind]
    return matching[-1] if matching else None


def _checkpoint(folder: Path, name: str, entry: dict[str, Any]) -> Checkpoint:
    try:
        return Checkpoint(name=name, path=folder / entry.pop("file"), **entry)
    except (KeyError, TypeError) as error:
        raise WeightsError(f"The manifest entry {name} in {folder} is not complete: {error}.") from error
