"""Fixed places of the aligned face, and their colour in CIELAB: no segmenter, so no segmenter's mistakes."""

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from training.dataset import Images

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# Ellipses (x, y, half width, half height) at 256 px, where the template has the eyes at (96.5, 120) and (159.5, 120),
# the nose at (128.5, 157) and the mouth's corners at (100.5, 185.5) and (156.5, 185.5).
REGIONS: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "skin": (
        (128.0, 90.0, 26.0, 9.0),  # forehead, between brows and most fringes
        (91.0, 156.0, 10.0, 12.0),  # cheeks
        (165.0, 156.0, 10.0, 12.0),
        (128.5, 140.0, 6.0, 13.0),  # bridge of the nose
        (128.5, 214.0, 13.0, 6.0),  # chin
    ),
    "lips": ((128.5, 185.5, 20.0, 6.0),),
    "eyes": ((96.5, 120.0, 5.0, 4.0), (159.5, 120.0, 5.0, 4.0)),
    "hair": ((128.0, 40.0, 38.0, 11.0),),  # above the forehead: where there is hair, and no fringe is needed
}


@cache
def region(name: str, side: int = 256) -> Mask:
    """(side, side), True inside the named region."""
    y, x = (np.mgrid[:side, :side] + 0.5) * 256 / side - 0.5
    inside = np.zeros((side, side), bool)
    for cx, cy, half_width, half_height in REGIONS[name]:
        inside |= ((x - cx) / half_width) ** 2 + ((y - cy) / half_height) ** 2 <= 1
    return inside


def to_lab(image: Images) -> Floats:
    """(H, W, 3) sRGB of 0 to 255 -> CIELAB (D65): L 0 to 100, a towards red, b towards yellow."""
    return np.asarray(cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float64)


def mean_lab(faces: Images, name: str = "skin") -> Floats:
    """(N, S, S, 3) -> (N, 3): the mean colour of the region in each face."""
    mask = region(name, faces.shape[1])
    # The few pixels of the region alone are converted.
    return np.array([to_lab(face[mask][None])[0].mean(0) for face in faces], np.float64).reshape(-1, 3)


def lab_distance(a: Floats, b: Floats) -> Floats:
    """(..., 3) twice -> (...): CIE 1976 colour difference."""
    return np.asarray(np.linalg.norm(a - b, axis=-1))
