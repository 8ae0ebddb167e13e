"""Sketches made from photos: styles, deformations, paper; one `SketchMaker` over all of them.

Every maker takes and returns (H, W) uint8, white paper, leaves its input alone, and draws its numbers from the
generator it is given: the same state of the generator gives the same sketch.
"""

from training.sketches.deform import elastic
from training.sketches.ink import vary_ink
from training.sketches.maker import STYLES, Deformation, SketchMaker, Style, make_sketch
from training.sketches.shading import shade_region

__all__ = ["STYLES", "Deformation", "SketchMaker", "Style", "elastic", "make_sketch", "shade_region", "vary_ink"]
