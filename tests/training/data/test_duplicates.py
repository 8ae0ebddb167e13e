"""The same picture twice, and one person under two names."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from training.data.drawn import Painted, imagine_sitter, paint
from training.data.duplicates import alike_pairs, hash_all, near_pairs, thumbnail
from training.data.files import Images


@pytest.fixture(scope="module")
def photos(painted: list[Painted]) -> list[Images]:
    return [one.photo for one in painted]


def coded(photo: Images, quality: int) -> Images:
    content = io.BytesIO()
    Image.fromarray(photo).save(content, "JPEG", quality=quality)
    return np.asarray(Image.open(content))


def test_a_picture_is_found_again_when_it_was_coded_scaled_or_brightened(photos: list[Images]) -> None:
    other = (
        coded(photos[3], 40),
        cv2.resize(photos[5], (128, 128), interpolation=cv2.INTER_AREA),
        np.clip(photos[7] * 0.97 + 5, 0, 255),
    )
    thumbnails = np.stack([thumbnail(np.asarray(photo, np.uint8)) for photo in (*photos, *other)])
    pairs = near_pairs(thumbnails)
    assert {(a, b) for a, b, _ in pairs} == {(3, 8), (5, 9), (7, 10)}
    assert all(0.87 <= agreement <= 1.0001 for _, _, agreement in pairs)


def test_other_pictures_of_a_person_are_not_the_same_picture() -> None:
    thumbnails = np.stack([thumbnail(paint(imagine_sitter(4), number, 4, 128).photo) for number in range(2)])
    assert near_pairs(thumbnails) == []


def test_hashes_of_aligned_faces_use_all_their_bits(photos: list[Images]) -> None:
    hashes = hash_all(np.stack([thumbnail(photo) for photo in photos]))
    apart = np.bitwise_count(hashes[:, None] ^ hashes[None])[np.triu_indices(len(hashes), 1)]
    assert 24 < apart.mean() < 40
    shares = [np.mean([(int(h) >> bit) & 1 for h in hashes]) for bit in range(64)]
    assert min(shares) >= 0.25
    assert max(shares) <= 0.75


def test_alike_faces_are_those_above_the_threshold_once_each() -> None:
    angles = np.deg2rad([0, 10, 90, 95, 200])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert [(a, b) for a, b, _ in alike_pairs(vectors, 0.98)] == [(2, 3), (0, 1)]
    assert alike_pairs(vectors, 0.98)[1][2] == pytest.approx(np.cos(np.deg2rad(10)), abs=1e-5)


def test_many_faces_are_compared_across_blocks() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(1200, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[1100] = vectors[3]
    assert (3, 1100) in {(a, b) for a, b, _ in alike_pairs(vectors, 0.999)}
    assert near_pairs(np.zeros((0, 32, 32), np.float32)) == []
