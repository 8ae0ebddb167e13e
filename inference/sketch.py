"""From any picture of a drawing to what the generators expect: the face found, aligned by the eyes, ink on
white paper, 256 x 256."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
from cv2.data import haarcascades
from PIL import Image

from inference.errors import BadControl
from inference.landmarks import find_face
from inference.networks.landmarknet import LandmarkNet
from inference.paper import even_tone, normalise_ink
from inference.template import EYES, Points, similarity

Gray = npt.NDArray[np.uint8]
Point = tuple[float, float]
Eyes = tuple[Point, Point]
Box = tuple[float, float, float, float]  # x, y, width, height in pixels
Method = Literal["given", "landmarks", "cascade", "centred", "off"]

SIDE = 256
_WORKING_SIDE = 1024  # px of the longer side that faces are looked for in
_PAGE_SIDE = 2048  # px around the face, at the template's scale, that the paper is fitted on
_CONFIDENT = 0.5
_PLAUSIBLE_MISFIT = 0.22  # eye distances; the widest of the training faces reach 0.2
_WEAK_CONFIDENCE = 0.2

NOTES: dict[Method, str] = {
    "given": "Aligned by the eyes that were given.",
    "landmarks": "The face was found.",
    "cascade": "The face was found roughly. Check the eyes and move them if needed.",
    "centred": "No face was found. The drawing was centred; set the eyes to align it.",
    "off": "Used as it is, without alignment.",
}


@dataclass(frozen=True)
class Alignment:
    """`eyes` in pixels of the picture, the viewer's left one first; None where none were found or asked for."""

    eyes: Eyes | None
    method: Method
    confidence: float

    @property
    def note(self) -> str:
        return NOTES[self.method]


def to_gray(image: Image.Image) -> Gray:
    """(H, W) brightness of a picture."""
    colours = np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
    return np.asarray(cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY))


def given(eyes: Eyes, image: Image.Image) -> Alignment:
    """An alignment by eyes that a person set. Raises BadControl for eyes that are not on the picture."""
    if not all(0 <= x <= image.width and 0 <= y <= image.height for x, y in eyes):
        raise BadControl(
            "The eyes must lie on the picture, which has %(width)s x %(height)s pixels.",
            width=image.width,
            height=image.height,
        )
    return Alignment(eyes, "given", 1.0)


def align(network: LandmarkNet, image: Image.Image) -> Alignment:
    """Finds the eyes: by the landmark network, else by OpenCV's cascade, else not at all."""
    page, scale = working_copy(to_gray(image))
    page = normalise_ink(page)
    face = find_face(network, page)
    if face.confidence >= _CONFIDENT and face.misfit <= _PLAUSIBLE_MISFIT:
        return Alignment(to_eyes(face.points[:2], scale), "landmarks", face.confidence)
    eyes = _cascade_eyes(page)
    if eyes is not None:
        return Alignment(to_eyes(eyes, scale), "cascade", _WEAK_CONFIDENCE)
    return Alignment(None, "centred", 0.0)


def prepare(image: Image.Image, alignment: Alignment) -> Gray:
    """(256, 256) brightness: the drawing on the template, white paper, ink of common strength and depth."""
    gray = to_gray(image)
    if alignment.eyes is not None:
        target = EYES * SIDE
        matrix = similarity(np.array(alignment.eyes, np.float32), target.astype(np.float32))
    elif alignment.method == "centred":
        matrix = _fit(_ink_box(gray))
    else:
        matrix = _fit((0, 0, gray.shape[1], gray.shape[0]))
    return even_tone(normalise_ink(_warp(gray, matrix)))


def _warp(gray: Gray, matrix: npt.NDArray[np.float64]) -> Gray:
    """Shrinks by area first, so that fine strokes do not alias, and normalises the page while it is whole."""
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if scale < 1.0:
        height, width = gray.shape
        size = max(1, round(width * scale)), max(1, round(height * scale))
        shrink = np.array([[size[0] / width, 0, 0], [0, size[1] / height, 0]])
        gray = np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA))
        inverse = cv2.invertAffineTransform(_pixel_centres(shrink))
        matrix = matrix @ np.vstack([inverse, [0, 0, 1]])
    gray, matrix = _surroundings(gray, matrix)
    page = normalise_ink(gray)
    flags = cv2.INTER_CUBIC if scale > 1.0 else cv2.INTER_LINEAR
    return np.asarray(cv2.warpAffine(page, matrix, (SIDE, SIDE), flags=flags, borderValue=255))


def _surroundings(gray: Gray, matrix: npt.NDArray[np.float64]) -> tuple[Gray, npt.NDArray[np.float64]]:
    """Of a page far larger than the face, the part around it: what lies further off would only cost time."""
    if max(gray.shape) <= _PAGE_SIDE:
        return gray, matrix
    middle = cv2.invertAffineTransform(matrix) @ (SIDE / 2, SIDE / 2, 1.0)
    x, y = (
        int(np.clip(round(at - _PAGE_SIDE / 2), 0, max(0, length - _PAGE_SIDE)))
        for at, length in zip(middle, gray.shape[::-1], strict=True)
    )
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ (x, y)
    return gray[y : y + _PAGE_SIDE, x : x + _PAGE_SIDE], moved


def _pixel_centres(matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A scaling of areas, as resize does it, in coordinates of pixel centres, as warpAffine counts."""
    moved = matrix.copy()
    moved[:, 2] += 0.5 * (matrix[0, 0] - 1), 0.5 * (matrix[1, 1] - 1)
    return moved


def working_copy(gray: Gray) -> tuple[Gray, float]:
    """The picture at the size that faces are looked for in, and original pixels per pixel of it."""
    longer = max(gray.shape)
    if longer <= _WORKING_SIDE:
        return gray, 1.0
    scale = longer / _WORKING_SIDE
    size = max(1, round(gray.shape[1] / scale)), max(1, round(gray.shape[0] / scale))
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA)), scale


def to_eyes(points: Points, scale: float) -> Eyes:
    (x1, y1), (x2, y2) = ((points.astype(np.float64) + 0.5) * scale - 0.5).round(2).tolist()
    return (x1, y1), (x2, y2)


def _cascade_eyes(page: Gray) -> Points | None:
    """Eyes at their usual place in the largest box of OpenCV's frontal face cascade."""
    cascade = cv2.CascadeClassifier(haarcascades + "haarcascade_frontalface_default.xml")
    side = min(page.shape)
    boxes = cascade.detectMultiScale(page, 1.1, 4, minSize=(side // 5, side // 5))
    if len(boxes) == 0:
        return None
    x, y, width, height = max(boxes, key=lambda box: int(box[2]))
    return np.array([(x + 0.3 * width, y + 0.39 * height), (x + 0.7 * width, y + 0.39 * height)], np.float32)


def _ink_box(gray: Gray) -> Box:
    """What is drawn; the whole picture where nothing is."""
    page, scale = working_copy(gray)
    ink = (normalise_ink(page) < 200).astype(np.uint8)
    drawn = np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)), np.uint8)
    x, y, width, height = (scale * side for side in cv2.boundingRect(drawn))
    return (x, y, width, height) if width and height else (0, 0, gray.shape[1], gray.shape[0])


def _fit(box: Box) -> npt.NDArray[np.float64]:
    """The largest upright placing of the box in the square, centred."""
    x, y, width, height = box
    scale = SIDE / max(width, height)
    middle = x + (width - 1) / 2, y + (height - 1) / 2
    return np.array([[scale, 0, (SIDE - 1) / 2 - scale * middle[0]], [0, scale, (SIDE - 1) / 2 - scale * middle[1]]])
