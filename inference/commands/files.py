"""Which files a command line names, and what the results are called."""

from collections.abc import Iterable
from pathlib import Path

from inference.errors import InferenceError

_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}


def find_sketches(named: Iterable[Path]) -> list[Path]:
    """The files, and the pictures in the folders, sorted by name. Raises InferenceError for a folder without any."""
    found: list[Path] = []
    for path in named:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in _SUFFIXES and p.is_file())
            if not inside:
                raise InferenceError(f"The folder {path} holds no PNG, JPEG or WebP file.")
            found += inside
        else:
            found.append(path)
    return found


def output_names(sketches: list[Path]) -> list[str]:
    """One name a sketch: its stem, with a number where two stems are equal (on any file system)."""
    taken: set[str] = set()
    stems = {sketch.stem.lower() for sketch in sketches}
    names: list[str] = []
    for sketch in sketches:
        name, number = sketch.stem, 2
        while name.lower() in taken:
            candidate = f"{sketch.stem}-{number}"
            number += 1
            if candidate.lower() not in stems:
                name = candidate
        taken.add(name.lower())
        names.append(name)
    return names
