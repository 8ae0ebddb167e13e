"""A part of a case as its file has it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Piece:
    """A sketch, likeness, real photo or publication: its folder in the file, what is known of it, its objects by file
    name."""

    kind: str
    folder: str
    facts: dict[str, Any]
    objects: dict[str, str]
    pieces: tuple["Piece", ...] = ()
    documents: dict[str, Any] = field(default_factory=dict)
    """JSON besides the facts, by file name."""

    def all(self) -> Iterator["Piece"]:
        """This one and all that hang from it."""
        yield self
        for piece in self.pieces:
            yield from piece.all()
