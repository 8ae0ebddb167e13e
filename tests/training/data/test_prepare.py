"""Sets of faces: read, aligned, masked and prepared."""

import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from inference.template import FIVE_POINTS
from tests.training import faces
from training.background import find_regions, train_segmenter
from training.data import Prepared, align_by_points, load_images, load_prepared, read_manifests
from training.data.prepare import prepare
from training.segmenter import Segmenter


def test_manifests_are_read_in_file_order(data: Path) -> None:
    read = read_manifests(data)
    assert [face.set for face in read] == ["celebamask"] * 3 + ["faker"] * 6 + ["fs2k"] * 6
    pair = read[-1]
    assert (pair.id, pair.person, pair.split, pair.sketch) == ("fs2k-6", "fs2k/p6", "test", "sketch/6.png")
    assert pair.aligned
    assert pair.landmarks is not None
    assert pair.landmarks == pytest.approx(FIVE_POINTS)
    assert not read[0].aligned
    assert read[0].mask == "mask/1.png"


def test_a_folder_without_sets_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="--data"):
        read_manifests(tmp_path)


def test_images_come_at_one_size_in_rgb(data: Path) -> None:
    read = read_manifests(data)
    large = [face for face in read if face.set == "faker"]
    photos = load_images(large, "photo")
    assert photos.shape == (6, 256, 256, 3)
    assert photos.dtype == np.uint8
    assert np.abs(photos[0].astype(int) - faces.photo(1)[:, ::-1]).mean() < 4
    assert load_images(large[:1], "photo", 512).shape == (1, 512, 512, 3)
    pairs = [face for face in read if face.sketch]
    assert load_images(pairs, "sketch").shape == (6, 256, 256, 3)


def test_points_are_brought_onto_the_template() -> None:
    page = np.zeros((200, 300, 3), np.uint8)
    points = (FIVE_POINTS @ np.array([[0.95, 0.2], [-0.2, 0.95]]) * 150 + (60, 30)).astype(np.float32)
    for x, y in np.round(points).astype(int):
        page[y - 1 : y + 2, x - 1 : x + 2] = 255
    aligned = align_by_points(page, points, 256)[..., 0].astype(np.float64)
    for x, y in FIVE_POINTS * 256:
        around = aligned[int(y) - 6 : int(y) + 7, int(x) - 6 : int(x) + 7]
        rows, columns = np.mgrid[:13, :13] - 6
        middle = (rows * around).sum() / around.sum(), (columns * around).sum() / around.sum()
        assert np.abs(middle).max() < 1.5


def test_prepared_arrays_belong_together(prepared: Prepared, data: Path) -> None:
    assert {face.set for face in prepared.faces} == {"faker", "fs2k"}  # unaligned faces need a detector
    assert prepared.photos.shape == (12, 256, 256, 3)
    assert prepared.regions.shape == (12, 3, 256, 256)
    assert prepared.colours.shape == (12, 3, 3)
    assert prepared.sketches.shape == (6, 256, 256)
    for k, face in enumerate(prepared.faces):
        assert (prepared.sketch_of[k] >= 0) == (face.sketch is not None)
        assert (prepared.photos[k] == load_images([face], "photo")[0]).all()
    drawn = prepared.sketch_of[prepared.rows("test", with_sketch=True)[0]]
    assert drawn == 5


def test_rows_are_of_their_split_alone(prepared: Prepared) -> None:
    splits = {split: set(prepared.rows(split).tolist()) for split in ("train", "val", "test")}
    assert {name: len(rows) for name, rows in splits.items()} == {"train": 8, "val": 2, "test": 2}
    assert not splits["train"] & (splits["val"] | splits["test"])
    assert all(prepared.faces[k].sketch for k in prepared.rows("train", with_sketch=True))
    assert all(prepared.faces[k].set == "faker" for k in prepared.rows("train", sets=("faker",)))


def test_preparing_is_asked_for_by_name(data: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="python -m training prepare"):
        load_prepared(data, tmp_path)


@pytest.mark.parametrize("missing,words", [("celebamask.zip", "parsing mask"), ("fs2k-0.zip", "sketch")])
def test_sets_that_lack_a_part_are_refused(missing: str, words: str, data: Path, tmp_path: Path) -> None:
    partial = Path(shutil.copytree(data, tmp_path / "data"))
    (partial / missing).unlink()
    with pytest.raises(ValueError, match=words):
        prepare(partial, tmp_path / "cache", steps=1)


def test_a_segmenter_that_was_trained_once_is_kept(data: Path, cache: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    shutil.copy(cache / "segmenter.pt", folder)
    prepare(data, folder, steps=10**9)  # would never end
    assert (np.load(folder / "regions.npy") == np.load(cache / "regions.npy")).all()


def test_masks_are_soft_and_of_the_photos_shape() -> None:
    torch.manual_seed(0)
    network = Segmenter(width=4).eval()
    photos = np.random.default_rng(1).integers(0, 256, (3, 192, 192, 3), dtype=np.uint8)
    regions = find_regions(network, photos, batch=2)
    assert regions.shape == (3, 3, 192, 192)
    assert regions.dtype == np.uint8
    mirrored = find_regions(network, photos[:, :, ::-1])
    assert np.abs(regions.astype(int) - mirrored[..., ::-1]).max() <= 1
    person, skin, hair = regions.astype(int).transpose(1, 0, 2, 3)
    assert (skin + hair <= person + 2).all()  # both are parts of the person
    assert network(torch.zeros(2, 3, 64, 64)).shape == (2, 4, 64, 64)


def test_a_segmenter_is_a_function_of_its_seed(data: Path, cache: Path) -> None:
    prepared_with = torch.load(cache / "segmenter.pt", weights_only=True)
    again, other = (train_segmenter(read_manifests(data), steps, seed).state_dict() for steps, seed in ((2, 0), (1, 1)))
    assert all(torch.equal(prepared_with[name], again[name]) for name in again)
    assert any(not torch.equal(prepared_with[name], other[name]) for name in other)


def test_a_manifest_line_may_leave_out_what_a_set_has_not(tmp_path: Path) -> None:
    row = {"id": "1", "set": "own", "identity": "a", "split": "train", "photo": "1.png"}
    with zipfile.ZipFile(tmp_path / "own.zip", "w") as archive:
        archive.writestr("manifest.jsonl", json.dumps(row) + "\n")
    (face,) = read_manifests(tmp_path)
    assert (face.sketch, face.mask, face.landmarks, face.attributes, face.source) == (None, None, None, {}, "")
