"""reproduce FACE.json SKETCH"""

import argparse
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from imaging.clean import clean_picture
from imaging.errors import ImageRefused
from inference.appearance import UNKNOWN, Appearance
from inference.device import choose_device
from inference.disk import write_whole
from inference.errors import InferenceError
from inference.options import RenderOptions
from inference.pipeline import Pipeline, Rendered
from inference.provenance import colours, sha256


@dataclass(frozen=True)
class _Result:
    """`made` is None where nothing could be made; `differences` explain other bytes."""

    expected: str
    made: str | None
    differences: list[str]

    @property
    def same(self) -> bool:
        return self.made == self.expected


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0 when the bytes are the same, 1 when they are not."""
    record, options = _read(arguments.provenance)
    data, image = _read_sketch(arguments.sketch)
    try:
        rendered = Pipeline.load(arguments.weights, *_place(str(record["device"]))).render(image, options, sha256(data))
    except InferenceError as error:
        result = _Result(record["output"]["sha256"], None, [f"It cannot be made here: {error}"])
    else:
        result = _compare(record, rendered)
        _keep(rendered.png, arguments.output)
    _report(result, arguments.json)
    return 0 if result.same else 1


def _read(path: Path) -> tuple[dict[str, Any], RenderOptions]:
    """Raises InferenceError for a file that is not a whole provenance."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        for key in ("weights", "device", "code"):
            record[key]
        for part, key in (("input", "sha256"), ("output", "sha256"), ("alignment", "eyes")):
            record[part][key]
        return record, _options(record)
    except OSError as error:
        raise InferenceError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, LookupError, TypeError) as error:
        raise InferenceError(f"{path} is not the provenance of a likeness ({error!r}).") from error


def _options(record: dict[str, Any]) -> RenderOptions:
    """Eyes that a person gave are taken from the record; eyes that were found are looked for again."""
    controls, alignment = record["controls"], record["alignment"]
    eyes = None
    if alignment["method"] == "given":
        (x1, y1), (x2, y2) = alignment["eyes"]
        eyes = (x1, y1), (x2, y2)
    return RenderOptions(
        engine=record["engine"], seed=controls["seed"], strength=controls["strength"], restore=controls["restore"],
        eyes=eyes, align=alignment["method"] != "off", appearance=_appearance(controls.get("appearance", {})),
    )  # fmt: skip


def _appearance(named: dict[str, Any]) -> Appearance:
    """A provenance from before there were colours carries none: then all were unknown."""
    return Appearance(**{region: colour and colour["name"] for region, colour in dict(named).items()})


def _read_sketch(path: Path) -> tuple[bytes, Image.Image]:
    try:
        data = path.read_bytes()
        return data, clean_picture(data).image
    except OSError as error:
        raise InferenceError(f"The sketch {path} cannot be read: {error.strerror or error}.") from error
    except ImageRefused as error:
        raise InferenceError(f"The sketch {path} cannot be used: {error}") from error


def _place(label: str) -> tuple[str, str]:
    """Device and precision of the record, with as many CPU threads as then; what there is where this machine has no
    such device."""
    device, precision = label.partition(":")[0], label.rpartition("/")[2]
    try:
        choose_device(device, precision)
    except InferenceError:
        return "auto", "auto"
    threads = re.search(r" x(\d{1,3})/", label)
    if threads:
        torch.set_num_threads(max(1, int(threads[1])))
    return device, precision


def _compare(record: dict[str, Any], rendered: Rendered) -> _Result:
    made = json.loads(json.dumps(rendered.provenance))
    pairs = {
        "The sketch file is another one": (record["input"]["sha256"], made["input"]["sha256"]),
        "The weights differ": (record["weights"], made["weights"]),
        "The eyes found differ": (record["alignment"]["eyes"], made["alignment"]["eyes"]),
        "The code differs": (record["code"], made["code"]),
        "The device differs": (record["device"], made["device"]),
        # A name may have come to mean another colour since.
        "The colours differ": (record["controls"].get("appearance", colours(UNKNOWN)), made["controls"]["appearance"]),
    }
    differences = [f"{text}: {then} then, {now} now." for text, (then, now) in pairs.items() if then != now]
    return _Result(record["output"]["sha256"], made["output"]["sha256"], differences)


def _keep(png: bytes, target: Path | None) -> None:
    if target is None:
        return
    try:
        write_whole({target: png})
    except OSError as error:
        raise InferenceError(f"{target} cannot be written: {error.strerror or error}.") from error


def _report(result: _Result, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"same": result.same, **vars(result)}, indent=2))
        return
    print(f"expected sha256 {result.expected}\nmade     sha256 {result.made or 'none'}")
    print("The same likeness, byte for byte." if result.same else "Not the same.")
    for difference in result.differences:
        print(f"  {difference}")
