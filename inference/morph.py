"""One face of several likenesses of the same person, as several witnesses or several sketches show them.

Every face is warped to the mean of the points found in all of them and then averaged (Bruce et al. 2002, of composites
by several witnesses). The five points move the inner face alone, so hair, outline and what is around it do not meet:
there the first likeness is shown as it is, and it fades into the average around the face.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from inference.landmarks import find_face
from inference.networks.landmarknet import LandmarkNet
from inference.paper import normalise_ink
from inference.sketch import to_gray
from inference.template import FIVE_POINTS, Points

Pixels = npt.NDArray[np.float32]
_CONFIDENT, _PLAUSIBLE_MISFIT = 0.5, 0.22  # as in a drawing
_FURTHEST: Final = 0.09  # of the side: what a found point may lie off the template, where all likenesses are aligned
_REACH: Final = 0.16  # of the side: how far around a point its shift is felt
_FACE: Final = (0.5, 0.62, 0.235, 0.30)  # middle and half axes of the inner face, in shares of the side


def morph(network: LandmarkNet, likenesses: Sequence[Image.Image]) -> Image.Image:
    """RGB of the first one's size. The inner face does not depend on the order; hair and surroundings are the
    first's. Raises ValueError for fewer than two, or for pictures of different sizes."""
    if len(likenesses) < 2 or len({one.size for one in likenesses}) != 1:
        raise ValueError("A morph needs two or more likenesses of one size.")
    faces = [np.asarray(one.convert("RGB"), np.float32) for one in likenesses]
    points = [points_of(network, one) for one in likenesses]
    mean = np.asarray(np.mean(points, axis=0, dtype=np.float64), np.float32)
    warped = [warp(face, own, mean) for face, own in zip(faces, points, strict=True)]
    # In the order of their bytes, so that the sum of floating-point numbers is the same in any order.
    average = np.mean(sorted(warped, key=lambda face: face.tobytes()), axis=0, dtype=np.float64)
    weight = face_weight(faces[0].shape[0])[..., None]
    blended = average * weight + warped[0] * (1 - weight)
    return Image.fromarray(np.clip(np.round(blended), 0, 255).astype(np.uint8))


def points_of(network: LandmarkNet, likeness: Image.Image) -> Points:
    """(5, 2) in pixels: as found, or the template's where nothing is found near it."""
    template = FIVE_POINTS * likeness.width
    face = find_face(network, normalise_ink(to_gray(likeness)))
    if face.confidence < _CONFIDENT or face.misfit > _PLAUSIBLE_MISFIT:
        return template
    near = np.linalg.norm(face.points - template, axis=1) < _FURTHEST * likeness.width
    return np.where(near[:, None], face.points, template).astype(np.float32)


def warp(face: Pixels, own: Points, target: Points) -> Pixels:
    """(H, W, 3) with the points moved from ``own`` to ``target``; each pixel moves with the points near it, and what is
    far from all of them stays. Gaussian radial basis functions, solved so that the points land exactly."""
    height, width = face.shape[:2]
    reach = _REACH * width
    basis = np.exp(-((np.linalg.norm(target[:, None] - target[None], axis=2) / reach) ** 2))
    weights = np.linalg.solve(basis.astype(np.float64), (own - target).astype(np.float64))
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    shift = np.zeros((height, width, 2), np.float32)
    for (px, py), weight in zip(target, weights, strict=True):
        felt = np.exp(-((x - px) ** 2 + (y - py) ** 2) / reach**2)
        shift += felt[..., None] * weight.astype(np.float32)
    moved = cv2.remap(face, x + shift[..., 0], y + shift[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def face_weight(side: int) -> Pixels:
    """(side, side), 1 in the inner face and 0 around it, soft between."""
    middle_x, middle_y, half_x, half_y = (number * side for number in _FACE)
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    far = np.hypot((x - middle_x) / half_x, (y - middle_y) / half_y)
    soft = np.clip((1.08 - far) / 0.36, 0, 1)
    return np.asarray(soft * soft * (3 - 2 * soft), np.float32)
