"""Finding the face in a drawing."""

from typing import get_args

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from imaging.sketcher import Style
from inference.landmarks import find_face, misfit, view_of
from inference.networks.landmarknet import SIDE, LandmarkNet
from inference.pipeline import Pipeline
from inference.template import FIVE_POINTS
from tests.inference.drawings import drawn
from tests.inference.papers import lit, side_shadow

PLACES = [(1.0, 0.0, (0.0, 0.0)), (0.7, 10.0, (0.05, -0.05)), (0.6, -14.0, (-0.1, 0.08))]


def error(pipeline: Pipeline, image: Image.Image, eyes: tuple[tuple[float, float], tuple[float, float]]) -> float:
    """Distance of the worse eye in eye distances; infinite where the network found none."""
    found = pipeline.align(image)
    if found.method != "landmarks" or found.eyes is None:
        return float("inf")
    distance = np.hypot(*np.subtract(eyes[1], eyes[0]))
    return float(np.linalg.norm(np.subtract(found.eyes, eyes), axis=1).max() / distance)


@pytest.mark.parametrize("style", get_args(Style))
@pytest.mark.parametrize("scale,angle,shift", PLACES)
def test_the_shipped_finder_finds_the_eyes_of_drawn_sketches(
    scale: float, angle: float, shift: tuple[float, float], style: Style, shipped: Pipeline
) -> None:
    for seed in (1, 2):
        sketch = drawn(seed, 256, style, scale, angle, shift)
        assert error(shipped, sketch.image, sketch.eyes) < 0.12


def test_it_finds_them_on_yellow_paper_with_a_shadow(shipped: Pipeline) -> None:
    sketch = drawn(2, 256, "pencil", 0.7, 10.0, (0.05, -0.05))
    assert error(shipped, lit(sketch.image, side_shadow(256), (0.96, 0.9, 0.72)), sketch.eyes) < 0.12


@pytest.mark.parametrize("factor", [0.4, 3.0, 9.0])
def test_the_size_of_the_picture_hardly_matters(factor: float, shipped: Pipeline) -> None:
    sketch = drawn(1)
    side = round(256 * factor)
    (x1, y1), (x2, y2) = sketch.eyes
    eyes = ((x1 * factor, y1 * factor), (x2 * factor, y2 * factor))
    assert error(shipped, sketch.image.resize((side, side), Image.Resampling.LANCZOS), eyes) < 0.12


def test_the_viewers_left_eye_comes_first(shipped: Pipeline) -> None:
    found = shipped.align(drawn(1).image)
    assert found.eyes is not None
    assert found.eyes[0][0] < found.eyes[1][0]
    assert 0.5 <= found.confidence <= 1.0
    assert found.note == "The face was found."


def test_paper_and_lines_are_no_face(shipped: Pipeline) -> None:
    page = Image.new("RGB", (400, 300), "white")
    assert shipped.align(page).method == "centred"
    pen = ImageDraw.Draw(page)
    for y in range(40, 260, 22):
        pen.line((40, y, 360, y), fill="black", width=2)
    assert shipped.align(page).method == "centred"


def test_the_network_gives_five_points_and_a_score_a_picture() -> None:
    torch.manual_seed(0)
    network = LandmarkNet(width=4).eval()
    with torch.inference_mode():
        points, logits = network(torch.rand(3, 1, SIDE, SIDE))
    assert points.shape == (3, 5, 2)
    assert logits.shape == (3,)
    assert float(points.abs().max()) <= 1.25


def test_soft_argmax_reads_a_peak_where_it_is() -> None:
    """Heat in one place only must come out as that place, in the picture's coordinates."""
    network = LandmarkNet(width=2).eval()
    heat = torch.full((1, 5, 32, 32), -50.0)
    for k, (row, column) in enumerate([(0, 0), (31, 31), (0, 31), (16, 16), (10, 20)]):
        heat[0, k, row, column] = 50.0
    network.up0.register_forward_hook(lambda _layers, _inputs, _output: heat)
    points, _ = network(torch.zeros(1, 1, SIDE, SIDE))
    axis = np.linspace(-1.25, 1.25, 32)
    expected = [
        (axis[0], axis[0]),
        (axis[31], axis[31]),
        (axis[31], axis[0]),
        (axis[16], axis[16]),
        (axis[20], axis[10]),
    ]
    assert points[0].detach().numpy() == pytest.approx(np.array(expected), abs=1e-5)


def test_a_mirrored_drawing_has_mirrored_points(shipped: Pipeline) -> None:
    """Every look is averaged with its mirror image, so the finder has no better side."""
    gray = np.asarray(drawn(3).image.convert("L"))
    found = find_face(shipped.landmarks, gray).points
    mirrored = find_face(shipped.landmarks, np.ascontiguousarray(gray[:, ::-1])).points
    back = (mirrored * (-1, 1) + (255, 0))[[1, 0, 2, 4, 3]]
    assert np.abs(back - found).max() < 0.5


def test_misfit_measures_how_far_points_are_from_a_face() -> None:
    face = (FIVE_POINTS * 400).astype(np.float32)
    turn = np.array([[0.9, -0.3], [0.3, 0.9]], np.float32)
    assert misfit(face) == pytest.approx(0.0, abs=1e-5)
    assert misfit(face @ turn + 30) == pytest.approx(0.0, abs=1e-5)
    askew = face.copy()
    askew[2] += (0.0, 0.6 * 400 * 126 / 512)  # the nose on the chin
    assert misfit(askew) > 0.2
    assert misfit(np.zeros((5, 2), np.float32)) == float("inf")


def test_a_view_shows_ink_and_bare_paper_beyond_the_picture() -> None:
    page = np.full((100, 100), 255, np.uint8)
    page[40:60, 40:60] = 0
    view = view_of(page, np.array([[1.0, 0, 14], [0, 1.0, 14]]))
    assert view.shape == (SIDE, SIDE)
    assert view[64, 64] == 1.0
    assert view[:10].max() == 0.0
