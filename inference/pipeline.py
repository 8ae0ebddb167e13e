"""Sketch -> prepared sketch -> engine -> restorer -> marked PNG with its provenance."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from imaging.encode import encode_png
from inference import photo, sketch
from inference.appearance import REGIONS, choices
from inference.candidates import variants
from inference.device import Device, choose_device
from inference.engines import ENGINES, Engine
from inference.errors import BadControl, UnknownEngine, WeightsError
from inference.mark import LABEL, mark
from inference.matcher import Matcher
from inference.networks.landmarknet import LandmarkNet
from inference.options import RenderOptions
from inference.provenance import provenance
from inference.restoration import Restorer, build_restorer, enlarge
from inference.sketch import Alignment
from inference.weights import SHIPPED, Checkpoint, find, read_manifest


@dataclass(frozen=True)
class Rendered:
    """A likeness: PNG bytes and everything that made them."""

    png: bytes
    provenance: dict[str, Any]


class Pipeline:
    """The networks, loaded once; every method is a pure function of its arguments.

    Evidence is rendered one at a time, so the bytes never depend on what else was rendered.
    """

    def __init__(
        self, device: Device, engines: dict[str, Engine], landmarks: tuple[Checkpoint, LandmarkNet],
        restorer: tuple[Checkpoint, Restorer] | None, matcher: tuple[Checkpoint, Matcher] | None = None,
    ) -> None:  # fmt: skip
        self.device, self.engines, self.restorer = device, engines, restorer
        self.landmarks_checkpoint, self.landmarks = landmarks
        self.matcher = matcher

    @classmethod
    def load(cls, weights: Path = SHIPPED, device: str = "auto", precision: str = "auto") -> "Pipeline":
        """Verifies and loads every checkpoint that a render needs. Raises WeightsError when one is missing."""
        place = choose_device(device, precision)
        checkpoints = read_manifest(weights)
        engines: dict[str, Engine] = {}
        for name, engine in ENGINES.items():
            checkpoint = find(checkpoints, engine.info.weights_kind)
            if checkpoint is not None:
                engines[name] = engine(checkpoint, place)
        landmarks = find(checkpoints, "landmarks")
        if not engines or landmarks is None:
            raise WeightsError(f"The weights folder {weights} holds no engine or no face finder. Restore it.")
        restorer = find(checkpoints, "restorer")
        finder = landmarks.build(lambda architecture: LandmarkNet(**architecture))
        matcher = find(checkpoints, "matcher")
        matching = (matcher, Matcher.load(matcher)) if matcher else None
        return cls(place, engines, (landmarks, finder), _load_restorer(restorer, place), matching)

    def describe(self) -> dict[str, Any]:
        """Device, engines with their controls and defaults, and weights; JSON-able."""
        used = [engine.checkpoint for engine in self.engines.values()] + [self.landmarks_checkpoint]
        used += [part[0] for part in (self.restorer, self.matcher) if part]
        return {
            "device": self.device.label,
            "engines": [
                {
                    "name": engine.info.name,
                    "title": engine.info.title,
                    "description": engine.info.description,
                    "demonstration": engine.checkpoint.demonstration,
                    "controls": self.controls(engine),
                    "choices": {region: choices(region) for region in REGIONS if region in self.controls(engine)},
                    "default_strength": self.default_strength,
                }
                for engine in self.engines.values()
            ],
            "weights": [{"name": c.name, "kind": c.kind, "sha256": c.sha256} for c in used],
        }

    def controls(self, engine: Engine) -> list[str]:
        """Those that these weights know."""
        unknown = set() if engine.checkpoint.architecture.get("appearance") else set(REGIONS)
        return [c for c in engine.info.controls if c not in unknown and (c != "strength" or self.restorer)]

    def variants(self, options: RenderOptions, count: int) -> list[RenderOptions]:
        """The options of the candidates of one request. Raises UnknownEngine, and BadControl for a count out of range
        or colours that the engine's weights do not know."""
        known = self.controls(self.engine(options.engine))
        for region in REGIONS:
            if getattr(options.appearance, region) is not None and region not in known:
                raise BadControl(
                    "The weights of %(engine)s know no colour of the %(region)s. Leave it unknown.",
                    engine=options.engine,
                    region=region,
                )
        return variants(options, count, knows_colours=set(REGIONS) <= set(known))

    @property
    def default_strength(self) -> float:
        return self.restorer[0].default_strength if self.restorer else 0.0

    def align(self, image: Image.Image) -> Alignment:
        """Finds the eyes in a drawing of any size."""
        return sketch.align(self.landmarks, image)

    def find_eyes(self, image: Image.Image) -> Alignment:
        """Finds the eyes in a photo of any size."""
        return photo.find_eyes(self.landmarks, image)

    def render(self, image: Image.Image, options: RenderOptions, sketch_sha256: str | None = None) -> Rendered:
        """One likeness. `sketch_sha256` is the digest of the file that the picture came from.

        Raises UnknownEngine, and BadControl for eyes that are not on the picture.
        """
        engine = self.engine(options.engine)
        strength = self.default_strength if options.strength is None else options.strength
        clock = _Clock()
        with clock("align"):
            alignment = self._alignment(image, options)
        with clock("prepare"):
            inputs = to_input(sketch.prepare(image, alignment))
        with clock("generate"):
            face = engine.generate(inputs, options.seed, options.appearance)
        with clock("restore"):
            face = self._restore(face, options, strength)
        with clock("encode"):
            picture = mark(to_image(face))
            png = encode_png(picture, {"Description": LABEL, "Software": "Semblance"})
        return Rendered(
            png,
            provenance(
                sketch_sha256=sketch_sha256, sketch_size=image.size, png=png, size=picture.size, options=options,
                strength=strength if options.restore else 0.0, alignment=alignment,
                checkpoints=self._played(engine, alignment, strength if options.restore else 0.0),
                device=self.device.label, milliseconds=clock.milliseconds,
            ),
        )  # fmt: skip

    def engine(self, name: str) -> Engine:
        if name not in self.engines:
            known = ", ".join(self.engines)
            raise UnknownEngine("There is no engine called %(name)s. Choose one of: %(known)s.", name=name, known=known)
        return self.engines[name]

    def _alignment(self, image: Image.Image, options: RenderOptions) -> Alignment:
        if options.eyes is not None:
            return sketch.given(options.eyes, image)
        return self.align(image) if options.align else Alignment(None, "off", 0.0)

    def _restore(self, face: torch.Tensor, options: RenderOptions, strength: float) -> torch.Tensor:
        if not options.restore:
            return face
        return self.restorer[1].restore(face, strength, options.seed) if self.restorer else enlarge(face)

    def _played(self, engine: Engine, alignment: Alignment, strength: float) -> dict[str, Checkpoint]:
        """Only the weights that had a part in this picture."""
        played = {"engine": engine.checkpoint}
        if alignment.method == "landmarks":
            played["landmarks"] = self.landmarks_checkpoint
        if self.restorer and strength > 0:
            played["restorer"] = self.restorer[0]
        return played


class _Clock:
    """Wall time by step. CUDA work is waited for by the copy to the CPU that ends the last step."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.milliseconds[step] = 1000 * (time.perf_counter() - started)


def to_input(prepared: sketch.Gray) -> torch.Tensor:
    """(256, 256) brightness -> (1, 3, 256, 256) in [-1, 1]."""
    values = torch.from_numpy(prepared).float().div(127.5).sub(1)
    return values.expand(1, 3, -1, -1)


def to_image(face: torch.Tensor) -> Image.Image:
    """(1, 3, S, S) in [-1, 1] -> RGB picture."""
    values = face[0].float().add(1).mul(127.5).round().clamp(0, 255).byte()
    return Image.fromarray(np.ascontiguousarray(values.permute(1, 2, 0).cpu().numpy()))


def _load_restorer(checkpoint: Checkpoint | None, device: Device) -> tuple[Checkpoint, Restorer] | None:
    if checkpoint is None:
        return None
    return checkpoint, Restorer(checkpoint.build(build_restorer), device.dtype, device.torch)
