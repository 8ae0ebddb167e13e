"""Manifest lines: `{id, set, identity, split, photo?, sketch?, mask?, landmarks?, attributes, source, terms, ...}`."""

import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from inference.template import FIVE_POINTS, Points
from training.data.faces import SPLITS, Face, Warp

NAME = "manifest.jsonl"
Row = dict[str, Any]
_EYES_APART = float(FIVE_POINTS[1, 0] - FIVE_POINTS[0, 0])
_SIDES = (128, 256, 512, 1024)


def read_manifests(folder: Path) -> list[Face]:
    """Every face of every `*.zip` of `folder`, in file order. Raises FileNotFoundError when there is none."""
    archives = [archive for archive in sorted(folder.glob("*.zip")) if has_manifest(archive)]
    if not archives:
        raise FileNotFoundError(f"No data set (*.zip with a {NAME}) in {folder}. Name the folder with --data.")
    return [face for archive in archives for face in read_manifest(archive)]


def has_manifest(place: Path) -> bool:
    """Whether a ZIP file or a folder describes itself. Raises ValueError for a damaged ZIP file."""
    if place.is_dir():
        return (place / NAME).is_file()
    if not place.is_file():
        return False
    with _opened(place) as archive:
        return NAME in archive.namelist()


def read_manifest(place: Path) -> list[Face]:
    """The faces of a ZIP file or folder with a manifest.

    Raises FileNotFoundError where there is none, ValueError for a line that cannot be understood.
    """
    if not has_manifest(place):
        raise FileNotFoundError(f"There is no {NAME} in {place}.")
    if place.is_dir():
        return _parsed((place / NAME).read_bytes(), place / NAME, lambda _: place)
    with _opened(place) as archive:
        return _parsed(archive.read(NAME), place / NAME, lambda _: place)


def known_faces(data: Path, cache: Path) -> list[Face]:
    """Those of the prepared cache, with its splits; or of the data folder's ZIP files where there is none."""
    return read_cache(cache, data) if (cache / NAME).exists() else read_manifests(data)


def read_cache(cache: Path, data: Path) -> list[Face]:
    """The faces of a prepared cache; where their pictures lay within the data folder, they are looked for in `data`.

    Raises FileNotFoundError when nothing was prepared there, ValueError for a line that cannot be understood.
    """
    if not (cache / NAME).exists():
        raise FileNotFoundError(f"{cache} holds no prepared data: run `python -m training prepare` first.")
    return _parsed((cache / NAME).read_bytes(), cache / NAME, lambda row: data / row["archive"])


def write_cache(cache: Path, data: Path, faces: Iterable[Face]) -> None:
    """One line a face. Places within the data folder are written relative to it: the folder may move."""
    lines = [json.dumps(to_row(face) | {"archive": _place(face.archive, data)}) for face in faces]
    (cache / NAME).write_text("".join(line + "\n" for line in lines))


def from_row(row: Row, archive: Path) -> Face:
    return Face(
        archive=archive,
        id=str(row["id"]),
        set=row["set"],
        person=row.get("person") or f"{row['set']}/{row['identity']}",
        split=row.get("split") or "",
        photo=row.get("photo"),
        sketch=row.get("sketch"),
        mask=row.get("mask"),
        landmarks=_shares(row["landmarks"]) if row.get("landmarks") else None,
        attributes=row.get("attributes", {}),
        source=str(row.get("source", "")),
        terms=row.get("terms", ""),
        photo_warp=_warp(row.get("photo_warp")),
        sketch_warp=_warp(row.get("sketch_warp")),
    )


def to_row(face: Face) -> Row:
    """What `from_row` reads, without what is not there."""
    row: Row = {"id": face.id, "set": face.set, "identity": face.identity, "split": face.split}
    if face.person != f"{face.set}/{face.identity}":  # somebody of another set, as a recogniser found
        row["person"] = face.person
    row |= {"photo": face.photo, "sketch": face.sketch, "mask": face.mask}
    row |= {"attributes": face.attributes, "source": face.source, "terms": face.terms}
    for name, points in (
        ("landmarks", face.landmarks),
        ("photo_warp", face.photo_warp),
        ("sketch_warp", face.sketch_warp),
    ):
        row[name] = None if points is None else np.round(points.astype(np.float64), 7).tolist()
    return {name: value for name, value in row.items() if value not in (None, "", {})}


@contextmanager
def _opened(place: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(place) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{place} is no ZIP file or a damaged one: get it again, or move it away.") from error


def _parsed(content: bytes, file: Path, place: Callable[[Row], Path]) -> list[Face]:
    """The faces of a manifest, of which `place` says for each where its pictures are."""
    lines = enumerate(content.splitlines(), 1)
    return [_parse(line, f"{file}, line {number}", place) for number, line in lines if line.strip()]


def _parse(line: bytes, where: str, place: Callable[[Row], Path]) -> Face:
    try:
        row = json.loads(line)
        face = from_row(row, place(row))
    except KeyError as error:
        raise ValueError(f"{where}: {error} is missing.") from error
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        raise ValueError(f"{where}: {error}.") from error
    if face.photo is None and face.sketch is None:
        raise ValueError(f"{where}: neither a photo nor a sketch.")
    if face.split not in ("", *SPLITS):
        raise ValueError(f"{where}: a split {face.split!r}; there are {', '.join(SPLITS)}.")
    return face


def _shares(points: list[list[float]]) -> Points:
    """Points in pixels are of a photo on the template: its side follows from how far the eyes are apart."""
    array = np.array(points, np.float32)
    if array.max() <= 2.0:
        return array
    apart = float(np.linalg.norm(array[1] - array[0]))
    return np.asarray(array / min(_SIDES, key=lambda side: abs(apart / side - _EYES_APART)), np.float32)


def _warp(rows: list[list[float]] | None) -> Warp | None:
    return None if rows is None else np.array(rows, np.float64)


def _place(archive: Path, data: Path) -> str:
    archive, data = archive.resolve(), data.resolve()
    return str(archive.relative_to(data) if archive.is_relative_to(data) else archive)
