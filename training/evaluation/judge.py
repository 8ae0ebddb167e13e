"""The judge: a face embedding that is used for figures only, never as a loss."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from inference.template import FIVE_POINTS, similarity
from training.crops import RECOGNISER_POINTS
from training.data import Images

Embeddings = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

_SIDE, _NUMBERS = 112, 128
_MEAN, _STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


class Judge:
    """MobileFaceNet through OpenCV; input and protocol as its data set's notes give them."""

    def __init__(self, onnx: Path) -> None:
        """Raises FileNotFoundError."""
        if not onnx.exists():
            raise FileNotFoundError(f"There is no judge at {onnx}. Put judge.onnx there, or name its folder by --nets.")
        self.network = cv2.dnn.readNetFromONNX(str(onnx))

    def embed(self, faces: Images) -> Embeddings:
        """(N, S, S, 3) aligned RGB -> (N, 128) unit vectors. One at a time: this net takes no batches."""
        rows = [self._embed_one(face) for face in faces]
        return np.array(rows, np.float32).reshape(len(rows), _NUMBERS)

    def _embed_one(self, face: Images) -> Embeddings:
        matrix = similarity(FIVE_POINTS * face.shape[0], RECOGNISER_POINTS)
        crop = cv2.warpAffine(face, matrix, (_SIDE, _SIDE), flags=cv2.INTER_AREA)
        blob = ((crop / 255.0 - _MEAN) / _STD).astype(np.float32).transpose(2, 0, 1)[None]
        self.network.setInput(blob)
        row = self.network.forward().ravel()
        return np.asarray(row / np.linalg.norm(row))


def cosines(faces: Embeddings, photos: Embeddings) -> npt.NDArray[np.float32]:
    """(N,) cosine of each face with the photo of the same row."""
    return np.asarray((faces * photos).sum(1))


def hits_by_person(faces: Embeddings, photos: Embeddings, people: list[str], rank: int = 1) -> npt.NDArray[np.bool_]:
    """(N,) whether a photo of the same person is among the `rank` photos, of all given, nearest to the face."""
    names = np.array(people)
    nearest = np.argsort(-(faces @ photos.T), axis=1, kind="stable")[:, :rank]
    return np.asarray((names[nearest] == names[:, None]).any(1))
