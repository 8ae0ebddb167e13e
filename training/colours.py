"""The colours of skin, hair and irises in photos: measuring them, and giving a photo others.

A drawing does not tell them. The generator is told them instead, and learns to obey from photos whose colours were
changed: mean and spread are moved in CIELAB within a region (after Reinhard et al. 2001).
"""

import cv2
import numpy as np
import numpy.typing as npt

from training.dataset import Images

Floats = npt.NDArray[np.float32]

_SURE = 0.8  # of a soft mask
_ENOUGH = 250  # px at 256: a region smaller than that has no colour of its own
_IRIS = 4.5  # px: the radius of an iris in an aligned face of 256 px is between 5 and 6, lids hide a part
_GREY = 4.0  # chroma below which a photo's skin says that the photo is black and white
_SHINE, _SCLERA = 60.0, 55.0


def measure(photo: Images, regions: Images, eyes: Floats) -> Floats:
    """(3, 3) CIELAB of skin, hair and irises of an aligned (256, 256, 3) photo; NaN where they cannot be told.

    `regions` are its soft masks (3, 256, 256) of person, skin and hair, `eyes` (2, 2) in shares of the side.
    """
    lab = to_lab(photo)
    colours = np.full((3, 3), np.nan, np.float32)
    for k, mask in enumerate(regions[1:]):
        sure = cv2.erode(mask, np.ones((3, 3), np.uint8)) > 255 * _SURE
        if sure.sum() >= _ENOUGH:
            colours[k] = np.median(lab[sure], axis=0)
    if np.hypot(*colours[0, 1:]) < _GREY:
        return np.full((3, 3), np.nan, np.float32)
    iris = lab[iris_mask(eyes, photo.shape[0]) > 0]
    iris = iris[iris[:, 0] < min(_SCLERA, float(np.percentile(iris[:, 0], 65)) + 1)]
    if len(iris) >= 20:
        colours[2] = np.median(iris, axis=0)
    return colours


def iris_mask(eyes: Floats, side: int) -> Images:
    """(side, side), 255 in a disc around both eyes."""
    mask = np.zeros((side, side), np.uint8)
    for x, y in eyes * side:
        centre = round(16 * float(x)), round(16 * float(y))
        cv2.circle(mask, centre, round(16 * _IRIS * side / 256), 255, -1, cv2.LINE_AA, shift=4)
    return mask


def recolour(photo: Images, mask: Images, now: Floats, wanted: Floats) -> Images:
    """The photo with the region under the soft mask moved from the colour `now` to `wanted`, both (3,) CIELAB.

    Shadows keep their proportion to the rest; what is brighter than `now` stays below white.
    """
    lab = to_lab(photo)
    moved = lab + (wanted - now)
    light, before, after = lab[..., 0], max(float(now[0]), 1.0), float(wanted[0])
    moved[..., 0] = light * (after / before)
    if after > before:
        above = after + (light - before) * (100 - after) / (100 - before)
        moved[..., 0] = np.where(light > before, above, moved[..., 0])
    alpha = mask.astype(np.float32)[..., None] / 255
    return to_rgb(lab + alpha * (moved - lab))


def to_lab(photo: Images) -> Floats:
    """(..., 3) RGB -> CIELAB, L from 0 to 100."""
    rows = photo.reshape(-1, photo.shape[-2], 3).astype(np.float32) / 255
    return np.asarray(cv2.cvtColor(rows, cv2.COLOR_RGB2LAB)).reshape(photo.shape)


def to_rgb(lab: Floats) -> Images:
    """The inverse of `to_lab`, rounded and clipped."""
    rgb = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB)
    return np.rint(255 * np.clip(rgb, 0, 1)).astype(np.uint8)
