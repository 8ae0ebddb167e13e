"""What a witness did not say and what a sleeve wiped."""

import cv2
import numpy as np

from training.sketches.base import Gray, Rng, line_kernel, soft_spot, to_ink, to_sketch


def missing_part(sketch: Gray, rng: Rng) -> Gray:
    """One part was never drawn, or was rubbed out: bare paper with a soft rim."""
    ink = to_ink(sketch)
    return to_sketch(ink * (1 - soft_spot(sketch.shape, rng, 0.06, 0.2)))


def smudge(sketch: Gray, rng: Rng) -> Gray:
    """A finger drew the graphite along: one part is blurred in one direction, its strokes paler."""
    ink = to_ink(sketch)
    length = int(rng.uniform(0.05, 0.12) * min(sketch.shape)) | 1
    dragged = cv2.filter2D(ink, -1, line_kernel(max(3, length), rng.uniform(0, 180)))
    dragged = cv2.GaussianBlur(dragged, (0, 0), 1.2)
    where = soft_spot(sketch.shape, rng, 0.1, 0.25)
    strength = rng.uniform(0.6, 1.0)
    return to_sketch(np.asarray(ink + where * strength * (dragged - ink), np.float32))
