"""Checkpoints: a manifest, a sha256, safetensors. Imports no torch, so that verifying is quick.

`manifest.toml` lists what is shipped; `local.toml`, beside it and git-ignored, what the operator imported.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inference.errors import WeightsError

if TYPE_CHECKING:
    from torch import Tensor

SHIPPED = Path(__file__).parent.parent / "weights"
MANIFEST = "manifest.toml"
LOCAL_MANIFEST = "local.toml"


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
        from safetensors.torch import load

        return {name: tensor.float() for name, tensor in load(self.verify()).items()}


def read_manifest(folder: Path = SHIPPED) -> list[Checkpoint]:
    """Shipped and imported checkpoints of a weights folder. Raises WeightsError when there is no manifest."""
    if not (folder / MANIFEST).exists():
        raise WeightsError(f"There is no {MANIFEST} in {folder}. Point SEMBLANCE_WEIGHTS at the weights folder.")
    return [
        _checkpoint(folder, name, entry)
        for manifest in (MANIFEST, LOCAL_MANIFEST)
        if (folder / manifest).exists()
        for name, entry in tomllib.loads((folder / manifest).read_text()).items()
    ]


def find(checkpoints: list[Checkpoint], kind: str) -> Checkpoint | None:
    """The checkpoint to use for a kind of network: the last, so that an imported one goes before a shipped one."""
    matching = [checkpoint for checkpoint in checkpoints if checkpoint.kind == kind]
    return matching[-1] if matching else None


def _checkpoint(folder: Path, name: str, entry: dict[str, Any]) -> Checkpoint:
    try:
        return Checkpoint(name=name, path=folder / entry.pop("file"), **entry)
    except (KeyError, TypeError) as error:
        raise WeightsError(f"The manifest entry {name} in {folder} is not complete: {error}.") from error
