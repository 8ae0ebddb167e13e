"""Foreign checkpoints come in here, and nowhere else: GFPGAN's published `.pth` becomes safetensors."""

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor

from inference.errors import WeightsError
from inference.restoration import PUBLISHED, build_restorer
from inference.weights import LOCAL_MANIFEST, MANIFEST, SHIPPED

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
    _write(target, data)
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
    _write(folder / LOCAL_MANIFEST, toml_entry(name, entry).encode())
    return target


def read_published(source: Path) -> dict[str, Tensor]:
    """The `params_ema` (or `params`) of a `.pth`. Only tensors are unpickled: code in the file is refused."""
    try:
        loaded = torch.load(source, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise WeightsError(f"There is no file {source}.") from error
    except Exception as error:  # torch raises many kinds for files that are no checkpoint
        raise WeightsError(
            f"{source.name} was refused: it is no checkpoint of plain tensors. {_first_lines(error)}"
        ) from error
    for key in ("params_ema", "params"):
        if isinstance(loaded, dict) and isinstance(loaded.get(key), dict):
            return {name: tensor for name, tensor in loaded[key].items() if isinstance(tensor, Tensor)}
    raise WeightsError(f"{source.name} holds neither params_ema nor params: it is not a GFPGAN checkpoint.")


def to_safetensors(state: dict[str, Tensor]) -> bytes:
    """fp16 on disk: half the size, and far finer than an 8-bit picture can show."""
    half = {n: t.half() if t.is_floating_point() else t for n, t in state.items()}
    return save({name: tensor.contiguous() for name, tensor in half.items()})


def toml_entry(name: str, entry: dict[str, Any]) -> str:
    """One table of a manifest. TOML's basic strings, booleans and numbers are written as JSON writes them."""
    architecture = entry["architecture"]
    plain = {key: value for key, value in entry.items() if key != "architecture"}
    lines = [f"[{json.dumps(name)}]"] + [
        f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in plain.items()
    ]
    inner = ", ".join(f"{key} = {json.dumps(value)}" for key, value in architecture.items())
    return "\n".join([*lines, f"architecture = {{ {inner} }}", ""])


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(target: Path, data: bytes) -> None:
    """Beside and renamed: never a half-written file."""
    beside = target.with_name(target.name + ".part")
    beside.write_bytes(data)
    beside.replace(target)


def _first_lines(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2])[:300]
