"""Engines: one module a system of the field. Each turns a prepared sketch into a face and says which controls
it offers; `ENGINES` is the registry."""

from inference.engines.base import Engine, EngineInfo
from inference.engines.pix2pix import Pix2Pix

ENGINES: dict[str, type[Engine]] = {Pix2Pix.info.name: Pix2Pix}

__all__ = ["ENGINES", "Engine", "EngineInfo"]
