"""Sketches drawn once for all tests: drawing one takes longer than most of what is tried on it."""

from functools import cache
from pathlib import Path

from imaging.sketcher import DrawnSketch, Placement, Style, draw_sketch


@cache
def drawn(
    seed: int = 1,
    size: int = 256,
    style: Style = "pencil",
    scale: float = 1.0,
    angle: float = 0.0,
    shift: tuple[float, float] = (0.0, 0.0),
) -> DrawnSketch:
    """Nobody may change the picture of what this returns."""
    return draw_sketch(seed, size, style, placement=Placement(scale, angle, shift))


def saved(target: Path, seed: int = 1, size: int = 256, style: Style = "pencil", scale: float = 1.0) -> Path:
    """A sketch as a file; the suffix says of which type."""
    target.parent.mkdir(parents=True, exist_ok=True)
    drawn(seed, size, style, scale).image.save(target, quality=92)
    return target
