"""Makes the frozen `gfpgan` package importable beside today's torch and torchvision, and nothing more.

Importing any `gfpgan.archs` module runs all of gfpgan, basicsr, facexlib and torchvision. Two things break:
torchvision's compiled operators beside a CPU build of torch, and a module that torchvision has renamed.
"""

import importlib.util
import sys
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import torch

from inference.errors import InferenceError

_kept: list[Any] = []  # a torch Library undefines its operators when it is collected


@cache
def clean_network_class() -> Any:
    """`gfpgan.archs.gfpganv1_clean_arch.GFPGANv1Clean`. Raises InferenceError where it is not installed."""
    try:
        _define_missing_operators()
        from torchvision.transforms import _functional_tensor

        sys.modules.setdefault("torchvision.transforms.functional_tensor", _functional_tensor)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # upstream is frozen: what it is warned of will not be mended
            from gfpgan.archs.gfpganv1_clean_arch import GFPGANv1Clean
    except ImportError as error:
        raise InferenceError(
            f"The restorer's network cannot be imported ({error}). Install it: .venv/bin/pip install --no-deps "
            "--no-build-isolation -r requirements-gfpgan.txt"
        ) from error
    return GFPGANv1Clean


def _define_missing_operators() -> None:
    """Where torchvision's binary does not load, its import needs the schemas of two operators to exist."""
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        raise ImportError("no module torchvision")
    operators: Any = torch.ops  # neither is annotated upstream
    fragment: Any = torch.library.Library
    try:
        operators.load_library(str(Path(spec.origin).parent / "_C.so"))
    except OSError:
        library = fragment("torchvision", "FRAGMENT")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _kept.append(library)
