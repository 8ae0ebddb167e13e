"""render SKETCH... -o DIR"""

import argparse
import json
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from tqdm import tqdm

from imaging.clean import clean_picture
from imaging.errors import ImageRefused
from inference.commands.files import find_sketches, open_folder, output_names
from inference.disk import write_whole
from inference.errors import BadControl, InferenceError
from inference.options import RenderOptions
from inference.pipeline import Pipeline
from inference.provenance import sha256
from inference.sketch import Eyes

_READ_AHEAD = 4


@dataclass(frozen=True)
class Outcome:
    """One sketch's result: the files written, or the reason why there are none."""

    sketch: Path
    name: str
    files: tuple[Path, ...] = ()
    note: str = ""
    problem: str = ""


def run(arguments: argparse.Namespace) -> int:
    options = options_from(arguments)
    sketches = find_sketches(arguments.sketches, arguments.output)
    names = output_names(sketches)
    open_folder(arguments.output, sketches, names)
    pipeline = Pipeline.load(arguments.weights, arguments.device, arguments.precision)
    pipeline.engine(options.engine)
    progress = tqdm(
        _render_all(pipeline, sketches, names, options, arguments.output),
        total=len(sketches), unit="sketch", disable=not sys.stderr.isatty(),
    )  # fmt: skip
    outcomes = list(progress)
    _report(outcomes, arguments.json)
    return 1 if any(outcome.problem for outcome in outcomes) else 0


def options_from(arguments: argparse.Namespace) -> RenderOptions:
    """The controls of the command line. Raises BadControl."""
    return RenderOptions(
        engine=arguments.engine, seed=arguments.seed, strength=arguments.strength, restore=not arguments.no_restore,
        eyes=_parse_eyes(arguments.align), align=arguments.align != "off",
    )  # fmt: skip


def _parse_eyes(text: str) -> Eyes | None:
    if text in ("auto", "off"):
        return None
    try:
        x1, y1, x2, y2 = (float(part) for part in text.split(","))
    except ValueError:
        raise BadControl(f"--align is auto, off, or the two eyes as x1,y1,x2,y2 in pixels; it was {text!r}.") from None
    return (x1, y1), (x2, y2)


def _render_all(
    pipeline: Pipeline, sketches: list[Path], names: list[str], options: RenderOptions, folder: Path
) -> Iterator[Outcome]:
    """Networks run one sketch at a time, so that a batch-mate never matters; reading and writing run beside them.

    At most a few pictures are held at once, whatever the number of sketches.
    """
    with ThreadPoolExecutor(2) as pool:
        reads: dict[int, Future[bytes]] = {}
        writes: list[tuple[Outcome, Future[None]]] = []
        for k, (sketch, name) in enumerate(zip(sketches, names, strict=True)):
            for ahead in range(k, min(k + _READ_AHEAD, len(sketches))):
                if ahead not in reads and ahead >= k:
                    reads[ahead] = pool.submit(sketches[ahead].read_bytes)
            outcome, png, text = _render_one(pipeline, sketch, name, reads.pop(k), options, folder)
            writes.append((outcome, pool.submit(_write, outcome, png, text)))
            while len(writes) >= _READ_AHEAD:
                yield _written(*writes.pop(0))
        for outcome, future in writes:
            yield _written(outcome, future)


def _render_one(
    pipeline: Pipeline, sketch: Path, name: str, read: Future[bytes], options: RenderOptions, folder: Path
) -> tuple[Outcome, bytes, str]:
    try:
        data = read.result()
        picture = clean_picture(data)
        rendered = pipeline.render(picture.image, _scaled(options, picture.scale), sha256(data))
    except (ImageRefused, InferenceError) as error:
        return Outcome(sketch, name, problem=str(error)), b"", ""
    except OSError as error:
        return Outcome(sketch, name, problem=f"The file cannot be read: {error.strerror or error}."), b"", ""
    note = (
        ""
        if rendered.provenance["alignment"]["method"] in ("landmarks", "given", "off")
        else rendered.provenance["alignment"]["note"]
    )
    if name != sketch.stem:
        note = f"{note} Written as {name}, since another sketch is called {sketch.stem}.".strip()
    files = (folder / f"{name}.png", folder / f"{name}.json")
    return Outcome(sketch, name, files, note), rendered.png, json.dumps(rendered.provenance, indent=2) + "\n"


def _scaled(options: RenderOptions, scale: float) -> RenderOptions:
    """Eyes in pixels of the file, as a person reads them off, to pixels of the picture worked on."""
    if options.eyes is None:
        return options
    (x1, y1), (x2, y2) = options.eyes
    return replace(options, eyes=((x1 * scale, y1 * scale), (x2 * scale, y2 * scale)))


def _write(outcome: Outcome, png: bytes, text: str) -> None:
    """A likeness without its provenance, or the other way round, would be no evidence."""
    write_whole(dict(zip(outcome.files, (png, text.encode()), strict=False)))


def _written(outcome: Outcome, write: Future[None]) -> Outcome:
    try:
        write.result()
    except OSError as error:
        return Outcome(
            outcome.sketch, outcome.name, problem=f"The result cannot be written: {error.strerror or error}."
        )
    return outcome


def _report(outcomes: list[Outcome], as_json: bool) -> None:
    failed = [outcome for outcome in outcomes if outcome.problem]
    if as_json:
        rows = [
            {
                "sketch": str(o.sketch),
                "files": [str(f) for f in o.files],
                "note": o.note,
                "problem": o.problem or None,
            }
            for o in outcomes
        ]
        print(json.dumps({"rendered": len(outcomes) - len(failed), "failed": len(failed), "sketches": rows}, indent=2))
        return
    for outcome in outcomes:
        if outcome.problem or outcome.note:
            print(f"{outcome.sketch}: {outcome.problem or outcome.note}")
    print(f"{len(outcomes) - len(failed)} of {len(outcomes)} rendered" + (f", {len(failed)} not." if failed else "."))
