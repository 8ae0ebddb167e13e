"""A data set made by the tests: drawn faces as photos, in colour, with sketches, masks and points."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from inference.template import FIVE_POINTS
from tests.inference.drawings import drawn

Row = dict[str, Any]
SPLITS = ("train", "train", "train", "train", "val", "test")


def photo(seed: int) -> npt.NDArray[np.uint8]:
    """(256, 256, 3): the drawing of a face painted over, skin on blue."""
    gray = np.asarray(drawn(seed).image.convert("L"), np.float64)[..., None]
    skin, wall = np.array([225, 180, 150]), np.array([60, 90, 160])
    colours = np.where(person(seed)[..., None] > 0, skin, wall) * (0.25 + 0.75 * gray / 255)
    return np.asarray(colours, np.uint8)


def person(seed: int) -> npt.NDArray[np.uint8]:
    """(256, 256) class indices as of a face parser: 0 is the wall."""
    y, x = np.mgrid[:256, :256]
    inside = ((x - 128) / (75 + seed % 5)) ** 2 + ((y - 150) / 120) ** 2 < 1
    return np.asarray(inside * 11, np.uint8)


def write_set(folder: Path) -> Path:
    """Three archives: pairs at 256 px, larger faces without sketches, and unaligned faces with masks."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "fs2k-0.zip", _pairs())
    _write(folder / "faker.zip", _large())
    _write(folder / "celebamask.zip", _masked())
    return folder


def _pairs() -> Iterator[tuple[Row, dict[str, Image.Image]]]:
    for seed, split in enumerate(SPLITS, 1):
        row = _row("fs2k", seed, split) | {"sketch": f"sketch/{seed}.png", "landmarks": (FIVE_POINTS * 256).tolist()}
        yield row, {row["photo"]: Image.fromarray(photo(seed)), row["sketch"]: drawn(seed).image}


def _large() -> Iterator[tuple[Row, dict[str, Image.Image]]]:
    for seed, split in enumerate(SPLITS, 1):
        row = _row("faker", seed, split) | {"landmarks": (FIVE_POINTS * 512).tolist()}
        face = Image.fromarray(photo(seed)[:, ::-1].copy()).resize((512, 512), Image.Resampling.BICUBIC)
        yield row, {row["photo"]: face}


def _masked() -> Iterator[tuple[Row, dict[str, Image.Image]]]:
    for seed in (1, 2, 3):
        row = _row("celebamask", seed, "train") | {"mask": f"mask/{seed}.png"}
        large = Image.fromarray(photo(seed)).resize((512, 512))
        mask = Image.fromarray(person(seed)).resize((512, 512), Image.Resampling.NEAREST)
        yield row, {row["photo"]: large, row["mask"]: mask}


def _row(name: str, seed: int, split: str) -> Row:
    return {"id": f"{name}-{seed}", "set": name, "identity": f"p{seed}", "split": split, "photo": f"photo/{seed}.png"}


def _write(archive: Path, faces: Iterator[tuple[Row, dict[str, Image.Image]]]) -> None:
    rows: list[Row] = []
    with zipfile.ZipFile(archive, "w") as file:
        for row, members in faces:
            rows.append(row)
            for name, image in members.items():
                content = io.BytesIO()
                image.save(content, "PNG", compress_level=1)
                file.writestr(name, content.getvalue())
        file.writestr("manifest.jsonl", "\n".join(json.dumps(row) for row in rows))
