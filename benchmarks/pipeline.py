"""`make bench`: sketches per second and peak memory of the pipeline, by step, beside the plain way of running the same
networks with the same weights, interleaved in one run.

python -m benchmarks.pipeline [--sketches 12] [--json FILE]
"""

import argparse
import json
import os
import resource
import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.reference import reference_generator, reference_restore, reference_restorer
from imaging.sketcher import draw_sketch
from inference import sketch
from inference.device import Device
from inference.engines.pix2pix import optimise
from inference.networks.unet import PAPER, UNet256
from inference.options import RenderOptions
from inference.pipeline import Pipeline, to_input

_PLAIN = Device(torch.device("cpu"), torch.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sketches", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    results = measure(arguments.sketches, arguments.rounds, arguments.device)
    print(as_text(results))
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n")


def measure(sketches: int, rounds: int, device: str) -> dict[str, Any]:
    """Milliseconds by step (median and minimum over sketches and rounds), ratios, PSNR, peak memory."""
    torch.set_num_threads(os.cpu_count() or 1)
    pipeline = Pipeline.load(device=device)
    pages = [draw_sketch(seed).image for seed in range(sketches)]
    pipeline.render(pages[0], RenderOptions(strength=1.0))  # warm up
    steps = _steps(pipeline, pages, rounds)
    results: dict[str, Any] = {
        "device": pipeline.device.label,
        "threads": torch.get_num_threads(),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "pipeline_ms": steps,
        "sketches_per_second": _rate(steps, pipeline.default_strength),
    }
    inputs = [to_input(sketch.prepare(page, pipeline.align(page))) for page in pages]
    results["generator"] = _compare_generator(pipeline, inputs, rounds)
    results["generator of paper size, random weights"] = _compare_paper_size(pipeline, inputs[:4], rounds)
    results["restorer"] = _compare_restorer(pipeline, inputs, rounds)
    return results


def _steps(pipeline: Pipeline, pages: list[Any], rounds: int) -> dict[str, dict[str, float]]:
    times: dict[str, list[float]] = {}
    for _ in range(rounds):
        for page in pages:
            for strength in sorted({0.0, pipeline.default_strength, 1.0 if pipeline.restorer else 0.0}):
                made = pipeline.render(page, RenderOptions(strength=strength)).provenance["milliseconds"]
                for step, value in made.items():
                    name = _restoring(strength) if step == "restore" else step
                    times.setdefault(name, []).append(value)
    return {step: {"median": round(median(values), 1), "min": round(min(values), 1)} for step, values in times.items()}


def _restoring(strength: float) -> str:
    return f"restore, strength {strength:g}"


def _rate(steps: dict[str, dict[str, float]], strength: float) -> float:
    """Sketches a second at this strength, one after another."""
    counted = [step for step in steps if not step.startswith("restore") or step == _restoring(strength)]
    return round(1000 / sum(steps[step]["median"] for step in counted), 2)


def _compare_generator(pipeline: Pipeline, inputs: list[Tensor], rounds: int) -> dict[str, Any]:
    engine = pipeline.engine("pix2pix")
    plain = reference_generator(engine.checkpoint)
    ours = lambda x: engine.generate(x, 0)  # noqa: E731 - one line each, side by side
    reference = _inference(plain)
    result = _interleaved(ours, reference, inputs, rounds)
    result["batches_ms_per_sketch"] = {
        size: round(_best(lambda s=size: engine.generate(torch.cat(inputs[:s]), 0), rounds) / size, 1)  # type: ignore[misc]
        for size in (1, 4, 8)
        if size <= len(inputs)
    }
    return result


def _compare_paper_size(pipeline: Pipeline, inputs: list[Tensor], rounds: int) -> dict[str, Any]:
    torch.manual_seed(0)
    plain = UNet256(PAPER).eval()
    fast = optimise(deepcopy(plain), pipeline.device)
    ours = _inference(fast, pipeline.device, torch.channels_last)
    return _interleaved(ours, _inference(plain), inputs, rounds)


def _compare_restorer(pipeline: Pipeline, inputs: list[Tensor], rounds: int) -> dict[str, Any] | None:
    if pipeline.restorer is None:
        return None
    checkpoint, restorer = pipeline.restorer
    plain = reference_restorer(checkpoint)
    faces = [pipeline.engine("pix2pix").generate(x, 0) for x in inputs[:4]]
    plain.load_state_dict(dict(restorer.network.named_buffers()), strict=False)  # the same noise maps
    return _interleaved(lambda f: restorer.restore(f, 1.0, 0), lambda f: reference_restore(plain, f), faces, rounds)


def _interleaved(
    ours: Callable[[Tensor], Tensor], reference: Callable[[Tensor], Tensor], inputs: list[Tensor], rounds: int
) -> dict[str, Any]:
    """Both on every input in turn, so that the machine's moods fall on both."""
    times: tuple[list[float], list[float]] = ([], [])
    errors = []
    for run in range(rounds + 1):
        for x in inputs:
            made = []
            for function, record in zip((ours, reference), times, strict=True):
                started = time.perf_counter()
                made.append(function(x).cpu())
                if run:  # the first round warms up
                    record.append(1000 * (time.perf_counter() - started))
            errors.append(float((made[0].float() - made[1].float()).square().mean()))
    mine, theirs = float(np.median(times[0])), float(np.median(times[1]))
    return {
        "ms": round(mine, 1),
        "reference_ms": round(theirs, 1),
        "ratio": round(theirs / mine, 2),
        "ratio_of_minima": round(min(times[1]) / min(times[0]), 2),
        "psnr_db": round(10 * float(np.log10(4 / max(float(np.mean(errors)), 1e-12))), 1),
    }


def _inference(
    network: nn.Module, place: Device = _PLAIN, memory: torch.memory_format = torch.contiguous_format
) -> Callable[[Tensor], Tensor]:
    def run(x: Tensor) -> Tensor:
        with torch.inference_mode():
            result: Tensor = network(x.to(place.torch, place.dtype).contiguous(memory_format=memory))
            return result.float()

    return run


def _best(function: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        function()
        times.append(1000 * (time.perf_counter() - started))
    return min(times)


def as_text(results: dict[str, Any]) -> str:
    lines = [f"{results['device']}, {results['threads']} threads, peak memory {results['peak_memory_mb']} MB"]
    lines += [f"  {step:24} {v['median']:8.1f} ms (min {v['min']:.1f})" for step, v in results["pipeline_ms"].items()]
    lines.append(f"  {results['sketches_per_second']} sketches a second at the default strength")
    for part in (part for part in results if part.startswith(("generator", "restorer"))):
        if r := results[part]:
            lines.append(
                f"{part}: {r['ms']} ms, plain fp32 {r['reference_ms']} ms: {r['ratio']} times "
                f"(of minima {r['ratio_of_minima']}), {r['psnr_db']} dB"
            )
    batches = ", ".join(f"{size}: {ms} ms" for size, ms in results["generator"]["batches_ms_per_sketch"].items())
    lines.append(f"generator by batch size, per sketch: {batches}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
