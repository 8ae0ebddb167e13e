"""A face recogniser that the operator imported: how alike two faces are to it, as a cosine.

None is shipped: those that are free to use are few, and which one an agency may use is for it to settle.
"""

from collections.abc import Mapping
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from inference.errors import WeightsError
from inference.template import FIVE_POINTS, Points, similarity
from inference.weights import Checkpoint

SIDE: Final = 112
# The template's five points in the 112 x 112 px crop that face recognisers are trained on (ArcFace, Deng et al. 2019).
POINTS: Final[Points] = np.array([(38.3, 51.7), (73.5, 51.5), (56.0, 71.7), (41.5, 92.4), (70.7, 92.2)], np.float32)
INPUTS: Final[dict[str, dict[str, list[float]]]] = {
    "arcface": {"mean": [127.5] * 3, "scale": [127.5] * 3},
    "imagenet": {"mean": [123.675, 116.28, 103.53], "scale": [58.395, 57.12, 57.375]},
    "unit": {"mean": [0.0] * 3, "scale": [255.0] * 3},
}
"""How the numbers of a picture, 0 to 255, become a recogniser's: less the mean, over the scale, by channel R, G, B."""

Vector = npt.NDArray[np.float32]


class Matcher:
    """An ONNX network, 1 x 3 x 112 x 112 in, one embedding out, run by OpenCV on the CPU."""

    def __init__(self, onnx: bytes, architecture: Mapping[str, Any]) -> None:
        """Raises WeightsError for bytes that OpenCV cannot read as a network."""
        try:
            self._network = cv2.dnn.readNetFromONNX(np.frombuffer(onnx, np.uint8))
        except cv2.error as error:
            raise WeightsError(
                "It is not an ONNX network that OpenCV can read. Export it anew, with opset 11 to 17."
            ) from error
        self._mean = np.array(architecture["mean"], np.float32)
        self._scale = np.array(architecture["scale"], np.float32)
        self._bgr = bool(architecture.get("bgr", False))

    @classmethod
    def load(cls, checkpoint: Checkpoint) -> "Matcher":
        """The one of the manifest, its sha256 checked. Raises WeightsError."""
        return cls(checkpoint.verify(), checkpoint.architecture)

    def cosine(self, one: Image.Image, other: Image.Image) -> float:
        """Of the embeddings of two aligned faces, -1 to 1."""
        return float(np.clip(self.embed(one) @ self.embed(other), -1, 1))

    def embed(self, face: Image.Image) -> Vector:
        """A unit vector for an aligned square face. Raises WeightsError for a network that gives none."""
        colours = np.asarray(face.convert("RGB"))
        matrix = similarity(FIVE_POINTS * colours.shape[0], POINTS)
        crop = cv2.warpAffine(colours, matrix, (SIDE, SIDE), flags=cv2.INTER_AREA)
        numbers = (crop.astype(np.float32) - self._mean) / self._scale
        return self.run(numbers[:, :, ::-1] if self._bgr else numbers)

    def run(self, numbers: npt.NDArray[np.float32]) -> Vector:
        """(112, 112, 3) -> a unit vector. Raises WeightsError."""
        try:
            self._network.setInput(np.ascontiguousarray(numbers.transpose(2, 0, 1)[None]))
            vector = np.asarray(self._network.forward(), np.float32).ravel()
        except cv2.error as error:
            raise WeightsError("It does not take one picture of 3 x 112 x 112.") from error
        length = float(np.linalg.norm(vector))
        if not np.isfinite(length) or length < 1e-6:
            raise WeightsError("It gives no usable embedding of a face.")
        return vector / length
