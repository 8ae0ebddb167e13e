"""YuNet: is there a face, and where are its five points? It also finds faces in drawings."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from training.dataset import Images

Points = npt.NDArray[np.float64]
_SURE = 0.8
_SWAPPED = [1, 0, 2, 4, 3]  # left and right of a mirrored face
_SHIFTS = ((0, 0), (4, 4))  # px: half of the finest grid that the detector answers on


class Detector:
    """`cv2.FaceDetectorYN`; of several faces the surest counts."""

    def __init__(self, onnx: Path) -> None:
        self._finder = cv2.FaceDetectorYN.create(str(onnx), "", (256, 256), score_threshold=_SURE)

    def points(self, pictures: Images) -> Points:
        """(N, H, W, 3) RGB -> (N, 5, 2) in pixels: the viewer's left eye, right eye, nose, left and right mouth corner.
        Not-a-number where no face was found in the picture as it is.

        The mean of four looks, shifted and mirrored: one look alone favours one side and its own grid.
        """
        return np.array([self._points_of(picture) for picture in pictures], np.float64).reshape(-1, 5, 2)

    def enlarged_points(self, pictures: Images) -> Points:
        """The same points of the pictures enlarged twice: slower and finer."""
        size = (2 * pictures.shape[2], 2 * pictures.shape[1])
        large = (cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC) for picture in pictures)
        found = np.array([self._points_of(np.asarray(picture, np.uint8)) for picture in large]).reshape(-1, 5, 2)
        return np.asarray((found + 0.5) / 2 - 0.5)

    def _points_of(self, picture: Images) -> Points:
        looks = [self._look(picture, *shift, mirror=mirror) for shift in _SHIFTS for mirror in (False, True)]
        return looks[0] if np.isnan(looks[0]).any() else np.asarray(np.nanmean(looks, axis=0))

    def _look(self, picture: Images, right: int, down: int, mirror: bool) -> Points:
        height, width = picture.shape[:2]
        view = cv2.copyMakeBorder(picture, down, 0, right, 0, cv2.BORDER_REPLICATE)[:height, :width, ::-1]
        view = np.ascontiguousarray(view[:, ::-1] if mirror else view)
        self._finder.setInputSize((width, height))
        faces: Any = self._finder.detect(view)[1]  # None where there is no face
        if faces is None:
            return np.full((5, 2), np.nan)
        points = np.asarray(faces[np.argmax(faces[:, -1]), 4:14].reshape(5, 2), np.float64)
        if mirror:
            points = (points * (-1, 1) + (width - 1, 0))[_SWAPPED]
        return np.asarray(points - (right, down))


def was_found(points: Points) -> npt.NDArray[np.bool_]:
    """(N, 5, 2) -> (N,)."""
    return np.asarray(np.isfinite(points).all((1, 2)))


def apart(a: Points, b: Points) -> Points:
    """(N, K) distances in pixels of (N, K, 2), not-a-number where one of the faces was not found."""
    return np.asarray(np.linalg.norm(a - b, axis=2))
