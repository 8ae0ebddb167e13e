"""The similarity that brings five points, or two eyes, onto the template."""

import cv2
import numpy as np
import pytest

from inference.template import EYES, FIVE_POINTS, Points, similarity


def matrix_of(
    angle: float, scale: float, shift: tuple[float, float]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Clockwise on the screen, as y goes down."""
    turn = np.radians(angle)
    linear = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return np.hstack([linear, np.array(shift)[:, None]])


def moved(points: Points, matrix: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Points:
    return (points @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)


@pytest.mark.parametrize("angle", [0.0, 30.0, -75.0, 180.0])
@pytest.mark.parametrize("scale", [0.1, 1.0, 8.0])
def test_known_movements_are_found(angle: float, scale: float) -> None:
    points = FIVE_POINTS * 256
    true = matrix_of(angle, scale, (40.0, -7.0))
    assert similarity(points, moved(points, true)) == pytest.approx(true, abs=2e-4 * max(1.0, scale))


def test_two_eyes_are_enough() -> None:
    true = matrix_of(12.0, 3.0, (100.0, 50.0))
    eyes = EYES * 256
    assert similarity(eyes, moved(eyes, true)) == pytest.approx(true, abs=1e-3)


def test_inexact_points_are_placed_as_opencv_places_them() -> None:
    points = FIVE_POINTS * 256
    true = matrix_of(9.0, 0.8, (12.0, 30.0))
    noise = np.random.default_rng(4).normal(0, 1.5, points.shape).astype(np.float32)
    seen = moved(points, true) + noise
    # LMEDS with all points as inliers ends in the least-squares fit of all of them.
    expected, inliers = cv2.estimateAffinePartial2D(points, seen, method=cv2.RANSAC, ransacReprojThreshold=1e6)
    assert inliers.all()
    assert similarity(points, seen) == pytest.approx(np.asarray(expected), abs=1e-2)


def test_a_mirrored_face_is_not_mirrored_back() -> None:
    mirrored = FIVE_POINTS * (-1, 1)
    matrix = similarity(FIVE_POINTS, mirrored.astype(np.float32))
    assert np.linalg.det(matrix[:, :2]) > 0
