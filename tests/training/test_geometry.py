"""Moving pictures on the device is the same jitter and warp as on the CPU."""

import numpy as np
import pytest
import torch

from tests.training import faces
from tests.training.test_resume import CPU
from training.batches import WALL, Mix, SketchPairs, on_device, to_images
from training.data import Prepared
from training.geometry import Move, draw_move, moved, stack


def picture() -> torch.Tensor:
    return torch.from_numpy(faces.photo(1)).permute(2, 0, 1)[None].float()


def still(**changes: float) -> Move:
    matrix = np.array([[1, 0, changes.get("x", 0)], [0, 1, changes.get("y", 0)]], np.float32)
    matrix[0, 0] = changes.get("flip", 1)
    return Move(matrix, np.zeros((2, 32, 32), np.float32))


def test_no_move_is_no_change_and_a_flip_is_a_flip() -> None:
    matrices, bends = stack([still()])
    assert matrices is not None
    assert torch.allclose(moved(picture(), matrices, bends), picture(), atol=1e-2)
    flipped, _ = stack([still(flip=-1)])
    assert flipped is not None
    assert torch.allclose(moved(picture(), flipped), picture().flip(3), atol=1e-2)


def test_a_shift_is_in_shares_of_half_the_side_and_edges_are_repeated() -> None:
    matrices, _ = stack([still(x=8 / 128)])
    assert matrices is not None
    shifted = moved(picture(), matrices)
    assert torch.allclose(shifted[..., :-8], picture()[..., 8:], atol=1e-2)
    assert torch.allclose(shifted[..., -8:], picture()[..., -1:].expand(-1, -1, -1, 8), atol=1e-2)


def test_moves_are_small_and_half_are_mirrored() -> None:
    moves = [draw_move(np.random.default_rng(seed), warped=0.5) for seed in range(300)]
    matrices = np.stack([move.matrix for move in moves])
    assert 0.4 < (matrices[:, 0, 0] < 0).mean() < 0.6
    scales = 1 / np.abs(np.linalg.det(matrices[:, :, :2])) ** 0.5
    assert scales.mean() == pytest.approx(1.0, abs=0.01)
    assert scales.std() == pytest.approx(0.03, rel=0.2)
    assert matrices[:, :, 2].std() * 128 == pytest.approx(2.5, rel=0.15)
    reach = np.array([np.abs(move.bend).max() * 128 for move in moves])
    assert 0.4 < (reach > 0).mean() < 0.6
    assert reach.max() <= 4.0


def test_batches_to_be_moved_on_the_device_depend_on_seed_and_step_alone(prepared: Prepared) -> None:
    one, other = (SketchPairs(prepared, "train", 3, Mix(0.5), seed=1, twins=True, on_device=True) for _ in range(2))
    other.batch(3)
    for a, b in zip(on_device(one.batch(2), CPU), on_device(other.batch(2), CPU), strict=True):
        assert torch.equal(a, b)
    sketch, photo, person, regions = on_device(one.batch(2), CPU)
    assert sketch.shape == photo.shape == (3, 3, 256, 256)
    assert regions.shape == (3, 3, 256, 256)
    assert torch.equal(photo[1], photo[2])  # twins move alike
    outside = (person < 1e-6).expand(-1, 3, -1, -1)
    assert outside.any()
    assert (to_images(photo).transpose(0, 3, 1, 2)[outside.numpy()] == WALL).all()


def test_parts_with_moves_are_joined_and_split(prepared: Prepared) -> None:
    batch = SketchPairs(prepared, "train", 2, Mix(0.5), seed=1, on_device=True).batch(0)
    halves = batch.join([batch, batch]).split(2)
    assert halves[1].moves is not None
    assert batch.moves is not None
    assert torch.equal(halves[1].moves, batch.moves)
    assert SketchPairs(prepared, "train", 2, Mix(0.5), seed=1).batch(0).moves is None
