"""Which files a command line names, and what the results are called."""

import itertools
import os
from collections.abc import Iterable
from pathlib import Path

from inference.errors import InferenceError

_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}


def find_sketches(named: Iterable[Path], output: Path) -> list[Path]:
    """The files, and the pictures in the folders, sorted by name; not the earlier results of an `output` folder in one
    of them. Raises InferenceError for a folder without any."""
    found: list[Path] = []
    for path in named:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in _SUFFIXES and p.is_file())
            if path.resolve() in output.resolve().parents:
                inside = [p for p in inside if not p.resolve().is_relative_to(output.resolve())]
            if not inside:
                raise InferenceError(f"The folder {path} holds no PNG, JPEG or WebP file.")
            found += inside
        else:
            found.append(path)
    return found


def open_folder(folder: Path, sketches: Iterable[Path], names: Iterable[str]) -> None:
    """Makes the folder of the results. Raises InferenceError when it cannot be written to, or when a likeness would
    take the place of its own sketch."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InferenceError(f"The folder {folder} cannot be made: {error.strerror or error}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InferenceError(f"The folder {folder} cannot be written to. Choose another with -o.")
    inputs = {sketch.resolve() for sketch in sketches}
    for name in names:
        if (folder / f"{name}.png").resolve() in inputs:
            raise InferenceError(
                f"The likeness {name}.png would replace the sketch of that name in {folder}. Choose another with -o."
            )


def parts(name: str, count: int) -> list[str]:
    """What the candidates of a likeness are called: NAME, NAME-2, NAME-3 ..."""
    return [name, *(f"{name}-{number}" for number in range(2, count + 1))]


def output_names(sketches: list[Path], count: int = 1) -> list[str]:
    """One name a sketch, whose `parts` are nobody else's: its stem, with a number where two would be equal (on any
    file system)."""
    taken: set[str] = set()
    stems = {sketch.stem.lower() for sketch in sketches}
    names: list[str] = []
    for sketch in sketches:
        possible = (f"{sketch.stem}-{number}" for number in itertools.count(2))
        name = next(one for one in itertools.chain([sketch.stem], possible) if _free(one, sketch, count, taken, stems))
        taken.update(part.lower() for part in parts(name, count))
        names.append(name)
    return names


def _free(name: str, sketch: Path, count: int, taken: set[str], stems: set[str]) -> bool:
    """Whether no part of the name is taken, or the stem of another sketch."""
    own = {sketch.stem.lower()} if name == sketch.stem else set()
    named = {part.lower() for part in parts(name, count)}
    return not named & (taken | (stems - own))
