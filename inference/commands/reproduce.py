"""reproduce FACE.json SKETCH"""

import argparse
import json
from typing import Any

from imaging.decode import decode_image
from imaging.errors import ImageRefused
from inference.errors import InferenceError
from inference.options import RenderOptions
from inference.pipeline import Pipeline
from inference.provenance import sha256


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0 when the bytes are the same, 1 when they are not."""
    record = _read(arguments)
    try:
        data = arguments.sketch.read_bytes()
        image = decode_image(data).image
    except (OSError, ImageRefused) as error:
        raise InferenceError(f"The sketch {arguments.sketch} cannot be used: {error}") from error
    device, precision = record["device"].split(":")[0], record["device"].rsplit("/")[-1]
    pipeline = Pipeline.load(arguments.weights, device, precision)
    made = pipeline.render(image, _options(record), sha256(data))
    if arguments.output:
        arguments.output.write_bytes(made.png)
    result = {
        "same": made.provenance["output"]["sha256"] == record["output"]["sha256"],
        "expected": record["output"]["sha256"],
        "made": made.provenance["output"]["sha256"],
        "differences": _differences(record, made.provenance),
    }
    if arguments.json:
        print(json.dumps(result, indent=2))
    else:
        print(f"expected sha256 {result['expected']}\nmade     sha256 {result['made']}")
        print("The same likeness, byte for byte." if result["same"] else "Not the same.")
        for difference in result["differences"]:
            print(f"  {difference}")
    return 0 if result["same"] else 1


def _read(arguments: argparse.Namespace) -> dict[str, Any]:
    try:
        record = json.loads(arguments.provenance.read_text())
        for key in ("input", "output", "engine", "weights", "controls", "alignment", "device", "code"):
            record[key]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InferenceError(f"{arguments.provenance} is not the provenance of a likeness ({error}).") from error
    return dict(record)


def _options(record: dict[str, Any]) -> RenderOptions:
    """The recorded alignment is taken as it was: automatic and given eyes are then the same numbers."""
    controls, alignment = record["controls"], record["alignment"]
    eyes = alignment["eyes"] if alignment["method"] == "given" else None
    return RenderOptions(
        engine=record["engine"], seed=controls["seed"], strength=controls["strength"], restore=controls["restore"],
        eyes=((eyes[0][0], eyes[0][1]), (eyes[1][0], eyes[1][1])) if eyes else None,
        align=alignment["method"] != "off",
    )  # fmt: skip


def _differences(record: dict[str, Any], made: dict[str, Any]) -> list[str]:
    """What explains other bytes: another sketch, other weights, code or device."""
    pairs = {
        "The sketch file is another one": (record["input"]["sha256"], made["input"]["sha256"]),
        "The weights differ": (record["weights"], made["weights"]),
        "The eyes found differ": (record["alignment"]["eyes"], _plain(made["alignment"]["eyes"])),
        "The code differs": (record["code"], made["code"]),
        "The device differs": (record["device"], made["device"]),
    }
    return [f"{text}: {then} then, {now} now." for text, (then, now) in pairs.items() if then != now]


def _plain(eyes: Any) -> Any:
    return json.loads(json.dumps(eyes))
