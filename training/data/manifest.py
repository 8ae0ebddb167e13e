"""Manifest lines: `{id, set, identity, split, photo?, sketch?, mask?, landmarks?, attributes, source, terms, ...}`."""

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from inference.template import FIVE_POINTS, Points
from training.data.faces import Face, Warp

NAME = "manifest.jsonl"
_EYES_APART = float(FIVE_POINTS[1, 0] - FIVE_POINTS[0, 0])
_SIDES = (128, 256, 512, 1024)


def read_manifests(folder: Path) -> list[Face]:
    """Every face of every `*.zip` of `folder`, in file order. Raises FileNotFoundError when there is none."""
    archives = [archive for archive in sorted(folder.glob("*.zip")) if has_manifest(archive)]
    if not archives:
        raise FileNotFoundError(f"No data set (*.zip with a {NAME}) in {folder}. Name the folder with --data.")
    return [face for archive in archives for face in read_manifest(archive)]


def has_manifest(place: Path) -> bool:
    """Whether a ZIP file or a folder describes itself."""
    if place.is_dir():
        return (place / NAME).is_file()
    if not zipfile.is_zipfile(place):
        return False
    with zipfile.ZipFile(place) as archive:
        return NAME in archive.namelist()


def read_manifest(place: Path) -> list[Face]:
    """The faces of a ZIP file or folder with a manifest. Raises ValueError for a line that cannot be understood."""
    if place.is_dir():
        text = (place / NAME).read_text()
    else:
        with zipfile.ZipFile(place) as archive:
            text = archive.read(NAME).decode()
    return [_parse(place, number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def known_faces(data: Path, cache: Path) -> list[Face]:
    """Those of the prepared cache, with its splits; or of the data folder's ZIP files where there is none."""
    return read_cache(cache, data) if (cache / NAME).exists() else read_manifests(data)


def read_cache(cache: Path, data: Path) -> list[Face]:
    """The faces of a prepared cache; where their pictures lay within the data folder, they are looked for in `data`.

    Raises FileNotFoundError when nothing was prepared there.
    """
    if not (cache / NAME).exists():
        raise FileNotFoundError(f"{cache} holds no prepared data: run `python -m training prepare` first.")
    rows = [json.loads(line) for line in (cache / NAME).read_text().splitlines()]
    return [from_row(row, data / row["archive"]) for row in rows]


def write_cache(cache: Path, data: Path, faces: Iterable[Face]) -> None:
    """One line a face. Places within the data folder are written relative to it: the folder may move."""
    lines = [json.dumps(to_row(face) | {"archive": _place(face.archive, data)}) for face in faces]
    (cache / NAME).write_text("".join(line + "\n" for line in lines))


def from_row(row: dict[str, Any], archive: Path) -> Face:
    return Face(
        archive=archive,
        id=str(row["id"]),
        set=row["set"],
        person=f"{row['set']}/{row['identity']}",
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


def to_row(face: Face) -> dict[str, Any]:
    """What `from_row` reads, without what is not there."""
    row: dict[str, Any] = {"id": face.id, "set": face.set, "identity": face.identity, "split": face.split}
    row |= {"photo": face.photo, "sketch": face.sketch, "mask": face.mask}
    row |= {"attributes": face.attributes, "source": face.source, "terms": face.terms}
    for name, points in (
        ("landmarks", face.landmarks),
        ("photo_warp", face.photo_warp),
        ("sketch_warp", face.sketch_warp),
    ):
        row[name] = None if points is None else np.round(points.astype(np.float64), 7).tolist()
    return {name: value for name, value in row.items() if value not in (None, "", {})}


def _parse(place: Path, number: int, line: str) -> Face:
    try:
        face = from_row(json.loads(line), place)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{place}, {NAME}, line {number}: {error!r}.") from error
    if face.photo is None and face.sketch is None:
        raise ValueError(f"{place}, {NAME}, line {number}: neither a photo nor a sketch.")
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
