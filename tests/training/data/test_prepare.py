"""Sets of faces: read, aligned, masked and prepared."""

import io
import json
import shutil
import zipfile
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import torch
from PIL import Image

from imaging.sketcher import Placement, draw_sketch
from inference.networks.landmarknet import LandmarkNet
from inference.template import FIVE_POINTS, similarity
from inference.weights import find
from inference.weights import read_manifest as read_weights
from tests.inference.drawings import drawn
from tests.training import faces
from tests.training.data import layouts
from training.background import find_regions, train_segmenter
from training.data import Prepared, load_images, load_prepared, read_manifests
from training.data.align import Aligner, Finders
from training.data.faces import apply_warp, warp_by
from training.data.files import Images, Members
from training.data.manifest import read_cache, read_manifest, write_cache
from training.data.prepare import Options, prepare
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
    aligned = apply_warp(page, warp_by(points), 256)[..., 0].astype(np.float64)
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


def test_without_masks_and_without_a_segmenter_nothing_is_prepared(data: Path, cache: Path, tmp_path: Path) -> None:
    partial = Path(shutil.copytree(data, tmp_path / "data"))
    (partial / "celebamask.zip").unlink()
    with pytest.raises(ValueError, match="--segmenter"):
        prepare(partial, tmp_path / "cache", steps=1)
    prepare(partial, tmp_path / "cache", steps=10**9, options=Options(segmenter=cache / "segmenter.pt"))
    assert (np.load(tmp_path / "cache" / "regions.npy") == np.load(cache / "regions.npy")).all()


def test_photos_without_sketches_and_sketches_without_photos_are_prepared(
    data: Path, cache: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    layouts.picture(own / "photos" / "a.png")
    rows = [
        {"id": "p", "set": "own", "identity": "a", "split": "test", "photo": "p.png"},
        {"id": "s", "set": "own", "identity": "b", "split": "test", "sketch": "s.png"},
    ]
    points = {"landmarks": FIVE_POINTS.tolist()}
    (own / "manifest.jsonl").write_text("".join(json.dumps(row | points) + "\n" for row in rows))
    Image.fromarray(faces.photo(1)).save(own / "p.png")
    drawn(2).image.save(own / "s.png")
    options = Options(segmenter=cache / "segmenter.pt")
    report = prepare(tmp_path, tmp_path / "cache", options=options)
    assert report.faces == {"own": {"train": 0, "val": 0, "test": 2}}
    assert report.pairs == {"own": 0}
    both = load_prepared(tmp_path, tmp_path / "cache")
    assert both.rows("test").tolist() == [0]
    assert both.rows("test", with_photo=False).tolist() == [1]
    assert both.sketch_of.tolist() == [-1, 0]
    assert both.regions[1].max() == 0
    assert np.isnan(both.colours[1]).all()
    assert both.sketches[0].min() < 100


def test_a_segmenter_that_was_trained_once_is_kept(data: Path, cache: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    shutil.copy(cache / "segmenter.pt", folder)
    again = prepare(data, folder)
    assert (np.load(folder / "regions.npy") == np.load(cache / "regions.npy")).all()
    assert any("was used again" in note for note in again.problems)


def weights(path: Path) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = torch.load(path, weights_only=True)
    return state


def test_a_given_segmenter_and_other_steps_win_over_the_one_in_the_cache(
    data: Path, cache: Path, tmp_path: Path
) -> None:
    folder, kept = tmp_path / "cache", tmp_path / "cache" / "segmenter.pt"
    prepare(data, folder, steps=1)
    first = weights(kept)
    assert prepare(data, folder, steps=1).problems == [
        f"the segmenter of 1 steps that lay in {folder} was used again; --segmenter-steps N trains another"
    ]
    assert prepare(data, folder, steps=2).problems == []
    assert any(not torch.equal(first[name], now) for name, now in weights(kept).items())
    assert all(torch.equal(now, weights(cache / "segmenter.pt")[name]) for name, now in weights(kept).items())
    torch.save(first, tmp_path / "given.pt")
    given = prepare(data, folder, options=Options(segmenter=tmp_path / "given.pt"))
    assert given.problems == [f"the segmenter is {tmp_path / 'given.pt'}"]
    assert all(torch.equal(first[name], now) for name, now in weights(kept).items())
    assert prepare(data, folder, steps=2).problems == []  # nobody knows the steps of a given one


def test_a_file_that_is_no_segmenter_is_refused(data: Path, tmp_path: Path) -> None:
    (tmp_path / "given.pt").write_text("none")
    with pytest.raises(ValueError, match=r"given\.pt is not a segmenter"):
        prepare(data, tmp_path / "cache", options=Options(segmenter=tmp_path / "given.pt"))


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


def test_the_cache_describes_itself(data: Path, cache: Path, tmp_path: Path) -> None:
    """Moved data are found where the command line says; the arrays need none."""
    moved = Path(shutil.copytree(data, tmp_path / "moved"))
    rows = [json.loads(line) for line in (cache / "manifest.jsonl").read_text().splitlines()]
    assert {row["archive"] for row in rows} == {"faker.zip", "fs2k-0.zip"}
    assert {"id", "set", "identity", "split", "photo", "landmarks"} <= rows[0].keys()
    again = load_prepared(moved, cache)
    assert again.faces[0].archive == moved / "faker.zip"
    assert load_images(again.faces[:1], "photo", 512).shape == (1, 512, 512, 3)
    assert load_prepared(tmp_path / "gone", cache).photos.shape == (12, 256, 256, 3)
    assert np.abs(again.eyes - FIVE_POINTS[:2]).max() < 1e-5


def test_an_aligned_original_is_found_again_at_any_size(tmp_path: Path) -> None:
    """A turned and shifted face comes back upright, through the warp of its manifest line."""
    points = (FIVE_POINTS @ np.array([[0.95, 0.2], [-0.2, 0.95]]) * 260 + (40, 90)).astype(np.float32)
    to_page = similarity(FIVE_POINTS * 256, points)
    turned = np.asarray(cv2.warpAffine(faces.photo(1), to_page, (420, 400), flags=cv2.INTER_CUBIC), np.uint8)
    Image.fromarray(turned).save(tmp_path / "turned.png")
    row: dict[str, object] = {"id": "1", "set": "own", "identity": "a", "split": "train", "photo": "turned.png"}
    row["landmarks"] = (points / (420, 400)).tolist()
    (tmp_path / "manifest.jsonl").write_text(json.dumps(row))
    (face,) = read_manifest(tmp_path)
    with Members() as members:
        aligned = Aligner(Finders()).align(members, face)
    assert aligned is not None
    assert aligned.landmarks == pytest.approx(FIVE_POINTS, abs=1e-3)
    write_cache(tmp_path, tmp_path, [aligned])
    (again,) = read_cache(tmp_path, tmp_path)
    middle = np.s_[60:220, 60:200]
    for size in (256, 512):
        upright = cv2.resize(load_images([again], "photo", size)[0], (256, 256), interpolation=cv2.INTER_AREA)
        assert np.abs(upright[middle].astype(int) - faces.photo(1)[middle]).mean() < 6


def test_drawings_are_aligned_by_the_projects_own_face_finder(tmp_path: Path) -> None:
    checkpoint = find(read_weights(), "landmarks")
    assert checkpoint is not None
    finder = checkpoint.build(lambda architecture: LandmarkNet(**architecture))
    drawing = draw_sketch(3, 384, placement=Placement(0.6, 8.0, (0.06, -0.04)))
    drawing.image.save(tmp_path / "a.png")
    Image.new("L", (200, 200), 255).save(tmp_path / "blank.png")
    rows = [{"id": n, "set": "own", "identity": n, "sketch": f"{n}.png"} for n in ("a", "blank")]
    (tmp_path / "manifest.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    aligner = Aligner(Finders(sketch=finder))
    with Members() as members:
        found, blank = (aligner.align(members, face) for face in read_manifest(tmp_path))
    assert found is not None
    assert found.sketch_warp is not None
    eyes = np.array(drawing.eyes) @ found.sketch_warp[:, :2].T + found.sketch_warp[:, 2]
    assert np.abs(eyes - FIVE_POINTS[:2]).max() < 0.02
    assert blank is None
    assert aligner.left_out == {"own: no face found in the sketch": 1}


def test_a_drawing_without_photo_is_aligned_by_the_points_it_brings(tmp_path: Path) -> None:
    points = (FIVE_POINTS @ np.array([[0.95, 0.2], [-0.2, 0.95]]) * 260 + (40, 90)).astype(np.float32)
    drawing = np.asarray(drawn(1).image.convert("RGB").resize((256, 256)))
    to_page = similarity(FIVE_POINTS * 256, points)
    turned = cv2.warpAffine(drawing, to_page, (420, 400), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    Image.fromarray(turned).save(tmp_path / "turned.png")
    row = {"id": "1", "set": "own", "identity": "a", "sketch": "turned.png"}
    (tmp_path / "manifest.jsonl").write_text(json.dumps(row | {"landmarks": (points / (420, 400)).tolist()}))
    aligner = Aligner(Finders())
    with Members() as members:
        aligned = aligner.align(members, *read_manifest(tmp_path))
    assert not aligner.left_out
    assert aligned is not None
    assert aligned.landmarks == pytest.approx(FIVE_POINTS, abs=1e-3)
    upright = load_images([aligned], "sketch")[0]
    middle = np.s_[60:220, 60:200]
    assert np.abs(upright[middle].astype(int) - drawing[middle]).mean() < 8


def test_the_report_tells_shared_people_and_twins(data: Path, cache: Path, tmp_path: Path) -> None:
    """The drawn faces of the tests are the same in two sets: mirrored there, and under other names."""
    folder = tmp_path / "cache"
    folder.mkdir()
    shutil.copy(cache / "segmenter.pt", folder)
    (tmp_path / "data").mkdir()
    row = {"set": "own", "identity": "a", "photo": "1.png", "landmarks": FIVE_POINTS.tolist()}
    with zipfile.ZipFile(tmp_path / "data" / "own.zip", "w") as archive:
        lines = [row | {"id": str(n), "split": split} for n, split in enumerate(("train", "test"))]
        lines.append(row | {"id": "other", "identity": "b", "split": "val", "photo": "2.png"})
        archive.writestr("manifest.jsonl", "\n".join(json.dumps(line) for line in lines))
        for n in (1, 2):
            content = io.BytesIO()
            Image.fromarray(faces.photo(n)).save(content, "PNG")
            archive.writestr(f"{n}.png", content.getvalue())

    def embed(photos: Images) -> npt.NDArray[np.float32]:
        return np.ones((len(photos), 1), np.float32)  # everybody is alike

    first = prepare(tmp_path / "data", folder, embed=embed)
    assert first.shared == {"own/a": ("train", "test")}
    assert [(twin.one, twin.other, twin.across) for twin in first.pictures] == [("own/0", "own/1", True)]
    assert first.people is not None
    assert {(twin.one, twin.other) for twin in first.people} == {("own/0", "own/other"), ("own/1", "own/other")}
    assert first.faces == {"own": {"train": 0, "val": 1, "test": 2}}
    assert json.loads((folder / "report.json").read_text())["shared"] == {"own/a": ["train", "test"]}
    said = (folder / "report.txt").read_text()
    assert "1 people were in several splits, now all in the one held back most" in said
    assert "1 pairs of photos are nearly the same picture, 1 of them across splits" in said
    merged = prepare(tmp_path / "data", folder, embed=embed, options=Options(merge_alike=True))
    assert merged.faces == {"own": {"train": 0, "val": 0, "test": 3}}
    kept = prepare(tmp_path / "data", folder, options=Options(keep_splits=True))
    assert kept.faces == {"own": {"train": 1, "val": 1, "test": 1}}
    assert "left as they are" in kept.as_text()
    assert "there is no recogniser" in kept.as_text()
