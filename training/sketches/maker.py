"""Sketches made from photos, in the styles of the field: exactly aligned pairs without an artist."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from training.sketches.base import Gray, Rng
from training.sketches.damage import missing_part, smudge
from training.sketches.deform import elastic, jitter
from training.sketches.dodge import draw_dodge
from training.sketches.edges import draw_edges, draw_outlines
from training.sketches.lines import draw_lines
from training.sketches.paper import paper_texture, scanner_grey
from training.sketches.shading import draw_pencil, hatch
from training.sketches.xdog import draw_xdog

Style = Literal["dodge", "xdog", "edges", "outlines", "lines", "pencil"]

STYLES: dict[Style, Callable[[Gray, Rng], Gray]] = {
    "dodge": draw_dodge,
    "xdog": draw_xdog,
    "edges": draw_edges,
    "outlines": draw_outlines,
    "lines": draw_lines,
    "pencil": draw_pencil,
}
_SHARES: dict[Style, float] = {
    "dodge": 0.28, "xdog": 0.24, "edges": 0.14, "outlines": 0.1, "lines": 0.12, "pencil": 0.12,
}  # fmt: skip


@dataclass(frozen=True)
class Deformation:
    """How likely each deformation is, 0 to 1, and how far strokes go, in px of a 512 px drawing."""

    jitter: float = 0.0
    jitter_px: float = 5.0
    elastic: float = 0.0
    elastic_px: float = 8.0
    missing: float = 0.0
    smudge: float = 0.0
    paper: float = 0.0
    scanner: float = 0.0

    def apply(self, sketch: Gray, rng: Rng) -> Gray:
        """In the order in which they happen to a drawing: hand, time, paper, scanner."""
        side = min(sketch.shape)
        if rng.random() < self.jitter:
            sketch = jitter(sketch, rng, rng.uniform(0.3, 1.0) * self.jitter_px)
        if rng.random() < self.elastic:
            sketch = elastic(sketch, rng, rng.uniform(0.1, 1.0) * self.elastic_px * side / 512, rng.uniform(16, 40))
        if rng.random() < self.missing:
            sketch = missing_part(sketch, rng)
        if rng.random() < self.smudge:
            sketch = smudge(sketch, rng)
        if rng.random() < self.paper:
            sketch = paper_texture(sketch, rng, rng.uniform(0.3, 1.0))
        if rng.random() < self.scanner:
            sketch = scanner_grey(sketch, rng)
        return sketch


@dataclass(frozen=True)
class SketchMaker:
    """Draws by chance, but the same for the same state of the generator.

    `styles` are shares; a line style is shaded by hatching with the chance `shading`, and the wall behind the person is
    left out with the chance `bare_wall`, as artists do.
    """

    styles: Mapping[Style, float] = field(default_factory=lambda: _SHARES)
    deformation: Deformation = field(default_factory=Deformation)
    shading: float = 0.45
    bare_wall: float = 0.9

    def make(self, photo: npt.NDArray[np.uint8], person: Gray, rng: Rng, style: Style | None = None) -> Gray:
        """(H, W) drawing of a (H, W, 3) RGB photo with the soft mask of its person, in the `style` or one by chance."""
        gray = np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), np.uint8)
        if rng.random() < self.bare_wall:
            alpha = person.astype(np.float32) / 255
            gray = np.asarray(gray * alpha + rng.uniform(200, 255) * (1 - alpha), np.uint8)
        chosen = style or self._choose(rng)
        sketch = STYLES[chosen](gray, rng)
        if chosen != "pencil" and rng.random() < self.shading:
            shade = rng.uniform(0.3, 1.0) * (1 - hatch(gray, rng) / 255.0)
            sketch = np.asarray(np.clip(sketch * (1 - shade), 0, 255), np.uint8)
        strength = float(np.exp(rng.uniform(-0.7, 0.7)))
        sketch = np.asarray(255 * (1 - (1 - sketch / 255.0) ** strength), np.uint8)
        return self.deformation.apply(sketch, rng)

    def _choose(self, rng: Rng) -> Style:
        names, shares = list(self.styles), np.array(list(self.styles.values()), np.float64)
        return names[int(rng.choice(len(names), p=shares / shares.sum()))]


TRAINING = SketchMaker(deformation=Deformation(jitter=0.3, paper=0.2, scanner=0.15))
"""What the trainers use. Elastic warps come with the jitter of the batches, and `ink` smudges and leaves out patches of
any drawing, so neither is asked for here as well."""


def make_sketch(photo: npt.NDArray[np.uint8], person: Gray, rng: Rng) -> Gray:
    """One sketch of a (H, W, 3) RGB photo for training, in a random style and strength."""
    return TRAINING.make(photo, person, rng)
