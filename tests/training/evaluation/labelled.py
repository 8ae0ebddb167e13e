"""A data set with what the evaluation looks at: styles, several pictures of a person, labels, a training split."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from inference.template import FIVE_POINTS
from tests.inference.drawings import drawn
from tests.training.faces import photo
from training.dataset import Images


def write_set(folder: Path) -> Path:
    """FS2K of 2 training, 2 validation and 6 test pairs (of 4 people, in 2 styles), CUHK of 4 test pairs, 5 labelled
    validation photos. All are made of six drawn faces: drawing takes longest."""
    folder.mkdir(parents=True)
    people = ["ann", "bob", "cem", "dan", "dan", "dan"]
    fs2k = [
        _row("fs2k", k, person, "test") | {"attributes": {"style": k % 2, "gender": int(person == "ann")}}
        for k, person in enumerate(people, 1)
    ]
    for split, first in (("train", 7), ("val", 9)):
        fs2k += [
            _row("fs2k", k, f"p{k}", split) | {"attributes": {"style": 0, "gender": 1}} for k in (first, first + 1)
        ]
    _write(folder / "fs2k-0.zip", fs2k)
    _write(folder / "cuhk.zip", [_row("cuhk", k, f"p{k}", "test") for k in (11, 12, 13, 14)])
    sources = ["female_asian_0151", "male_black_3", "female_white_1", "male_white_2", "male_white_9"]
    photos = [_row("generated", k, f"p{k}", "val") | {"source": source} for k, source in enumerate(sources, 15)]
    _write(folder / "generated-0.zip", photos, sketches=False)
    return folder


def photo_of(number: int) -> Images:
    """Six drawn faces, then the same six darker, then darker again."""
    darker = 0.8 ** ((number - 1) // 6)
    return (photo((number - 1) % 6 + 1) * darker).astype(np.uint8)


def _row(name: str, number: int, person: str, split: str) -> dict[str, Any]:
    landmarks = (FIVE_POINTS * 256).tolist()
    return {"id": str(number), "set": name, "identity": person, "split": split, "landmarks": landmarks}


def _write(archive: Path, rows: list[dict[str, Any]], sketches: bool = True) -> None:
    with zipfile.ZipFile(archive, "w") as file:
        for row in rows:
            number = int(row["id"])
            row["photo"] = _put(file, f"photo/{number}.png", Image.fromarray(photo_of(number)))
            if sketches:
                row["sketch"] = _put(file, f"sketch/{number}.png", drawn((number - 1) % 6 + 1).image)
        file.writestr("manifest.jsonl", "\n".join(json.dumps(row) for row in rows))


def _put(file: zipfile.ZipFile, name: str, image: Image.Image) -> str:
    content = io.BytesIO()
    image.save(content, "PNG", compress_level=1)
    file.writestr(name, content.getvalue())
    return name
