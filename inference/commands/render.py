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
from inference.appearance import REGIONS, Appearance
from inference.candidates import check_count
from inference.commands.files import find_sketches, open_folder, output_names, parts
from inference.disk import write_whole
from inference.errors import BadControl, InferenceError
from inference.options import RenderOptions
from inference.pipeline import Pipeline
from inference.provenance import sha256
from inference.sketch import Eyes

_READ_AHEAD = 4


@dataclass(frozen=True)
class Outcome:
    """One sketch's result: the files written, or the reason why there are none; `differences` say in words what each
    of several candidates is."""

    sketch: Path
    name: str
    files: tuple[Path, ...] = ()
    differences: tuple[str, ...] = ()
    note: str = ""
    problem: str = ""


def run(arguments: argparse.Namespace) -> int:
    options = options_from(arguments)
    sketches = find_sketches(arguments.sketches, arguments.output)
    check_count(arguments.candidates)
    names = output_names(sketches, arguments.candidates)
    open_folder(arguments.output, sketches, [part for name in names for part in parts(name, arguments.candidates)])
    pipeline = Pipeline.load(arguments.weights, arguments.device, arguments.precision)
    variants = pipeline.variants(options, arguments.candidates)
    progress = tqdm(
        _render_all(pipeline, sketches, names, variants, arguments.output),
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
        appearance=Appearance(**{region: _known(getattr(arguments, region)) for region in REGIONS}),
    )  # fmt: skip


def _known(name: str) -> str | None:
    return None if name == "unknown" else name


def _parse_eyes(text: str) -> Eyes | None:
    if text in ("auto", "off"):
        return None
    try:
        x1, y1, x2, y2 = (float(part) for part in text.split(","))
    except ValueError:
        raise BadControl(f"--align is auto, off, or the two eyes as x1,y1,x2,y2 in pixels; it was {text!r}.") from None
    return (x1, y1), (x2, y2)


def _render_all(
    pipeline: Pipeline, sketches: list[Path], names: list[str], variants: list[RenderOptions], folder: Path
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
            outcome, contents = _render_one(pipeline, sketch, name, reads.pop(k), variants, folder)
            writes.append((outcome, pool.submit(write_whole, contents)))
            while len(writes) >= _READ_AHEAD:
                yield _written(*writes.pop(0))
        for outcome, future in writes:
            yield _written(outcome, future)


def _render_one(
    pipeline: Pipeline, sketch: Path, name: str, read: Future[bytes], variants: list[RenderOptions], folder: Path
) -> tuple[Outcome, dict[Path, bytes]]:
    """Also the contents of the files: a likeness without its provenance, or the other way round, would be no
    evidence, so all of them are written or none."""
    try:
        data = read.result()
        picture = clean_picture(data)
        made = [pipeline.render(picture.image, _scaled(one, picture.scale), sha256(data)) for one in variants]
    except (ImageRefused, InferenceError) as error:
        return Outcome(sketch, name, problem=str(error)), {}
    except OSError as error:
        return Outcome(sketch, name, problem=f"The file cannot be read: {error.strerror or error}."), {}
    alignment = made[0].provenance["alignment"]
    note = "" if alignment["method"] in ("landmarks", "given", "off") else alignment["note"]
    if name != sketch.stem:
        note = f"{note} Written as {name}, since another sketch is called {sketch.stem}.".strip()
    contents: dict[Path, bytes] = {}
    for part, one in zip(parts(name, len(variants)), made, strict=True):
        contents[folder / f"{part}.png"] = one.png
        contents[folder / f"{part}.json"] = (json.dumps(one.provenance, indent=2) + "\n").encode()
    differences = tuple(map(difference, variants)) if len(variants) > 1 else ()
    return Outcome(sketch, name, tuple(contents), differences, note), contents


def difference(options: RenderOptions) -> str:
    """What sets a candidate apart, in words."""
    if options.candidate.by == "colour":
        return ", ".join(f"{region} {getattr(options.appearance, region)}" for region in options.candidate.varied)
    return "neutral" if options.candidate.by == "asked" else f"another seed, {options.seed}"


def _scaled(options: RenderOptions, scale: float) -> RenderOptions:
    """Eyes in pixels of the file, as a person reads them off, to pixels of the picture worked on."""
    if options.eyes is None:
        return options
    (x1, y1), (x2, y2) = options.eyes
    return replace(options, eyes=((x1 * scale, y1 * scale), (x2 * scale, y2 * scale)))


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
                "differences": list(o.differences),
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
        for file, words in zip(outcome.files[::2], outcome.differences, strict=False):
            print(f"{file}: {words}")
    print(f"{len(outcomes) - len(failed)} of {len(outcomes)} rendered" + (f", {len(failed)} not." if failed else "."))
