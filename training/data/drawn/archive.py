"""Drawn faces as a data set: a ZIP file with a manifest, photos, masks, and drawings by another hand."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from imaging.sketcher import Style, draw_sketch
from training.data.drawn.paint import paint
from training.data.drawn.people import imagine_sitter, pose

SET = "drawn"
PICTURES = 2  # of every person
_SPLITS = ("train", "train", "train", "train", "val", "test")
_STYLES: tuple[Style, ...] = ("pencil", "charcoal", "pen")
_TERMS = "drawn by this program; of nobody"

Member = tuple[str, bytes]


def write_drawn(target: Path, people: int, sketched: int, processes: int = 1) -> Path:
    """A set of so many people, two pictures of each; of the first `sketched` ones a drawing too.

    The same numbers give the same file: drawings come from the sketcher, pictures from the painter, and neither has
    seen what the other made of the same person.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    with zipfile.ZipFile(target, "w") as archive:
        for row, members in _mapped([(n, n < sketched) for n in range(people)], processes):
            rows += row
            for name, content in members:
                archive.writestr(name, content)
        archive.writestr("manifest.jsonl", "\n".join(json.dumps(row) for row in rows))
    return target


def draw_person(job: tuple[int, bool]) -> tuple[list[dict[str, Any]], list[Member]]:
    """Manifest lines and members of one person; `job` is the number and whether there is a drawing."""
    number, sketched = job
    sitter = imagine_sitter(number)
    rows, members = [], []
    for picture in range(PICTURES):
        painted = paint(sitter, picture, number)
        name = f"{number:04d}-{picture}"
        row = {
            "id": name, "set": SET, "identity": f"p{number:04d}", "split": _SPLITS[number % len(_SPLITS)],
            "photo": f"photos/{name}.webp", "mask": f"masks/{name}.png", "landmarks": painted.landmarks.tolist(),
            "attributes": {"age": round(sitter.person.age), "gender": int(sitter.person.male < 0.5)}, "terms": _TERMS,
        }  # fmt: skip
        members += [
            (str(row["photo"]), _coded(painted.photo, "WEBP")),
            (str(row["mask"]), _coded(painted.mask, "PNG")),
        ]
        if sketched and picture == 0:
            person, _ = pose(sitter, picture, number)
            drawing = draw_sketch(number, 256, _STYLES[number % len(_STYLES)], person=person).image
            row["sketch"] = f"sketches/{name}.png"
            members.append((f"sketches/{name}.png", _coded(np.asarray(drawing.convert("L")), "PNG")))
        rows.append(row)
    return rows, members


def _mapped(jobs: list[tuple[int, bool]], processes: int) -> Iterator[tuple[list[dict[str, Any]], Iterable[Member]]]:
    if processes <= 1:
        yield from map(draw_person, jobs)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(draw_person, jobs, chunksize=4)


def _coded(image: np.ndarray[Any, np.dtype[np.uint8]], kind: str) -> bytes:
    content = io.BytesIO()
    Image.fromarray(image).save(content, kind, quality=92, compress_level=4)
    return content.getvalue()
