"""What hands, time, paper and scanners do to a drawing."""

import cv2
import numpy as np
import pytest

from inference.paper import normalise_ink
from tests.training import faces
from training.sketches.base import Gray
from training.sketches.damage import missing_part, smudge
from training.sketches.deform import elastic, jitter
from training.sketches.dodge import dodge
from training.sketches.ink import vary_ink
from training.sketches.paper import paper_texture, scanner_grey


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def sketch() -> Gray:
    return dodge(np.asarray(cv2.cvtColor(faces.photo(1), cv2.COLOR_RGB2GRAY), np.uint8))


def ramp() -> Gray:
    return np.tile(np.arange(256, dtype=np.uint8), (256, 1))


@pytest.mark.parametrize("amplitude", [0.5, 4.0])
def test_elastic_moves_nothing_further_than_its_amplitude(amplitude: float) -> None:
    shift = np.abs(elastic(ramp(), rng(3), amplitude, 24.0).astype(np.float64) - ramp())[:, 8:-8]
    assert shift.max() <= amplitude + 1
    assert shift.max() >= amplitude / 2 - 0.5


def test_jitter_is_in_pixels_of_a_drawing_of_512() -> None:
    small = np.abs(jitter(ramp(), rng(3), 8.0).astype(np.float64) - ramp())[:, 8:-8]
    assert 2 < small.max() <= 4 + 1


def test_jitter_moves_pieces_apart_where_elastic_bends() -> None:
    """How unevenly neighbours move: a piece ends where the next one begins."""

    def unevenness(moved: Gray) -> float:
        shift = moved.astype(np.float64) - ramp()
        return float(np.abs(np.diff(shift, axis=0))[:, 8:-8].max())

    assert unevenness(jitter(ramp(), rng(3), 8.0)) > 2 * unevenness(elastic(ramp(), rng(3), 4.0, 24.0))


def test_paper_has_a_tooth_that_graphite_skips(sketch: Gray) -> None:
    black = np.full((128, 128), 60, np.uint8)
    smooth, rough = (paper_texture(black, rng(1), depth) for depth in (0.1, 1.0))
    assert rough.std() > 3 * smooth.std()
    assert paper_texture(np.full((128, 128), 255, np.uint8), rng(1), 1.0).mean() > 245


def test_a_scanners_grey_is_undone_by_normalising_the_paper(sketch: Gray) -> None:
    scanned = scanner_grey(sketch, rng(1))
    assert np.percentile(scanned, 90) < 250
    again, before = normalise_ink(scanned), normalise_ink(sketch)
    assert np.abs(again.astype(int) - before).mean() < 0.35 * np.abs(scanned.astype(int) - before).mean()


def test_a_missing_part_is_bare_paper_and_the_rest_stays() -> None:
    lines = np.where(np.arange(256) % 8 < 2, 0, 255).astype(np.uint8) * np.ones((256, 1), np.uint8)
    gone = missing_part(lines, rng(4)).astype(int) - lines
    assert gone.min() >= 0
    assert (gone[lines == 0] == 255).any()
    assert (gone == 0).mean() > 0.5


def test_a_smudge_drags_ink_onto_paper_around_and_leaves_the_rest() -> None:
    page = np.full((256, 256), 255, np.uint8)
    page[::16] = 0
    smudged = smudge(page, rng(4))
    paler, darker = smudged > page, smudged < page
    assert paler.any()
    assert darker.any()
    assert (smudged == page).mean() > 0.5


def test_other_hands_and_scanners_keep_the_drawing(sketch: Gray) -> None:
    varied = [vary_ink(sketch, rng(seed)) for seed in range(12)]
    assert all(v.shape == sketch.shape and v.dtype == np.uint8 for v in varied)
    assert (vary_ink(sketch, rng(3)) == varied[3]).all()
    alike = [float(np.corrcoef(v.ravel(), sketch.ravel())[0, 1]) for v in varied]
    assert np.median(alike) > 0.7
    assert len({float(v.mean()) for v in varied}) == 12


def test_deformations_leave_their_input_alone(sketch: Gray) -> None:
    before = sketch.copy()
    vary_ink(sketch, rng())
    elastic(sketch, rng(), 3.0, 20.0)
    jitter(sketch, rng(), 5.0)
    for change in (paper_texture, scanner_grey, missing_part, smudge):
        change(sketch, rng())
    assert (sketch == before).all()
