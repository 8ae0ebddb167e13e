"""The same drawing on other paper and in other light."""

import numpy as np
import numpy.typing as npt
from PIL import Image

Light = npt.NDArray[np.float64]


def lit(image: Image.Image, light: Light | float, tint: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Image.Image:
    """The picture under `light` (H, W), on paper of a tint; both are shares of the brightness."""
    shade = np.broadcast_to(np.asarray(light, np.float64), (image.height, image.width))[..., None]
    return Image.fromarray(np.clip(np.rint(np.asarray(image, np.float64) * shade * tint), 0, 255).astype(np.uint8))


def across(side: int) -> tuple[Light, Light]:
    """x and y from 0 to 1 at every pixel."""
    y, x = np.mgrid[0 : 1 : side * 1j, 0 : 1 : side * 1j]
    return x, y


def side_shadow(side: int, depth: float = 0.35) -> Light:
    """Less light from left to right, as of a lamp on the left."""
    return 1 - depth * across(side)[0]


def corner_shadow(side: int, depth: float = 0.4) -> Light:
    """The soft shadow of a hand in the lower right corner."""
    x, y = across(side)
    return np.asarray(1 - depth * np.clip((x + y - 1.1) / 0.9, 0, 1))
