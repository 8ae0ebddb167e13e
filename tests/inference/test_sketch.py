"""From any picture of a drawing to 256 x 256 with the eyes where the generators expect them."""

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

from imaging.sketcher import draw_sketch
from inference import sketch
from inference.errors import BadControl
from inference.sketch import NOTES, Alignment, Eyes, prepare
from inference.template import EYES
from tests.inference.drawings import drawn
from tests.inference.folders import tiny_finder

TARGET = EYES.astype(np.float64) * 256
OFF = Alignment(None, "off", 0.0)


def dotted(size: tuple[int, int], eyes: Eyes) -> Image.Image:
    """A page with a dot at each eye, as wide as an iris."""
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float32)
    radius = float(np.hypot(eyes[1][0] - eyes[0][0], eyes[1][1] - eyes[0][1])) / 9
    ink = sum(np.clip(radius + 0.5 - np.hypot(x - eye[0], y - eye[1]), 0, 1) for eye in eyes)
    return Image.fromarray((250 - 230 * ink).astype(np.uint8))


def dots(page: sketch.Gray) -> npt.NDArray[np.float64]:
    """Middle of the ink in the left and in the right half, x and y."""
    ink = 255.0 - page
    y, x = np.mgrid[:256, :256].astype(np.float64)
    halves = [(ink * (x < 128)), (ink * (x >= 128))]
    return np.array([((x * half).sum() / half.sum(), (y * half).sum() / half.sum()) for half in halves])


@pytest.mark.parametrize("angle", [-40.0, 0.0, 17.0])
@pytest.mark.parametrize("side", [64, 256, 700, 4000])
def test_given_eyes_come_to_lie_on_the_template(side: int, angle: float) -> None:
    turn, reach = np.radians(angle), 0.11 * side
    middle = np.array([0.4 * side, 0.45 * side])
    step = reach * np.array([np.cos(turn), np.sin(turn)])
    (x1, y1), (x2, y2) = np.round(middle - step), np.round(middle + step)
    eyes = ((float(x1), float(y1)), (float(x2), float(y2)))
    prepared = prepare(dotted((side, round(1.2 * side)), eyes), sketch.given(eyes, Image.new("L", (side, side))))
    assert prepared.shape == (256, 256)
    assert np.abs(dots(prepared) - TARGET).max() < 0.4


@pytest.mark.parametrize("size,scale,angle,shift", [(320, 0.6, 14.0, (0.1, -0.08)), (900, 0.45, -12.0, (-0.12, 0.1))])
def test_a_turned_small_shifted_drawing_is_prepared_as_the_straight_one(
    size: int, scale: float, angle: float, shift: tuple[float, float]
) -> None:
    moved, straight = drawn(5, size, "pen", scale, angle, shift), drawn(5, 320, "pen")
    a = prepare(moved.image, Alignment(moved.eyes, "given", 1.0)).astype(np.float64)
    b = prepare(straight.image, Alignment(straight.eyes, "given", 1.0)).astype(np.float64)
    unaligned = prepare(moved.image, OFF).astype(np.float64)
    features = np.s_[60:220, 50:206]  # strokes further out may lie beyond the sheet
    assert np.corrcoef(a[features].ravel(), b[features].ravel())[0, 1] > 0.85
    assert np.corrcoef(unaligned[features].ravel(), b[features].ravel())[0, 1] < 0.5


def test_off_at_256_moves_nothing() -> None:
    page = Image.new("L", (256, 256), 255)
    pen = ImageDraw.Draw(page)
    for k in range(8, 250, 16):
        pen.point((k, 255 - k), fill=0)
        pen.line((k, 3, k, 5), fill=0)
    prepared = prepare(page, OFF)
    assert ((prepared < 128) == (np.asarray(page) < 128)).all()


@pytest.mark.parametrize("size", [(64, 64), (100, 400), (400, 100), (2000, 1000)])
def test_off_fits_the_whole_picture_and_stretches_nothing(size: tuple[int, int]) -> None:
    page = Image.new("L", size, 255)
    width, height = size
    ImageDraw.Draw(page).rectangle((0, 0, width - 1, height - 1), outline=0, width=max(1, max(size) // 40))
    rows, columns = np.nonzero(prepare(page, OFF) < 128)
    longer = max(size)
    assert np.ptp(columns) + 1 == pytest.approx(256 * width / longer, abs=2)
    assert np.ptp(rows) + 1 == pytest.approx(256 * height / longer, abs=2)
    assert columns.mean() == pytest.approx(127.5, abs=1)


def test_a_drawing_without_a_face_is_centred_and_says_so() -> None:
    page = Image.new("RGB", (900, 700), "white")
    ImageDraw.Draw(page).rectangle((600, 50, 800, 250), outline="black", width=6)
    alignment = sketch.align(tiny_finder(), page)
    assert (alignment.eyes, alignment.method, alignment.confidence) == (None, "centred", 0.0)
    assert alignment.note == NOTES["centred"]
    assert "No face was found" in alignment.note
    rows, columns = np.nonzero(prepare(page, alignment) < 128)
    assert (columns.min(), columns.max()) == pytest.approx((0, 255), abs=3)
    assert (rows.min(), rows.max()) == pytest.approx((0, 255), abs=3)


def test_blank_paper_is_centred_too() -> None:
    page = Image.new("RGB", (300, 200), (230, 228, 220))
    alignment = sketch.align(tiny_finder(), page)
    assert alignment.method == "centred"
    assert prepare(page, alignment).min() > 250


def test_where_the_network_sees_no_face_the_cascade_may() -> None:
    found = drawn(2, 512, "charcoal", 0.8)
    alignment = sketch.align(tiny_finder(), found.image)
    assert alignment.method == "cascade"
    assert "Check the eyes" in alignment.note
    assert alignment.eyes is not None
    distance = np.hypot(*np.subtract(found.eyes[1], found.eyes[0]))
    assert np.abs(np.subtract(alignment.eyes, found.eyes)).max() < 0.25 * distance


@pytest.mark.parametrize(
    "eyes", [((-1.0, 20.0), (40.0, 20.0)), ((10.0, 20.0), (40.0, 101.0)), ((10.0, 5.0), (300.0, 5.0))]
)
def test_eyes_beside_the_picture_are_refused(eyes: Eyes) -> None:
    with pytest.raises(BadControl, match="200 x 100"):
        sketch.given(eyes, Image.new("RGB", (200, 100)))


@pytest.mark.parametrize("size", [(64, 40_000), (40_000, 64), (120_000, 64)])
def test_very_long_pictures_come_through(size: tuple[int, int]) -> None:
    page = Image.new("L", size, 250)
    ImageDraw.Draw(page).ellipse((4, 4, 60, 60), outline=0, width=3)
    assert prepare(page, sketch.align(tiny_finder(), page)).shape == (256, 256)
    assert prepare(page, sketch.given(((20.0, 30.0), (44.0, 30.0)), page)).min() < 128


def test_on_a_huge_page_a_small_face_is_prepared_as_on_a_small_one() -> None:
    face = draw_sketch(3, 128, "pen")
    small, huge = Image.new("RGB", (400, 400), (252, 252, 252)), Image.new("RGB", (5000, 5000), (252, 252, 252))
    small.paste(face.image, (100, 100))
    huge.paste(face.image, (4600, 3000))
    prepared = [
        prepare(
            page,
            sketch.given(
                ((face.eyes[0][0] + x, face.eyes[0][1] + y), (face.eyes[1][0] + x, face.eyes[1][1] + y)), page
            ),
        )
        for page, (x, y) in ((small, (100, 100)), (huge, (4600, 3000)))
    ]
    assert np.abs(prepared[0].astype(int) - prepared[1]).mean() < 1.5
