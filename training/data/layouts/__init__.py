"""Data sets as their users have them on disk: one module a layout."""

from training.data.layouts.base import Layout
from training.data.layouts.celebahq import CelebAHQ
from training.data.layouts.cufs import CUFS
from training.data.layouts.cufsf import CUFSF
from training.data.layouts.ffhq import FFHQ
from training.data.layouts.fs2k import FS2K
from training.data.layouts.manifested import Manifested
from training.data.layouts.plain import Plain

__all__ = ["LAYOUTS", "Layout"]

# The first one that knows a folder reads it, so what describes itself comes first and what fits much comes last.
LAYOUTS: tuple[type[Layout], ...] = (Manifested, FS2K, CelebAHQ, FFHQ, CUFSF, CUFS, Plain)
