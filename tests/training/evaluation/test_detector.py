"""The detector's looks, by OpenCV's own YuNet code over a network that takes dark squares for faces."""

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.dataset import Images
from training.evaluation.detector import Detector, was_found

_STRIDES = (8, 16, 32)


class DarkSquares(nn.Module):
    """Answers as YuNet does: on each of three grids class, objectness, box and five points of every cell. A cell of the
    finest grid is a face as far as it is dark, its points lie at the cell's corner."""

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        dark = 1 - F.avg_pool2d(picture, 8).mean(1, keepdim=True) / 255
        scores = [(dark if k == 0 else 0 * F.max_pool2d(dark, 2**k)).reshape(1, -1, 1) for k in range(3)]
        boxes = [torch.cat([0 * score] * 4, -1) for score in scores]
        points = [torch.cat([0 * score] * 10, -1) for score in scores]
        return (*scores, *scores, *boxes, *points)


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    target = tmp_path_factory.mktemp("detector") / "dark.onnx"
    names = [f"{kind}_{stride}" for kind in ("cls", "obj", "bbox", "kps") for stride in _STRIDES]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's deprecation of this exporter: its successor needs another package
        torch.onnx.export(
            DarkSquares(), (torch.zeros(1, 3, 256, 256),), str(target), input_names=["input"], output_names=names,
            dynamo=False,
        )  # fmt: skip
    return Detector(Path(target))


def page(*squares: tuple[int, int]) -> Images:
    picture = np.full((256, 256, 3), 255, np.uint8)
    for x, y in squares:
        picture[y : y + 8, x : x + 8] = 0
    return picture


def test_points_lie_in_the_picture_as_it_is_and_favour_no_side(detector: Detector) -> None:
    points = detector.points(np.stack([page((80, 96)), page()]))
    assert was_found(points).tolist() == [True, False]
    # The square's corner in the straight look is its other corner in the mirrored one: the mean is its middle.
    assert points[0, :, 0].tolist() == pytest.approx([83.5] * 5)
    assert points[0, :, 1].tolist() == pytest.approx([96] * 5)


def test_a_mirrored_picture_has_mirrored_points(detector: Detector) -> None:
    picture = page((40, 200))
    points, mirrored = detector.points(np.stack([picture, picture[:, ::-1]]))
    assert mirrored[:, 0].tolist() == pytest.approx((255 - points[:, 0]).tolist())
    assert mirrored[:, 1].tolist() == pytest.approx(points[:, 1].tolist())


def test_points_of_the_enlarged_picture_are_in_pixels_of_the_small_one(detector: Detector) -> None:
    points = detector.enlarged_points(page((80, 96))[None])
    assert points[0, :, 0].tolist() == pytest.approx([83.5] * 5)
    assert points[0, :, 1].tolist() == pytest.approx([96.75] * 5)  # at 512, half the looks find the cell 4 px below
