"""Data that are damaged, half written or of another kind: said, and the rest goes on."""

import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inference.template import FIVE_POINTS
from tests.training import faces
from training.data import load_prepared
from training.data.files import Members, Unreadable
from training.data.manifest import read_cache, read_manifest, write_cache
from training.data.prepare import Options, prepare
from training.data.sets import read_sets


def jpeg(seed: int) -> bytes:
    content = io.BytesIO()
    Image.fromarray(faces.photo(seed)).save(content, "JPEG")
    return content.getvalue()


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """Faces on the template: a sound one, one cut off, one that is no picture, one that is not there, and a pair of
    which the drawing is empty."""
    folder = tmp_path / "sets"
    folder.mkdir()
    members = {"0.jpg": jpeg(1), "1.jpg": jpeg(2)[:3000], "2.jpg": b"<html>", "4.jpg": jpeg(3), "4.png": b""}
    rows = [
        {"id": str(n), "set": "own", "identity": str(n), "split": "train", "photo": f"{n}.jpg"}
        | {"landmarks": FIVE_POINTS.tolist()}
        for n in range(5)
    ]
    rows[4]["sketch"] = "4.png"
    with zipfile.ZipFile(folder / "own.zip", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr("manifest.jsonl", "\n".join(json.dumps(row) for row in rows))
    return folder


def test_damaged_pictures_are_left_out_and_named_and_the_rest_goes_on(
    damaged: Path, cache: Path, tmp_path: Path
) -> None:
    report = prepare(damaged, tmp_path / "cache", options=Options(segmenter=cache / "segmenter.pt"))
    own = damaged / "own.zip"
    assert report.unreadable == [
        f"own: {own}/1.jpg cannot be read as a picture",
        f"own: {own}/2.jpg cannot be read as a picture",
        f"own: {own}/3.jpg is not there",
        f"own: {own}/4.png cannot be read as a picture",
    ]
    assert "left out: 4 pictures that are missing or damaged" in report.as_text()
    assert [(face.id, face.sketch) for face in load_prepared(damaged, tmp_path / "cache").faces] == [
        ("0", None),
        ("4", None),
    ]


def test_damaged_masks_are_not_learned_from(data: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(data / "celebamask.zip") as old, zipfile.ZipFile(tmp_path / "masks.zip", "w") as new:
        for name in old.namelist():
            new.writestr(name, b"" if name == "mask/1.png" else old.read(name))
    shutil.copy(data / "fs2k-0.zip", tmp_path)
    report = prepare(tmp_path, tmp_path / "cache", steps=1)
    assert report.unreadable == [f"celebamask: {tmp_path}/masks.zip/mask/1.png cannot be read as a picture"]


def test_when_every_picture_is_damaged_that_is_the_error(damaged: Path, cache: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(damaged / "own.zip") as archive:
        lines = archive.read("manifest.jsonl")
    with zipfile.ZipFile(damaged / "own.zip", "w") as archive:
        archive.writestr("manifest.jsonl", lines)
    with pytest.raises(ValueError, match=r"own\.zip/0\.jpg is not there"):
        prepare(damaged, tmp_path / "cache", options=Options(segmenter=cache / "segmenter.pt"))


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    faces.write_set(tmp_path)
    whole = (tmp_path / "faker.zip").read_bytes()
    (tmp_path / "faker.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"faker\.zip is no ZIP file or a damaged one"):
        read_sets(tmp_path, {}, [])


@pytest.mark.parametrize(
    "line, why",
    [
        ('{"id": "2", "set": "own", "ident', "line 2: Unterminated string"),
        ('{"id": "2", "set": "own", "archive": "own", "photo": "x"}', "line 2: 'identity' is missing"),
        ("[1, 2]", "line 2: "),
        ('{"id": "2", "set": "own", "archive": "own", "identity": "b"}', "line 2: neither a photo nor a sketch"),
        (
            '{"id": "2", "set": "own", "archive": "own", "identity": "b", "photo": "x", "split": "training"}',
            "line 2: a split 'training'",
        ),
    ],
)
def test_a_manifest_line_that_cannot_be_understood_is_named(line: str, why: str, tmp_path: Path) -> None:
    """In a set and in a cache."""
    good = {"id": "1", "set": "own", "identity": "a", "photo": "1.png", "archive": "own"}
    (tmp_path / "manifest.jsonl").write_text(json.dumps(good) + "\n" + line + "\n")
    with pytest.raises(ValueError, match=rf"manifest\.jsonl, {why}"):
        read_manifest(tmp_path)
    with pytest.raises(ValueError, match=rf"manifest\.jsonl, {why}"):
        read_cache(tmp_path, tmp_path)


def test_preparing_that_was_interrupted_leaves_nothing_to_train_on(
    data: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(cache, tmp_path / "cache"))

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("training.data.prepare._write_sketches", interrupted)
    before = load_prepared(data, folder)
    photos = np.array(before.photos)
    with pytest.raises(KeyboardInterrupt):
        prepare(data, folder, options=Options(limit=2))
    assert (before.photos == photos).all()  # a run that reads them goes on
    with pytest.raises(FileNotFoundError, match="python -m training prepare"):
        load_prepared(data, folder)


def test_a_cache_that_could_not_be_made_anew_stays(cache: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(cache, tmp_path / "cache"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="--data"):
        prepare(tmp_path / "empty", folder)
    assert len(load_prepared(tmp_path, folder).faces) == 12


@pytest.mark.parametrize("name", ["photos", "regions", "colours", "sketches", "silhouettes"])
def test_arrays_that_are_not_the_manifests_are_refused(name: str, data: Path, cache: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(cache, tmp_path / "cache"))
    array = np.load(folder / f"{name}.npy")
    np.save(folder / f"{name}.npy", array[1:])
    with pytest.raises(ValueError, match=rf"{name}\.npy does not belong.*python -m training prepare"):
        load_prepared(data, folder)
    (folder / f"{name}.npy").unlink()
    with pytest.raises(ValueError, match=rf"{name}\.npy does not belong"):
        load_prepared(data, folder)


def test_a_person_of_another_set_keeps_that_name(tmp_path: Path) -> None:
    row = {"id": "1", "set": "cufs", "identity": "a", "photo": "1.png"}
    (tmp_path / "manifest.jsonl").write_text(json.dumps(row | {"person": "fs2k/x"}) + "\n" + json.dumps(row))
    merged, own = read_manifest(tmp_path)
    write_cache(tmp_path, tmp_path, [merged, own])
    assert [face.person for face in read_cache(tmp_path, tmp_path)] == ["fs2k/x", "cufs/a"]
    assert ["person" in json.loads(line) for line in (tmp_path / "manifest.jsonl").read_text().splitlines()] == [
        True,
        False,
    ]


def saved(
    folder: Path, picture: Image.Image, name: str, **options: Any
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    picture.save(folder / name, **options)
    with Members() as members:
        return members.picture(folder, name)


def test_pictures_of_every_mode_come_as_they_look(tmp_path: Path) -> None:
    photo = Image.fromarray(faces.photo(1))
    grey = np.asarray(photo.convert("L"))
    ink = Image.fromarray(np.dstack([np.zeros((256, 256, 3), np.uint8), 255 - grey]))  # black on nothing
    assert np.abs(saved(tmp_path, ink, "ink.png")[..., 0].astype(int) - grey).max() <= 1
    deep = Image.fromarray(grey.astype(np.uint16) * 257)
    assert (saved(tmp_path, deep, "deep.png") == grey[..., None]).all()
    assert (saved(tmp_path, deep, "deep.tif") == grey[..., None]).all()
    assert np.abs(saved(tmp_path, photo.quantize(256), "palette.png").astype(int) - faces.photo(1)).mean() < 6
    assert (
        np.abs(saved(tmp_path, photo.convert("CMYK"), "print.jpg", quality=95).astype(int) - faces.photo(1)).mean() < 6
    )
    turned = Image.Exif()
    turned[0x0112] = 6
    upright = saved(tmp_path, photo.rotate(90), "turned.png", exif=turned)
    assert (upright == faces.photo(1)).all()


def test_a_picture_that_is_none_says_where_it_is(tmp_path: Path) -> None:
    with Members() as members, pytest.raises(Unreadable, match=r"a\.png is not there"):
        members.picture(tmp_path, "a.png")
