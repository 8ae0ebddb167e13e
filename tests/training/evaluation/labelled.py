"""A data set with what the evaluation looks at: styles, several pictures of a person, labels, a training split."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from PIL import Image

from inference.template import FIVE_POINTS
from tests.inference.drawings import drawn
from tests.training.faces import photo


def write_set(folder: Path) -> Path:
    """FS2K of 2 training and 6 test pairs (4 people, 2 styles), CUHK of 4 test pairs, 5 labelled photos."""
    folder.mkdir(parents=True)
    people = ["ann", "bob", "cem", "dan", "dan", "dan"]
    fs2k = [
        _row("fs2k", k, person, "test") | {"attributes": {"style": k % 2, "gender": int(person == "ann")}}
        for k, person in enumerate(people, 1)
    ]
    fs2k += [_row("fs2k", k, f"p{k}", "train") | {"attributes": {"style": 0, "gender": 1}} for k in (7, 8)]
    _write(folder / "fs2k-0.zip", fs2k)
    _write(folder / "cuhk.zip", [_row("cuhk", k, f"p{k}", "test") for k in (9, 10, 11, 12)])
    sources = ["female_asian_0151", "male_black_3", "female_white_1", "male_white_2", "male_white_9"]
    photos = [_row("generated", k, f"p{k}", "val") | {"source": source} for k, source in enumerate(sources, 13)]
    _write(folder / "generated-0.zip", photos, sketches=False)
    return folder


def _row(name: str, seed: int, person: str, split: str) -> dict[str, Any]:
    landmarks = (FIVE_POINTS * 256).tolist()
    return {"id": str(seed), "set": name, "identity": person, "split": split, "landmarks": landmarks}


def _write(archive: Path, rows: list[dict[str, Any]], sketches: bool = True) -> None:
    with zipfile.ZipFile(archive, "w") as file:
        for row in rows:
            seed = int(row["id"])
            row["photo"] = _put(file, f"photo/{seed}.png", Image.fromarray(photo(seed)))
            if sketches:
                row["sketch"] = _put(file, f"sketch/{seed}.png", drawn(seed).image)
        file.writestr("manifest.jsonl", "\n".join(json.dumps(row) for row in rows))


def _put(file: zipfile.ZipFile, name: str, image: Image.Image) -> str:
    content = io.BytesIO()
    image.save(content, "PNG", compress_level=1)
    file.writestr(name, content.getvalue())
    return name
