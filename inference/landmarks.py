"""Finding the face in a drawing: coarse to fine with one network."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import torch

from inference.networks.landmarknet import SIDE, LandmarkNet
from inference.template import FIVE_POINTS, Points, similarity

Gray = npt.NDArray[np.uint8]

# In the refining passes the face fills this share of the network's picture beside the aligned template.
REFINED_ZOOM = 0.85
_PASSES = 3
_SMALLEST = 4.0  # px between the eyes


@dataclass(frozen=True)
class FoundFace:
    """`points` (5, 2) in pixels of the picture; `confidence` 0 to 1; `misfit` against the template in eye distances."""

    points: Points
    confidence: float
    misfit: float


@torch.inference_mode()
def find_face(network: LandmarkNet, gray: Gray) -> FoundFace:
    """The most likely five points in (H, W) ink-normalised brightness, white paper; it is for the caller to
    refuse a low confidence or a great misfit."""
    to_view = _whole_picture(gray.shape)
    points, logit = _look(network, gray, to_view)
    logits = [logit]
    for _ in range(_PASSES - 1):
        if np.ptp(points, axis=0).max() < _SMALLEST:
            break  # all points in one place: there is nothing to look closer at
        to_view = similarity(points, _refined_target())
        points, logit = _look(network, gray, to_view)
        logits.append(logit)
    confidence = float(torch.tensor(min(logits)).sigmoid())
    return FoundFace(points, confidence, misfit(points))


def misfit(points: Points) -> float:
    """Root mean square distance to the best-placed template, in eye distances: 0 for a perfect frontal face, infinite
    for one too small to be seen."""
    eye_distance = float(np.linalg.norm(points[1] - points[0]))
    if eye_distance < _SMALLEST:
        return float("inf")
    matrix = similarity(FIVE_POINTS, points)
    placed = FIVE_POINTS @ matrix[:, :2].T + matrix[:, 2]
    return float(np.sqrt(((placed - points) ** 2).sum(1).mean())) / eye_distance


def view_of(gray: Gray, to_view: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """(128, 128) ink from 0 to 1 through a 2 x 3 similarity into view pixels; beyond the picture is bare paper."""
    scale = float(np.hypot(to_view[0, 0], to_view[1, 0]))
    if scale < 0.7:  # shrink without aliasing, or thin strokes come and go
        gray = np.asarray(cv2.GaussianBlur(gray, (0, 0), 0.45 / scale))
    warped = cv2.warpAffine(gray, to_view, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderValue=255)
    return np.asarray(1.0 - warped.astype(np.float32) / 255)


def _look(network: LandmarkNet, gray: Gray, to_view: npt.NDArray[np.float64]) -> tuple[Points, float]:
    """One pass, averaged with its mirror image; points in pixels of the picture."""
    view = view_of(gray, to_view)
    found, logit = network(torch.from_numpy(np.stack([view, view[:, ::-1]])).unsqueeze(1))
    straight, mirrored = found.numpy().astype(np.float64)
    mirrored = mirrored[[1, 0, 2, 4, 3]] * (-1, 1)
    pixels = ((straight + mirrored) / 2 + 1) * SIDE / 2 - 0.5
    inverse = cv2.invertAffineTransform(to_view)
    points = pixels @ inverse[:, :2].T + inverse[:, 2]
    return points.astype(np.float32), float(logit.mean())


def _whole_picture(shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    height, width = shape[:2]
    scale = SIDE / max(height, width)
    return np.array([[scale, 0, (SIDE - scale * width) / 2], [0, scale, (SIDE - scale * height) / 2]])


def _refined_target() -> Points:
    return ((FIVE_POINTS - 0.5) * REFINED_ZOOM + 0.5) * SIDE
