"""Fixed, seeded damage to a sketch. Kept apart from the augmentations of training, so that curves stay comparable when
those change. Sketches are (256, 256, 3) on light paper; every function returns a new one."""

import cv2
import numpy as np

from training.dataset import Images

Rng = np.random.Generator

_SMOOTHNESS = 12.0  # px at 256: how far strokes move together
# Boxes (left, top, right, bottom) at 256 px around the template's points.
PARTS: dict[str, tuple[tuple[int, int, int, int], ...]] = {
    "brows": ((68, 92, 188, 110),),
    "one eye": ((72, 108, 122, 134),),
    "both eyes": ((72, 108, 122, 134), (134, 108, 184, 134)),
    "nose": ((104, 124, 153, 170),),
    "mouth": ((88, 172, 169, 202),),
    "hair": ((0, 0, 256, 76),),
    "jaw and chin": ((48, 203, 208, 256),),
}


def deform(sketch: Images, amplitude: float, rng: Rng) -> Images:
    """A smooth random warp whose largest shift is `amplitude` px: hands do not trace."""
    if amplitude == 0:
        return sketch.copy()
    height, width = sketch.shape[:2]
    field = [cv2.GaussianBlur(rng.standard_normal((height, width)), (0, 0), _SMOOTHNESS) for _ in range(2)]
    dx, dy = np.array(field) / np.hypot(*field).max() * amplitude
    y, x = np.mgrid[:height, :width]
    moved = cv2.remap(
        sketch, (x + dx).astype(np.float32), (y + dy).astype(np.float32), cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    return np.asarray(moved)


def erase(sketch: Images, share: float, rng: Rng) -> Images:
    """Bare paper in random boxes of 24 to 64 px until `share` of the picture's inner 192 x 192 px is gone."""
    erased = sketch.copy()
    gone = np.zeros(sketch.shape[:2], bool)
    while gone[32:224, 32:224].mean() < share:
        width, height = rng.integers(24, 65, 2)
        x, y = rng.integers(32, 224 - width), rng.integers(32, 224 - height)
        gone[y : y + height, x : x + width] = True
    erased[gone] = paper_of(sketch)
    return erased


def erase_part(sketch: Images, part: str) -> Images:
    """Bare paper where the named part of the face is."""
    erased = sketch.copy()
    for left, top, right, bottom in PARTS[part]:
        erased[top:bottom, left:right] = paper_of(sketch)
    return erased


def rotate(sketch: Images, degrees: float) -> Images:
    """About the middle; positive turns anticlockwise, the corners are bare paper."""
    height, width = sketch.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    border = tuple(float(level) for level in paper_of(sketch))
    return np.asarray(cv2.warpAffine(sketch, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=border))


def gamma(sketch: Images, exponent: float) -> Images:
    """Brightness, 0 to 1, to the power of `exponent`, as another scanner sees the page: above 1 is darker."""
    table = np.rint(255 * (np.arange(256) / 255) ** exponent).astype(np.uint8)
    return np.asarray(table[sketch])


def density(sketch: Images, factor: float) -> Images:
    """Ink (1 - brightness, relative to the paper) times `factor`, at most black: a fainter or heavier hand."""
    paper = paper_of(sketch).astype(np.float64)
    ink = np.clip((1 - sketch / paper) * factor, 0, 1)
    return np.asarray(np.rint(paper * (1 - ink)).clip(0, 255), np.uint8)


def paper_of(sketch: Images) -> Images:
    """(3,) the colour of the bare paper: the commonest bright level of each channel."""
    counts = [np.bincount(sketch[..., channel].ravel(), minlength=256) for channel in range(sketch.shape[-1])]
    return np.array([128 + np.argmax(count[128:]) for count in counts], np.uint8)
