"""Sets in any layout -> one folder of arrays that every trainer reads: aligned photos, their regions and colours,
sketches; their manifest, and a report."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from inference.networks.landmarknet import LandmarkNet
from inference.paper import normalise_ink
from training.background import find_regions
from training.colours import measure
from training.data.align import Aligner, Finders
from training.data.duplicates import ALIKE, Floats, alike_pairs, near_pairs, thumbnail
from training.data.faces import SIZE, Face, load_aligned, load_eyes
from training.data.files import Images, Members
from training.data.grey import is_grey
from training.data.layouts.cufs import standard_split
from training.data.manifest import NAME, write_cache
from training.data.masks import find_segmenter
from training.data.readable import without_unreadable
from training.data.report import Report, twins
from training.data.sets import read_sets
from training.data.splits import Fractions, assign, find_shared, merge_people, separate
from training.segmenter import Segmenter
from training.silhouette import drawn_silhouette

_CHUNK = 64

Embed = Callable[[Images], Floats]


@dataclass(frozen=True)
class Options:
    """`named` sets by layout beside those of the data folder; people are split by `fractions` where a set is not;
    `limit` faces a set. With `merge_alike`, faces that a recogniser takes for one person count as one."""

    named: Mapping[str, Path] = field(default_factory=dict)
    fractions: Fractions = field(default_factory=Fractions)
    cufs_standard: bool = False
    keep_splits: bool = False
    merge_alike: bool = False
    alike: float = ALIKE
    limit: int | None = None
    segmenter: Path | None = None


def prepare(
    data: Path,
    cache: Path,
    detector: Path | None = None,
    steps: int | None = None,
    options: Options = Options(),
    finder: LandmarkNet | None = None,
    embed: Embed | None = None,
) -> Report:
    """Writes arrays, `manifest.jsonl` and the report into `cache`.

    Photos without points are aligned with the YuNet `detector` and drawings with `finder`, or left out; `steps` of
    training go into the segmenter that finds the person; None is as many as ever, or none where one lies in the cache.
    Pictures that are missing or damaged are left out. `embed` is a recogniser that looks for people under two names.
    Raises ValueError for sets that lack a part.
    """
    cache.mkdir(parents=True, exist_ok=True)
    report = Report()
    faces = read_sets(data, options.named, report.problems, options.limit)
    faces = assign(_cufs_split(faces) if options.cufs_standard else faces, options.fractions)
    faces = without_unreadable(faces, report.unreadable)
    segmenter = find_segmenter(cache, faces, steps, options.segmenter, report.problems)
    with Members() as members:
        aligner = Aligner(Finders(detector, finder))
        aligned = [aligner.align(members, face) for face in tqdm(faces, "aligning", disable=None)]
        report.left_out = dict(aligner.left_out)
        faces = [face for face in aligned if face is not None]
        if not faces:
            raise ValueError(f"No face of {data} could be used: {'; '.join([*report.left_out, *report.unreadable])}.")
        (cache / NAME).unlink(missing_ok=True)  # arrays that are half written must not be taken for those it describes
        photos = _write_photos(cache, members, faces)
        _write_regions(cache, segmenter, faces, photos)
        report.grey = dict(Counter(f.set for f, photo in zip(faces, photos, strict=True) if f.photo and is_grey(photo)))
        _write_sketches(cache, members, faces)
    faces = _in_splits(_with_twins(faces, photos, embed, options, report), options, report)
    write_cache(cache, data, faces)
    report.count(faces)
    report.write(cache)
    return report


def _write_photos(cache: Path, members: Members, faces: list[Face]) -> Images:
    photos = _array(cache, "photos", (len(faces), SIZE, SIZE, 3))
    for k, face in enumerate(tqdm(faces, "photos", disable=None)):
        if face.photo is not None:
            photos[k] = load_aligned(members, face, "photo")
    return photos


def _write_regions(cache: Path, segmenter: Segmenter, faces: list[Face], photos: Images) -> None:
    """Regions and colours; neither for a face without a photo."""
    regions = _array(cache, "regions", (len(faces), 3, SIZE, SIZE))
    colours = np.full((len(faces), 3, 3), np.nan, np.float32)
    eyes = load_eyes(faces)
    chunks = list(_chunks([k for k, face in enumerate(faces) if face.photo is not None]))
    for rows in tqdm(chunks, f"regions, {_CHUNK} photos each", disable=None):
        regions[rows] = find_regions(segmenter, photos[rows])
        for k in rows:
            colours[k] = measure(photos[k], regions[k], eyes[k])
    np.save(_new(cache, "colours"), colours)


def _write_sketches(cache: Path, members: Members, faces: list[Face]) -> None:
    """Drawings and their silhouettes, in the order of the faces that have one."""
    drawn = [k for k, face in enumerate(faces) if face.sketch is not None]
    regions = np.load(cache / "regions.npy", mmap_mode="r")
    sketches = _array(cache, "sketches", (len(drawn), SIZE, SIZE))
    silhouettes = _array(cache, "silhouettes", (len(drawn), SIZE, SIZE))
    for row, k in enumerate(tqdm(drawn, "drawings", disable=None)):
        drawing = load_aligned(members, faces[k], "sketch")
        sketches[row] = normalise_ink(np.asarray(cv2.cvtColor(drawing, cv2.COLOR_RGB2GRAY), np.uint8))
        if faces[k].photo is not None:
            silhouettes[row] = drawn_silhouette(sketches[row], np.array(regions[k, 0]))


def _with_twins(faces: list[Face], photos: Images, embed: Embed | None, options: Options, report: Report) -> list[Face]:
    """Looks for the same picture and the same person twice; gives one person one name if that is wanted."""
    rows = [k for k, face in enumerate(faces) if face.photo is not None]
    with_photo = [faces[k] for k in rows]
    thumbnails = np.array([thumbnail(photos[k]) for k in rows], np.float32).reshape(-1, 32, 32)
    report.pictures = twins(with_photo, near_pairs(thumbnails))
    if embed is None or not rows:
        return faces
    embeddings = np.concatenate([embed(photos[chunk]) for chunk in _chunks(rows)])
    alike = [
        (a, b, cosine)
        for a, b, cosine in alike_pairs(embeddings, options.alike)
        if with_photo[a].person != with_photo[b].person
    ]
    report.people = twins(with_photo, alike)
    report.merged = options.merge_alike
    return merge_people(faces, [(rows[a], rows[b]) for a, b, _ in alike]) if options.merge_alike else faces


def _in_splits(faces: list[Face], options: Options, report: Report) -> list[Face]:
    shared = find_shared(faces)
    report.shared, report.moved = dict(shared), not options.keep_splits
    return faces if options.keep_splits else separate(faces, shared)


def _cufs_split(faces: list[Face]) -> list[Face]:
    cufs = [face for face in faces if face.set == "cufs"]
    splits = {face.id: split for face, split in zip(cufs, standard_split(cufs), strict=True)}
    return [replace(face, split=splits[face.id]) if face.set == "cufs" else face for face in faces]


def _array(cache: Path, name: str, shape: tuple[int, ...]) -> Images:
    """A file of zeros that is filled in place: all photos together need not fit into memory."""
    if 0 in shape:
        np.save(_new(cache, name), np.zeros(shape, np.uint8))
        return np.zeros(shape, np.uint8)
    array: npt.NDArray[Any] = np.lib.format.open_memmap(_new(cache, name), "w+", np.uint8, shape)
    return array


def _new(cache: Path, name: str) -> Path:
    """Where an array goes. A run that reads the old one keeps it: it is removed and not written over."""
    path = cache / f"{name}.npy"
    path.unlink(missing_ok=True)
    return path


def _chunks(rows: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]
