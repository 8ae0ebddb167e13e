"""Frechet distance, KID and intervals on cases worked out by hand."""

import numpy as np
import pytest

from training.evaluation.distributions import frechet_distance, kernel_distance
from training.evaluation.intervals import mean_of, ratio_of
from training.evaluation.realism import halves, share_of_way


def test_frechet_distance_of_lines_is_that_of_their_means_and_deviations() -> None:
    a, b = np.array([[-1.0], [1.0]]), np.array([[2.0], [8.0]])  # means 0 and 5, deviations sqrt 2 and 3 sqrt 2
    assert frechet_distance(a, b) == pytest.approx(5**2 + (3 * 2**0.5 - 2**0.5) ** 2)


def test_frechet_distance_of_crossed_ellipses() -> None:
    square = np.array([(x, y) for x in (-1.0, 1.0) for y in (-1.0, 1.0)])  # covariance 4 / 3 of the unit matrix
    a, b = square * (3, 1), square * (1, 3)
    assert frechet_distance(a, b) == pytest.approx(2 * 4 / 3 * (3 - 1) ** 2)
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a))
    turn = np.array([[np.cos(0.7), -np.sin(0.7)], [np.sin(0.7), np.cos(0.7)]])
    assert frechet_distance(a @ turn, b @ turn) == pytest.approx(frechet_distance(a, b))


def test_frechet_distance_stays_real_with_fewer_samples_than_numbers() -> None:
    rows = np.random.default_rng(1).normal(size=(5, 128))
    assert frechet_distance(rows, rows) == pytest.approx(0, abs=1e-6)
    assert frechet_distance(rows, rows + 0.5) == pytest.approx(128 * 0.25, rel=1e-6)


def test_kid_by_hand() -> None:
    a, b = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [-1.0, 0.0]])
    # Cosines within a: 0; within b: -1; between: 1, -1, 0, 0. The kernel is (cosine + 1)^3.
    assert kernel_distance(a, b) == pytest.approx(1 + 0 - 2 * (8 + 0 + 1 + 1) / 4)
    assert kernel_distance(3 * a, b) == pytest.approx(kernel_distance(a, b))  # lengths do not matter


def test_kid_is_unbiased_and_grows_with_distance() -> None:
    rng = np.random.default_rng(2)
    same = [kernel_distance(rng.normal(size=(20, 16)), rng.normal(size=(20, 16))) for _ in range(200)]
    assert abs(np.mean(same)) < 2 * np.std(same) / 200**0.5
    assert min(same) < 0
    near, far = (kernel_distance(rng.normal(size=(60, 16)), rng.normal(size=(60, 16)) + m) for m in (0.5, 2.0))
    assert 0 < near < far


def test_the_way_from_the_ceiling_to_the_floor() -> None:
    assert share_of_way(8.0, floor=2.0, ceiling=8.0) == 0
    assert share_of_way(2.0, floor=2.0, ceiling=8.0) == 1
    assert share_of_way(3.5, floor=2.0, ceiling=8.0) == pytest.approx(0.75)
    assert np.isnan(share_of_way(1.0, 1.0, 1.0))


def test_nobody_is_in_both_halves() -> None:
    people = ["ann", "bob", "ann", "cem", "dan", "bob"]
    one, other = halves(people, np.random.default_rng(0))
    assert sorted([*one, *other]) == list(range(6))
    assert not {people[k] for k in one} & {people[k] for k in other}
    assert len({people[k] for k in one}) == 2


def test_intervals_draw_whole_people() -> None:
    values = [0.0] * 50 + [1.0] * 50
    alone = mean_of(values)
    crowds = mean_of(values, ["ann"] * 50 + ["bob"] * 50)  # two people say far less than a hundred
    assert alone.value == crowds.value == 0.5
    assert alone.high - alone.low == pytest.approx(2 * 1.96 * 0.05, rel=0.15)
    assert (crowds.low, crowds.high) == (0.0, 1.0)
    assert mean_of([0.4] * 10).row("x") == pytest.approx({"x": 0.4, "x_low": 0.4, "x_high": 0.4})
    assert np.isnan(mean_of([]).value)


def test_a_ratio_of_pairs_has_no_spread_when_the_pairs_have_none() -> None:
    under = np.array([0.1, 0.2, 0.3, 0.4])
    ratio = ratio_of(2 * under, under)
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx((2, 2, 2))
    loose = ratio_of(2 * under[::-1], under)
    assert loose.value == pytest.approx(2)
    assert loose.low < 1.5 < 2.5 < loose.high
