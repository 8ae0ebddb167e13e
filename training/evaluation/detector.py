"""YuNet: is there a face, and where are its five points? It also finds faces in drawings."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from training.dataset import Images

Points = npt.NDArray[np.float64]
_SURE = 0.8


class Detector:
    """`cv2.FaceDetectorYN`; of several faces the surest counts."""

    def __init__(self, onnx: Path) -> None:
        self._finder = cv2.FaceDetectorYN.create(str(onnx), "", (256, 256), score_threshold=_SURE)

    def points(self, pictures: Images) -> Points:
        """(N, H, W, 3) RGB -> (N, 5, 2) in pixels: the viewer's left eye, right eye, nose, left and right mouth corner.
        Not-a-number where no face was found."""
        found = np.full((len(pictures), 5, 2), np.nan)
        for k, picture in enumerate(pictures):
            self._finder.setInputSize((picture.shape[1], picture.shape[0]))
            faces = self._finder.detect(np.ascontiguousarray(picture[:, :, ::-1]))[1]
            if faces is not None:
                found[k] = faces[np.argmax(faces[:, -1]), 4:14].reshape(5, 2)
        return found


def was_found(points: Points) -> npt.NDArray[np.bool_]:
    """(N, 5, 2) -> (N,)."""
    return np.asarray(np.isfinite(points).all((1, 2)))


def apart(a: Points, b: Points) -> Points:
    """(N, 5) distances in pixels, not-a-number where one of the faces was not found."""
    return np.asarray(np.linalg.norm(a - b, axis=2))
