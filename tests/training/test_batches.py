"""Batches are a pure function of (seed, step)."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from inference.appearance import VECTOR
from inference.device import choose_device
from inference.engines.pix2pix import Pix2Pix
from inference.weights import find, read_manifest
from tests.inference import folders
from tests.training import faces
from training.batches import WALL, Mix, PairBatch, SketchPairs, jitter, on_wall, to_images, to_tensor
from training.data import Prepared
from training.landmarks import LandmarkBatches
from training.restorer_batches import Mixture, RestorerBatches, degrade


def pairs(prepared: Prepared, seed: int = 1, real_share: float = 0.5) -> SketchPairs:
    return SketchPairs(prepared, "train", 3, Mix(real_share), seed)


@pytest.fixture
def coloured(prepared: Prepared) -> Prepared:
    """Light skin and dark hair, or dark skin and fair hair, with hair where the forehead is."""
    looks = np.array([[[72, 13, 18], [14, 3, 5], [25, 8, 10]], [[42, 14, 18], [50, 7, 20], [15, 5, 6]]], np.float32)
    regions, silhouettes = np.array(prepared.regions), np.full_like(prepared.silhouettes, 255)
    regions[:, 2], regions[:, 2, 20:80, 60:200] = 0, 255
    return replace(
        prepared, colours=looks[np.arange(len(prepared.faces)) % 2], regions=regions, silhouettes=silhouettes
    )


def same(a: PairBatch, b: PairBatch) -> bool:
    return torch.equal(a.sketch, b.sketch) and torch.equal(a.photo, b.photo) and torch.equal(a.regions, b.regions)


def test_a_batch_of_pairs_is_of_the_right_shape_and_range(prepared: Prepared) -> None:
    batch = pairs(prepared).batch(0)
    assert batch.sketch.shape == (3, 1, 256, 256)
    assert batch.photo.shape == (3, 3, 256, 256)
    assert batch.regions.shape == (3, 4, 256, 256)
    assert {values.dtype for values in (batch.sketch, batch.photo, batch.regions)} == {torch.uint8}
    assert batch.appearance.shape == (3, VECTOR)
    assert (batch.photo[:, 0] != batch.photo[:, 2]).any()


def test_twins_are_one_face_drawn_with_two_inks(prepared: Prepared) -> None:
    batch = SketchPairs(prepared, "train", 3, Mix(0.5, recoloured=0.0), seed=1, twins=True).batch(0)
    assert torch.equal(batch.photo[1], batch.photo[2])
    assert torch.equal(batch.appearance[1], batch.appearance[2])
    assert not torch.equal(batch.sketch[1], batch.sketch[2])
    with pytest.raises(ValueError, match="at least 2"):
        SketchPairs(prepared, "train", 1, Mix(0.5), seed=1, twins=True)


def told(batch: PairBatch) -> torch.Tensor:
    """(B, 3) whether the generator is told of skin, hair, eyes."""
    return batch.appearance[:, 3::4] > 0


def test_a_twin_of_other_colours_is_told_of_the_same_regions(coloured: Prepared) -> None:
    pairs = SketchPairs(coloured, "train", 3, Mix(0.5, recoloured=1.0), seed=1, twins=True)
    batches = [pairs.batch(step) for step in range(6)]
    assert any(not torch.equal(batch.photo[1], batch.photo[2]) for batch in batches)
    for batch in batches:
        assert torch.equal(batch.regions[1], batch.regions[2])
        assert torch.equal(told(batch)[1], told(batch)[2])


def test_colours_that_nobody_could_guess_are_always_told(coloured: Prepared) -> None:
    """Every face has one of two natural looks; a row with another was changed, and what was changed must be told."""
    pairs = SketchPairs(coloured, "train", 6, Mix(0.5, recoloured=1.0), seed=1)
    rng = np.random.default_rng(1)
    drawn = [pairs._draw(rng) for _ in range(24)]
    assert any(pair.must_tell.any() for pair in drawn)
    for pair in drawn:
        assert np.isfinite(pairs._told(pair, rng)[pair.must_tell]).all()
    quiet = SketchPairs(coloured, "train", 6, Mix(0.5, recoloured=0.0), seed=1)
    assert not any(quiet._draw(rng).must_tell.any() for _ in range(6))
    assert 0.2 < float(told(quiet.batch(0)).float().mean()) < 0.9


def test_artists_drawings_may_be_deformed_and_their_photos_stay(coloured: Prepared) -> None:
    row = int(coloured.rows("train", with_sketch=True)[0])
    plain, other = (
        SketchPairs(coloured, "train", 1, Mix(1.0, another_hand=share), seed=1)._pair(row, np.random.default_rng(4))
        for share in (0.0, 1.0)
    )
    assert (plain.sketch == coloured.sketches[coloured.sketch_of[row]]).all()
    assert (other.sketch != plain.sketch).mean() > 0.02
    assert (other.photo == plain.photo).all()


def test_light_hair_is_sometimes_inked_like_dark_hair_and_then_told(coloured: Prepared) -> None:
    pairs = SketchPairs(coloured, "train", 1, Mix(1.0), seed=1)
    fair = next(k for k in coloured.rows("train", with_sketch=True) if coloured.colours[k, 1, 0] > 40)
    pair = pairs._pair(int(fair), np.random.default_rng(0))
    shaded = [pairs._shaded(pair, np.random.default_rng(seed)) for seed in range(12)]
    darker = [other for other in shaded if other.must_tell[1]]
    assert 0 < len(darker) < 12
    hair = pair.regions[2] > 250
    for other in darker:
        assert other.sketch[hair].mean() < pair.sketch[hair].mean() - 40
        assert (other.sketch[pair.regions[2] == 0] == pair.sketch[pair.regions[2] == 0]).all()


def test_photos_of_dark_skin_become_sketches_more_often_and_artists_pairs_are_as_they_are(coloured: Prepared) -> None:
    for name, times in (("faker", 2), ("fs2k", 1)):
        rows = coloured.rows("train", sets=(name,))
        odds = SketchPairs(coloured, "train", 2, Mix(0.5), seed=1)._odds(rows)
        dark = coloured.colours[rows, 0, 0] < 50
        assert odds[dark].min() == pytest.approx(times * odds[~dark].max())


def test_pairs_that_are_not_there_are_refused(prepared: Prepared) -> None:
    with pytest.raises(ValueError, match="no face in the moon split"):
        SketchPairs(prepared, "moon", 2, Mix(0.0), seed=1)
    alone = replace(prepared, faces=[replace(face, sketch=None) for face in prepared.faces])
    with pytest.raises(ValueError, match="real_share must be 0"):
        SketchPairs(alone, "train", 2, Mix(0.1), seed=1)
    assert len(SketchPairs(alone, "train", 2, Mix(0.0), seed=1).batch(0).sketch) == 2


def greyed(prepared: Prepared, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Prepared:
    photos = np.array(prepared.photos)
    photos[rows] = photos[rows].mean(-1, keepdims=True)
    return replace(prepared, photos=photos)


def test_grey_photos_are_not_drawn_and_their_number_is_told(prepared: Prepared) -> None:
    rows = prepared.rows("train", with_sketch=True)
    with pytest.warns(UserWarning, match="Grey photos in the train split are not learned from: 2 of fs2k"):
        some = SketchPairs(greyed(prepared, rows[:2]), "train", 2, Mix(1.0), seed=1)
    assert (some._real_p > 0).tolist() == [False, False, True, True]
    with pytest.raises(ValueError, match=r"photos of real pairs in the train split are grey \(4 of fs2k\)"):
        SketchPairs(greyed(prepared, rows), "train", 2, Mix(0.5), seed=1)
    with pytest.warns(UserWarning, match="4 of fs2k"):
        made = SketchPairs(greyed(prepared, rows), "train", 2, Mix(0.0), seed=1)
    assert (made.batch(0).photo[:, 0] != made.batch(0).photo[:, 2]).any()
    with pytest.raises(ValueError, match="All photos in the train split are grey"):
        SketchPairs(greyed(prepared, prepared.rows("train")), "train", 2, Mix(0.0), seed=1)


def test_pairs_depend_on_seed_and_step_alone(prepared: Prepared) -> None:
    one = pairs(prepared)
    forwards = [one.batch(step) for step in range(3)]
    other = pairs(prepared)
    np.random.default_rng(0).random(100)
    torch.rand(100)
    backwards = [other.batch(step) for step in (2, 1, 0)][::-1]
    assert all(same(a, b) for a, b in zip(forwards, backwards, strict=True))
    assert not same(forwards[0], forwards[1])
    assert not same(forwards[0], pairs(prepared, seed=2).batch(0))


def test_landmark_batches_depend_on_seed_and_step_alone(prepared: Prepared) -> None:
    one, other = (LandmarkBatches(prepared, "train", 4, seed=3, pool=6) for _ in range(2))
    other.batch(7)
    first, again = one.batch(2), other.batch(2)
    assert first.ink.shape == (4, 1, 128, 128)
    assert first.points.shape == (4, 5, 2)
    assert set(first.face.tolist()) <= {0.0, 1.0}
    assert 0 <= float(first.ink.min()) < float(first.ink.max()) <= 1
    assert torch.equal(first.ink, again.ink)
    assert torch.equal(first.points, again.points)
    assert not torch.equal(first.ink, one.batch(3).ink)


def test_landmark_points_lie_on_what_they_name(prepared: Prepared) -> None:
    """The eyes of the drawn faces are dark: ink under the points says that picture and label moved together."""
    batches = LandmarkBatches(prepared, "train", 24, seed=3, pool=8)
    batch = batches.batch(0)
    at_eyes, elsewhere = [], []
    for ink, points, face in zip(batch.ink[:, 0], batch.points, batch.face, strict=True):
        columns, rows = ((points[:2] + 1) * 64 - 0.5).round().long().T
        if (
            face
            and int(rows.min()) >= 3
            and int(rows.max()) < 125
            and int(columns.min()) >= 3
            and int(columns.max()) < 125
        ):
            at_eyes += [float(ink[r - 2 : r + 3, c - 2 : c + 3].mean()) for r, c in zip(rows, columns, strict=True)]
            elsewhere.append(float(ink.mean()))
    assert len(at_eyes) > 10
    assert np.mean(at_eyes) > 1.5 * np.mean(elsewhere)


def test_degraded_faces_depend_on_seed_and_step_alone(prepared: Prepared) -> None:
    one, other = (RestorerBatches(prepared, "train", 2, Mixture(), 5) for _ in range(2))
    other.batch(1)
    first, again = one.batch(4), other.batch(4)
    assert first.face.shape == first.photo.shape == (2, 3, 512, 512)
    assert torch.equal(first.face, again.face)
    assert torch.equal(first.photo, again.photo)
    assert 0.005 < float((first.face - first.photo).abs().mean()) < 0.3


def test_the_generator_draws_its_share_of_the_restorers_inputs(
    prepared: Prepared, tmp_path_factory: pytest.TempPathFactory
) -> None:
    checkpoint = find(read_manifest(folders.fill(tmp_path_factory.mktemp("weights"), restorer=False)), "pix2pix")
    assert checkpoint is not None
    generator = Pix2Pix(checkpoint, choose_device("cpu"))
    drawn = RestorerBatches(prepared, "train", 1, Mixture(made=1), 5, generator).batch(0)
    photo = RestorerBatches(prepared, "train", 1, Mixture(), 5, generator).batch(0)
    assert torch.equal(drawn.photo, photo.photo)
    assert float((drawn.face - photo.face).abs().mean()) > 0.1
    artists = RestorerBatches(prepared, "train", 2, Mixture(drawings=1), 5, generator)
    assert artists.batch(0).traced.tolist() == [False, False]
    assert torch.equal(artists.batch(3).face, artists.batch(3).face)
    assert drawn.traced.tolist() == photo.traced.tolist() == [True]
    with pytest.raises(ValueError, match="no generator"):
        RestorerBatches(prepared, "train", 1, Mixture(made=0.1), 5)


def test_a_restorer_needs_faces_of_512_px(prepared: Prepared) -> None:
    few = replace(
        prepared,
        faces=prepared.faces[6:],
        photos=prepared.photos[6:],
        regions=prepared.regions[6:],
        sketch_of=prepared.sketch_of[6:],
    )
    with pytest.raises(ValueError, match="512 px"):
        RestorerBatches(few, "train", 1, Mixture(), 5)


def test_degrading_loses_detail_and_keeps_the_face() -> None:
    photo = np.repeat(np.repeat(faces.photo(1), 2, 0), 2, 1)
    small = degrade(photo, np.random.default_rng(3))
    assert small.shape == (256, 256, 3)
    assert (small == degrade(photo, np.random.default_rng(3))).all()
    assert np.corrcoef(small.ravel(), faces.photo(1).ravel())[0, 1] > 0.9


def test_behind_every_face_is_the_same_wall() -> None:
    person = (faces.person(1) > 0).astype(np.uint8) * 255
    picture = on_wall(faces.photo(1), person)
    assert (picture[person == 0] == WALL).all()
    assert (picture[person == 255] == faces.photo(1)[person == 255]).all()


def test_jitter_moves_all_pictures_alike() -> None:
    photo = faces.photo(1)
    flat, deep = np.ascontiguousarray(photo[..., 0]), photo
    for seed in range(4):
        a, b = jitter([flat, deep], np.random.default_rng(seed))
        assert (a == b[..., 0]).all()
        assert (a != flat).any()


def test_pictures_survive_the_way_to_tensors_and_back() -> None:
    images = np.random.default_rng(1).integers(0, 256, (2, 16, 16, 3), dtype=np.uint8)
    tensor = to_tensor(images)
    assert tensor.shape == (2, 3, 16, 16)
    assert tensor.is_contiguous(memory_format=torch.channels_last)
    assert (to_images(tensor) == images).all()
    assert to_images(torch.full((1, 3, 2, 2), 9.0)).max() == 255


def test_a_set_may_weigh_more(coloured: Prepared) -> None:
    rows = coloured.rows("train")
    named = np.array([coloured.faces[k].set for k in rows])

    def share(**weights: float) -> float:
        pairs = SketchPairs(coloured, "train", 2, Mix(0.0, set_weights=weights), seed=1)
        return float(pairs._all_p[named == "fs2k"].sum())

    with pytest.raises(ValueError, match="fs2k has 0"):
        share(fs2k=0.0)
    assert share(fs2k=1e9) == pytest.approx(1)
    once, thrice = share(fs2k=1.0), share(fs2k=3.0)
    assert thrice / (1 - thrice) == pytest.approx(3 * once / (1 - once))
