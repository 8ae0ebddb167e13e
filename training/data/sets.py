"""From a folder with all kinds of sets to one list of faces."""

from collections.abc import Mapping
from pathlib import Path

from training.data.faces import Face
from training.data.files import pictures_in
from training.data.layouts import LAYOUTS, Layout
from training.data.layouts.base import Problems
from training.data.layouts.plain import LAY_OUT


def read_sets(data: Path, named: Mapping[str, Path], problems: Problems, limit: int | None = None) -> list[Face]:
    """Every face of the sets in `data` (ZIP files, sub-folders, or the folder itself as one set), then of the `named`
    ones by layout; at most `limit` a set, spread over it.

    Raises FileNotFoundError for no set at all, ValueError for a name that no layout has.
    """
    found = [(place, layout) for place in _places(data) if (layout := _layout_of(place, problems)) is not None]
    found += [(path, _layout_named(name)) for name, path in named.items()]
    if not found:
        if pictures_in(data):
            raise FileNotFoundError(f"{data} holds pictures in no known layout (docs/data.md): {LAY_OUT}.")
        raise FileNotFoundError(
            f"No data set (*.zip with a manifest.jsonl, or a folder in one of the layouts of docs/data.md) in {data}. "
            "Name the folder with --data, or a set with --set NAME=PATH."
        )
    faces: list[Face] = []
    for place, layout in found:
        if not place.exists():
            raise FileNotFoundError(f"There is no {place}.")
        faces += layout.read(place, problems)
    return faces if limit is None else _thinned(faces, limit)


def _places(data: Path) -> list[Path]:
    if not data.is_dir():
        return []
    if any(layout.detect(data) for layout in LAYOUTS):
        return [data]
    return sorted(data.glob("*.zip")) + sorted(path for path in data.iterdir() if path.is_dir())


def _layout_of(place: Path, problems: Problems) -> type[Layout] | None:
    for layout in LAYOUTS:
        if layout.detect(place):
            return layout
    if place.is_file() or pictures_in(place):
        problems.append(f"{place.name}: not in a known layout, left out")
    return None


def _layout_named(name: str) -> type[Layout]:
    for layout in LAYOUTS:
        if layout.name == name:
            return layout
    raise ValueError(f"There is no layout {name}. There are: {', '.join(layout.name for layout in LAYOUTS)}.")


def _thinned(faces: list[Face], limit: int) -> list[Face]:
    """The same faces every time, in their order."""
    by_set: dict[str, list[Face]] = {}
    for face in faces:
        by_set.setdefault(face.set, []).append(face)
    kept: list[Face] = []
    for of_set in by_set.values():
        count = min(limit, len(of_set))
        kept += [of_set[k * len(of_set) // count] for k in range(count)]
    return kept
