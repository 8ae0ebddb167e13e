"""Foreign checkpoints come in here, and nowhere else: GFPGAN's published `.pth` becomes safetensors."""

import hashlib
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor

from inference.disk import write_whole
from inference.errors import WeightsError
from inference.manifest import LOCAL_MANIFEST, MANIFEST, add_entry
from inference.restoration import PUBLISHED, build_restorer
from inference.weights import SHIPPED

_TERMS = (
    "GFPGAN is Apache-2.0 except for third parties: its StyleGAN2 parts carry NVIDIA's licence for research or "
    "evaluation, its DFDNet parts CC BY-NC-SA. Whether an agency may use the published weights is for it to settle."
)


def import_gfpgan(source: Path, folder: Path = SHIPPED, name: str = "gfpgan-published") -> Path:
    """Reads a checkpoint of GFPGAN's published format, checks every name and shape against the network, writes it as
    fp16 safetensors into `folder` and lists it in `local.toml`. Returns the file written.

    Raises WeightsError when it is not such a checkpoint; nothing is written then.
    """
    state = read_published(source)
    network = build_restorer(PUBLISHED)
    try:
        network.load_state_dict(state, strict=True)
    except RuntimeError as error:
        raise WeightsError(f"{source.name} is not a GFPGAN v1.3 or v1.4 checkpoint: {_first_lines(error)}") from error
    if not (folder / MANIFEST).exists():
        raise WeightsError(f"There is no {MANIFEST} in {folder}. Name the weights folder of this installation.")
    data = to_safetensors(state)
    target = folder / f"{name}.safetensors"
    entry: dict[str, Any] = {
        "kind": "restorer",
        "file": target.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "origin": f"imported from {source.name}, sha256 {_digest(source)}",
        "data": "FFHQ, by its authors",
        "terms": _TERMS,
        "demonstration": False,
        "default_strength": 0.5,
        "architecture": PUBLISHED,
    }
    try:
        write_whole({target: data})
        add_entry(folder / LOCAL_MANIFEST, name, entry)
    except OSError as error:
        raise WeightsError(f"The weights cannot be written into {folder}: {error.strerror or error}.") from error
    return target


def read_published(source: Path) -> dict[str, Tensor]:
    """The `params_ema` (or `params`) of a `.pth`. Only tensors are unpickled: code in the file is refused."""
    try:
        loaded = torch.load(source, map_location="cpu", weights_only=True)
    except OSError as error:
        raise WeightsError(f"{source} cannot be read: {error.strerror or error}.") from error
    except Exception as error:  # torch raises many kinds; its words tell how to run the code that is refused here
        raise WeightsError(
            f"{source.name} was refused: it is damaged, or not a checkpoint of tensors and nothing else. "
            "Download it again from GFPGAN's own release page."
        ) from error
    for key in ("params_ema", "params"):
        if isinstance(loaded, dict) and isinstance(loaded.get(key), dict):
            return {name: tensor for name, tensor in loaded[key].items() if isinstance(tensor, Tensor)}
    raise WeightsError(f"{source.name} holds neither params_ema nor params: it is not a GFPGAN checkpoint.")


def to_safetensors(state: dict[str, Tensor]) -> bytes:
    """fp16 on disk: half the size, and far finer than an 8-bit picture can show."""
    half = {n: t.half() if t.is_floating_point() else t for n, t in state.items()}
    return save({name: tensor.contiguous() for name, tensor in half.items()})


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _first_lines(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2])[:300]
