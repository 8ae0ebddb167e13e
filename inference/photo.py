"""A photograph of a face, beside a likeness: its eyes found, placed as every likeness is placed.

The face finder learned from drawings. In a photo with much around the face it takes the surroundings for ink, so here
OpenCV's cascade says roughly where the face is and the network looks at that part alone.
"""

import functools
from typing import Final

import cv2
import numpy as np
from cv2.data import haarcascades
from PIL import Image

from inference.landmarks import FoundFace, find_face
from inference.networks.landmarknet import LandmarkNet
from inference.paper import normalise_ink
from inference.sketch import Alignment, Box, Eyes, Gray, align, to_eyes, to_gray, working_copy
from inference.template import EYES, similarity

SIDE: Final = 512
"""The side of an aligned photo, a likeness's own."""

NOTES: Final[dict[str, str]] = {
    "cascade": "The face was found roughly. Check the eyes and move them if needed.",
    "centred": "No face was found. Place the eyes to compare the photo with the likeness.",
}

_CASCADES = ("haarcascade_frontalface_alt2.xml", "haarcascade_frontalface_default.xml")
_SMALLEST_FACE = 1 / 8  # of the shorter side
_AROUND = 0.95  # of a box's side, what is looked at on each side of its middle
_CONFIDENT, _PLAUSIBLE_MISFIT = 0.5, 0.22  # as in a drawing


def find_eyes(network: LandmarkNet, image: Image.Image) -> Alignment:
    """Where the eyes are in a photo of any size: by the network in the largest face of OpenCV's cascades, else by the
    network in the whole picture, else where eyes usually are in such a box, else not at all."""
    page, scale = working_copy(to_gray(image))
    box = _face_box(page)
    if box is not None:
        face = _look_closer(network, page, box)
        if face.confidence >= _CONFIDENT and face.misfit <= _PLAUSIBLE_MISFIT:
            return Alignment(to_eyes(face.points[:2], scale), "landmarks", face.confidence)
    return align(network, image)


def place(image: Image.Image, eyes: Eyes) -> Image.Image:
    """(512, 512) RGB with the eyes where a likeness has them; what lies outside the photo is mirrored."""
    colours = np.asarray(image.convert("RGB"))
    matrix = similarity(np.array(eyes, np.float32), (EYES * SIDE).astype(np.float32))
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if scale < 1.0:  # shrink by area first, or fine lines alias
        height, width = colours.shape[:2]
        small = max(1, round(width * scale)), max(1, round(height * scale))
        colours = np.asarray(cv2.resize(colours, small, interpolation=cv2.INTER_AREA), np.uint8)
        matrix = np.column_stack([matrix[:, 0] * width / small[0], matrix[:, 1] * height / small[1], matrix[:, 2]])
    flags = cv2.INTER_CUBIC if scale > 1.0 else cv2.INTER_LINEAR
    placed = cv2.warpAffine(colours, matrix, (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REFLECT)
    return Image.fromarray(np.asarray(placed, np.uint8))


def _look_closer(network: LandmarkNet, page: Gray, box: Box) -> FoundFace:
    """The face in a square around the box, whose points are those of the page."""
    x, y, width, height = box
    half = max(8, round(_AROUND * max(width, height)))
    left, top = round(x + width / 2) - half, round(y + height / 2) - half
    padded = cv2.copyMakeBorder(page, half, half, half, half, cv2.BORDER_REPLICATE)
    part = np.asarray(padded[top + half : top + 3 * half, left + half : left + 3 * half], np.uint8)
    face = find_face(network, normalise_ink(part))
    return FoundFace(face.points + np.array([left, top], np.float32), face.confidence, face.misfit)


def _face_box(page: Gray) -> Box | None:
    """The largest face of the first cascade that finds any."""
    least = max(1, round(min(page.shape) * _SMALLEST_FACE))
    for name in _CASCADES:
        boxes = _cascade(name).detectMultiScale(page, 1.1, 4, minSize=(least, least))
        if len(boxes):
            x, y, width, height = (int(number) for number in max(boxes, key=lambda box: int(box[2])))
            return x, y, width, height
    return None


@functools.cache
def _cascade(name: str) -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(haarcascades + name)
