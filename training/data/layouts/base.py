"""What a layout is."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Protocol

from training.data.faces import Face

Problems = list[str]
"""What could not be used, said for the report."""


class Layout(Protocol):
    """Reads one way in which a set lies on disk. Opens no picture: faces are many."""

    name: ClassVar[str]
    """As in `--set NAME=PATH`."""
    terms: ClassVar[str]
    """What the set's owners allow; empty where every face says it itself."""

    @staticmethod
    def detect(place: Path) -> bool:
        """Whether a folder or ZIP file looks like this. Reads names only."""
        ...

    @staticmethod
    def read(place: Path, problems: Problems) -> Iterator[Face]:
        """The faces, splits empty where the set brings none. Raises ValueError for another layout's place."""
        ...
