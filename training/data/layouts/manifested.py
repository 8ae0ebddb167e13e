"""ZIP files and folders with a `manifest.jsonl`."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from training.data.faces import Face
from training.data.layouts.base import Problems
from training.data.manifest import has_manifest, read_manifest


class Manifested:
    name: ClassVar[str] = "manifest"
    terms: ClassVar[str] = ""

    @staticmethod
    def detect(place: Path) -> bool:
        return has_manifest(place)

    @staticmethod
    def read(place: Path, _problems: Problems) -> Iterator[Face]:
        yield from read_manifest(place)
