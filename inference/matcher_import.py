"""A face matcher comes in here: an ONNX file, checked by running it, and listed with its sha256."""

import hashlib
from pathlib import Path
from typing import Any, Final

import numpy as np

from inference.disk import write_whole
from inference.errors import WeightsError
from inference.manifest import LOCAL_MANIFEST, MANIFEST, add_entry
from inference.matcher import INPUTS, SIDE, Matcher
from inference.weights import SHIPPED

NAME: Final = "matcher"
MOST: Final = 600 * 2**20
"""Bytes: the largest recognisers in use have 260 MB."""
NUMBERS: Final = range(64, 2049)
"""How long an embedding may be."""


def import_matcher(source: Path, folder: Path = SHIPPED, given: str = "arcface", bgr: bool = False) -> Path:
    """Check an ONNX face recogniser, copy it into `folder` and list it in `local.toml`. Returns the file written.

    `given` is a key of INPUTS. Raises WeightsError when it cannot be used; nothing is written then.
    """
    data = _read(source)
    if not (folder / MANIFEST).exists():
        raise WeightsError(f"There is no {MANIFEST} in {folder}. Name the weights folder of this installation.")
    architecture: dict[str, Any] = {**INPUTS[given], "bgr": bgr}
    try:
        architecture["numbers"] = _check(Matcher(data, architecture))
    except WeightsError as error:
        raise WeightsError(f"{source.name} was refused. {error}") from error
    sha256 = hashlib.sha256(data).hexdigest()
    target = folder / f"{NAME}-{sha256[:12]}.onnx"
    entry: dict[str, Any] = {
        "kind": "matcher",
        "file": target.name,
        "sha256": sha256,
        "origin": f"imported from {source.name}",
        "data": "as its authors say",
        "terms": "Imported by the operator, who settles whether it may be used.",
        "demonstration": False,
        "architecture": architecture,
    }
    try:
        write_whole({target: data})
        add_entry(folder / LOCAL_MANIFEST, NAME, entry)
    except OSError as error:
        raise WeightsError(f"The matcher cannot be written into {folder}: {error.strerror or error}.") from error
    return target


def _read(source: Path) -> bytes:
    try:
        if source.stat().st_size > MOST:
            raise WeightsError(f"{source.name} was refused: it is larger than {MOST // 2**20} MB.")
        return source.read_bytes()
    except OSError as error:
        raise WeightsError(f"{source} cannot be read: {error.strerror or error}.") from error


def _check(matcher: Matcher) -> int:
    """How long its embeddings are. Raises WeightsError unless it gives equal ones for equal pictures, and others for
    others."""
    chance = np.random.default_rng(0)
    one, other = chance.uniform(-1, 1, (2, SIDE, SIDE, 3)).astype(np.float32)
    first, again, different = matcher.run(one), matcher.run(one), matcher.run(other)
    if len(first) not in NUMBERS:
        raise WeightsError(
            f"It gives {len(first)} numbers for a picture; an embedding has {NUMBERS.start} to {NUMBERS.stop - 1}."
        )
    if not np.array_equal(first, again):
        raise WeightsError("It gives different embeddings for the same picture.")
    if float(first @ different) > 0.99999:
        raise WeightsError("It gives the same embedding whatever the picture.")
    return len(first)
