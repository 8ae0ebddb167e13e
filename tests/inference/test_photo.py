"""Photos: the eyes found, placed like a likeness, compared with one.

What is photo-like here is a likeness: nothing in this repository is a photograph of anybody.
"""

import io

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage.metrics import structural_similarity

from app.settings import ROOT
from inference import photo
from inference.options import RenderOptions
from inference.pipeline import Pipeline
from inference.similarity import ssim
from inference.template import EYES

EYES_THERE = EYES.astype(np.float64) * 512


@pytest.fixture(scope="module")
def face(shipped: Pipeline) -> Image.Image:
    """512 px, with its eyes on the template."""
    sketch = Image.open(ROOT / "static" / "samples" / "short-hair.png").convert("RGB")
    made = shipped.render(sketch, RenderOptions())
    return Image.open(io.BytesIO(made.png)).convert("RGB")


def page(face: Image.Image, scale: float, degrees: float, busy: bool) -> tuple[Image.Image, np.ndarray]:
    """The face somewhere on a page of 900 x 1100, and where its eyes are."""
    a = scale * np.exp(1j * np.deg2rad(degrees))
    b = complex(480, 560) - a * 256 * (1 + 1j)
    matrix = np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])
    chance = np.random.default_rng(3)
    ground = np.full((1100, 900, 3), 190, np.uint8)
    if busy:
        ground = np.asarray(cv2.resize(chance.integers(0, 255, (22, 18, 3), dtype=np.uint8), (900, 1100)), np.uint8)
        for _ in range(25):
            x1, y1, x2, y2 = (int(number) for number in chance.integers(0, 900, 4))
            cv2.line(ground, (x1, y1), (x2, y2), tuple(map(int, chance.integers(0, 255, 3))), 4)
    inside = cv2.warpAffine(np.full((512, 512), 255, np.uint8), matrix, (900, 1100)) > 127
    ground[inside] = cv2.warpAffine(np.asarray(face), matrix, (900, 1100))[inside]
    return Image.fromarray(ground), EYES_THERE @ matrix[:, :2].T + matrix[:, 2]


@pytest.mark.parametrize("scale, degrees, busy", [(1.0, 0, False), (0.6, 10, False), (0.5, -8, True)])
def test_eyes_are_found_on_plain_and_busy_pages(
    shipped: Pipeline, face: Image.Image, scale: float, degrees: float, busy: bool
) -> None:
    picture, eyes = page(face, scale, degrees, busy)
    found = shipped.find_eyes(picture)
    assert found.method == "landmarks"
    assert found.eyes is not None
    off = np.linalg.norm(np.array(found.eyes) - eyes, axis=1).max()
    assert off < 0.12 * np.linalg.norm(eyes[1] - eyes[0])


def test_no_face_is_said(shipped: Pipeline) -> None:
    found = shipped.find_eyes(Image.new("RGB", (300, 400), "white"))
    assert (found.eyes, found.method) == (None, "centred")
    assert "Place the eyes" in photo.NOTES[found.method]


def test_a_turned_photo_is_placed_like_the_likeness(face: Image.Image) -> None:
    picture, eyes = page(face, 1.3, 12, busy=False)
    placed = photo.place(picture, (tuple(eyes[0]), tuple(eyes[1])))
    assert placed.size == (512, 512)
    middle = (128, 128, 384, 384)
    apart = np.abs(np.asarray(placed.crop(middle), float) - np.asarray(face.crop(middle), float))
    assert apart.mean() < 6
    assert ssim(placed.crop(middle), face.crop(middle)) > 0.9
    small = photo.place(picture.resize((450, 550)), (tuple(eyes[0] / 2), tuple(eyes[1] / 2)))
    assert ssim(small.crop(middle), face.crop(middle)) > 0.7


def test_ssim_is_scikit_images(face: Image.Image) -> None:
    chance = np.random.default_rng(0)
    noisy = np.clip(np.asarray(face, float) + chance.normal(0, 25, (512, 512, 3)), 0, 255).astype(np.uint8)
    pictures = [np.asarray(face), noisy, np.asarray(face)[:, ::-1]]
    small = [cv2.resize(one, (256, 256), interpolation=cv2.INTER_AREA) for one in pictures]
    grey = [cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in small]
    for other, its_grey in zip(pictures[1:], grey[1:], strict=True):
        expected = structural_similarity(grey[0], its_grey, data_range=255)  # type: ignore[no-untyped-call]
        assert ssim(face, Image.fromarray(other)) == pytest.approx(expected, abs=1e-9)
    assert ssim(face, face) == 1
