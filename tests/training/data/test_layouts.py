"""Data sets as their users have them on disk."""

import bz2
import io
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.template import FIVE_POINTS
from tests.training import faces as drawn
from tests.training.data import layouts
from training.data.faces import Face, load_images
from training.data.files import PARTS, Members, stem
from training.data.layouts import LAYOUTS
from training.data.layouts.cufs import standard_split
from training.data.sets import read_sets

MAKERS: dict[str, Callable[[Path], Path]] = {
    "cufs": layouts.cufs,
    "cufsf": layouts.cufsf,
    "fs2k": layouts.fs2k,
    "celebahq": layouts.celebahq,
    "ffhq": layouts.ffhq,
    "folder": layouts.plain,
}


def read(place: Path) -> tuple[dict[str, Face], list[str]]:
    problems: list[str] = []
    return {face.id: face for face in read_sets(place, {}, problems)}, problems


@pytest.mark.parametrize("name", MAKERS)
def test_a_layout_is_recognised_by_its_folders_and_by_its_name(name: str, tmp_path: Path) -> None:
    place = MAKERS[name](tmp_path / "some-set")
    assert next(layout.name for layout in LAYOUTS if layout.detect(place)) == name
    within = read_sets(tmp_path, {}, [])
    named = read_sets(tmp_path / "nothing", {name: place}, [])
    assert within
    assert [(face.id, face.person, face.split) for face in within] == [(f.id, f.person, f.split) for f in named]
    assert len({face.id for face in within}) == len(within)


@pytest.mark.parametrize("name", MAKERS)
def test_every_picture_that_a_layout_names_is_there(name: str, tmp_path: Path) -> None:
    for face in read_sets(MAKERS[name](tmp_path), {}, []):
        assert face.photo or face.sketch
        assert face.terms
        for member in ("photo", "sketch"):
            if getattr(face, member):
                assert load_images([face], "photo" if member == "photo" else "sketch", 8).shape == (1, 8, 8, 3)


def test_cufs_sketches_find_their_photos_on_either_sheet(tmp_path: Path) -> None:
    found, problems = read(layouts.cufs(tmp_path))
    assert found["m-001-01"].sketch == "sketch/M2-001-01-sz1.jpg"
    assert found["m-001-01"].photo == "photo/m-001-01.jpg"
    assert {face.attributes["part"] for face in found.values()} == {"student"}
    assert problems == []
    (tmp_path / "photo" / "m-001-01.jpg").unlink()
    found, problems = read(tmp_path)
    assert found["m-001-01"].photo is None
    assert "1 sketches without a photo" in problems[0]


def test_cufs_halves_and_cropped_pictures_are_told_by_their_folders(tmp_path: Path) -> None:
    found, _ = read(layouts.cufs_in_halves(tmp_path))
    assert {name: face.split for name, face in found.items()} == {"m-001-01": "train", "m-002-01": "test"}
    one = found["m-001-01"]
    assert (one.photo, one.sketch) == (
        "CUHK_training_cropped_photos/m-001-01.jpg",
        "CUHK_training_cropped_sketches/M2-001-01-sz1.jpg",
    )


def test_folders_above_a_set_say_nothing_about_its_faces(tmp_path: Path) -> None:
    found, _ = read(layouts.cufs(tmp_path / "testing" / "art" / "archive"))
    assert {(face.split, face.attributes["part"]) for face in found.values()} == {("", "student")}
    layouts.picture(tmp_path / "testing" / "art" / "archive" / "photo" / "x.jpg")
    found, _ = read(tmp_path / "testing" / "art" / "archive")
    assert (found["x"].split, found["x"].attributes["part"]) == ("", "other")


def test_the_standard_split_of_students_is_88_and_100() -> None:
    students = [Face(Path(), f"m-{n:03d}-01", "cufs", f"cufs/{n}", "", photo="x") for n in range(188)]
    other = Face(Path(), "004-1-1", "cufs", "cufs/xm2vts", "", photo="x")
    splits = standard_split([*reversed(students), other])
    assert splits[-1] == ""
    assert splits[:100] == ["test"] * 100
    assert splits[100:188] == ["train"] * 88


def test_cufsf_photos_are_found_by_the_list_of_names(tmp_path: Path) -> None:
    found, problems = read(layouts.cufsf(tmp_path))
    assert [(face.photo, face.person) for face in found.values()] == [
        ("feret/00001fb010_930831.png", "cufsf/00001"),
        ("feret/00002fa010_930831.png", "cufsf/00002"),
        (None, "cufsf/s3"),
    ]
    assert {str(face.sketch).partition("/")[0] for face in found.values()} == {"cropped_sketch"}
    assert problems == ["cufsf: 1 sketches without their FERET photo"]


def test_a_photo_that_is_compressed_once_more_is_read(tmp_path: Path) -> None:
    content = io.BytesIO()
    Image.new("RGB", (4, 4), (9, 8, 7)).save(content, "PPM")
    for name in ("a.ppm.bz2", "B.PPM.BZ2"):
        (tmp_path / name).write_bytes(bz2.compress(content.getvalue()))
        with Members() as members:
            assert (members.picture(tmp_path, name) == (9, 8, 7)).all()
        assert stem(tmp_path / name).lower() in ("a", "b")


def test_fs2k_brings_its_official_split_and_attributes(tmp_path: Path) -> None:
    found, problems = read(layouts.fs2k(tmp_path))
    assert {name: face.split for name, face in found.items()} == {
        "photo1/image0005": "train",
        "photo2/image0007": "train",
        "photo3/image0009": "test",
    }
    assert found["photo2/image0007"].sketch == "sketch/sketch2/sketch0007.png"
    assert found["photo2/image0007"].attributes == {"style": 1, "gender": 1}
    assert problems == ["fs2k: 1 annotated photos without file, e.g. photo3/image0404"]


def test_celebahq_gets_people_splits_masks_and_attributes(tmp_path: Path) -> None:
    found, problems = read(layouts.celebahq(tmp_path))
    assert [face.person for face in found.values()] == ["celebahq/7", "celebahq/8", "celebahq/8"]
    assert [face.split for face in found.values()] == ["train", "train", "test"]
    assert found["1"].attributes == {"Male": True, "Smiling": False}
    assert found["1"].source == "000101.jpg"
    assert (found["0"].mask is not None, found["1"].mask) == (True, None)
    assert problems == []
    with Members() as members:
        mask = members.parsing(tmp_path, str(found["0"].mask))
    skin, hair = PARTS.index("skin") + 1, PARTS.index("hair") + 1
    assert (mask[0] == [skin, skin, hair, hair, 0, 0, 0, 0]).all()


def test_celebahq_without_identities_says_so(tmp_path: Path) -> None:
    found, problems = read(layouts.celebahq(tmp_path, people=False))
    assert len({face.person for face in found.values()}) == 3
    assert "person of its own" in problems[0]


def test_copies_of_celebahq_without_masks_are_read_too(tmp_path: Path) -> None:
    for make in (layouts.celebahq_by_size, layouts.celebahq_by_gender):
        place = make(tmp_path / make.__name__)
        assert next(layout.name for layout in LAYOUTS if layout.detect(place)) == "celebahq"
    named = layouts.celebahq_by_gender(tmp_path / "own")
    (named / "train" / "male" / "000001.jpg").rename(named / "train" / "male" / "uncle.jpg")
    assert not any(layout.detect(named) for layout in LAYOUTS)
    by_size, problems = read(tmp_path / "celebahq_by_size")
    assert [face.photo for face in by_size.values()] == ["data1024x1024/00000.jpg", "data1024x1024/00001.jpg"]
    assert "person of its own" in problems[0]
    by_gender, _ = read(tmp_path / "celebahq_by_gender")
    assert [(f.split, f.attributes["Male"]) for f in by_gender.values()] == [
        ("train", False), ("train", True), ("val", False), ("val", True),
    ]  # fmt: skip


def test_ffhq_keeps_every_photos_licence_and_leaves_out_what_may_not_be_changed(tmp_path: Path) -> None:
    found, problems = read(layouts.ffhq(tmp_path))
    assert list(found) == ["00000", "00002"]
    assert found["00000"].terms == "Attribution License; Somebody"
    assert found["00000"].split == "train"
    assert problems == ["ffhq: 1 photos left out, their licence forbids changes"]
    told, untold = found["00000"].landmarks, found["00002"].landmarks
    assert told is not None
    assert told * 1024 == pytest.approx(np.array([(38.5, 77), (44.5, 89), (30, 60), (48, 96), (54, 108)]))
    assert untold is FIVE_POINTS


def test_your_own_pictures_pair_by_name_and_people_by_folder(tmp_path: Path) -> None:
    found, _ = read(layouts.plain(tmp_path / "mine"))
    assert {name: (face.person, bool(face.photo), bool(face.sketch)) for name, face in found.items()} == {
        "ada": ("mine/ada", True, True),
        "ben": ("mine/ben", True, False),
        "cleo": ("mine/cleo", False, True),
        "dan/1": ("mine/dan", True, False),
        "dan/2": ("mine/dan", True, False),
    }


def test_your_own_pictures_may_be_named_in_any_script_and_case(tmp_path: Path) -> None:
    """One system writes é as one letter, another as e and an accent."""
    place = tmp_path / "ภาพ"
    for name in ("Jos\u00e9", "สมชาย"):
        layouts.picture(place / "Photos" / f"{name}.JPG")
        layouts.picture(place / "SKETCHES" / f"{unicodedata.normalize('NFD', name)}.Png")
    layouts.picture(place / "Photos" / "Zo\u00eb" / "1.JPEG")
    layouts.picture(place / "SKETCHES" / "Zoe\u0308" / "1.png")
    (place / "Photos" / "._José.JPG").write_bytes(b"of macOS")
    found, problems = read(tmp_path)
    assert {name: face.person for name, face in found.items()} == {
        "Jos\u00e9": "ภาพ/Jos\u00e9",
        "สมชาย": "ภาพ/สมชาย",
        "Zo\u00eb/1": "ภาพ/Zo\u00eb",
    }
    assert load_images(list(found.values()), "photo", 8).shape == load_images(list(found.values()), "sketch", 8).shape
    assert problems == []


def test_of_two_photos_with_one_name_the_first_is_taken_and_the_other_named(tmp_path: Path) -> None:
    for name in ("a.jpg", "a.png", "b.jpg"):
        layouts.picture(tmp_path / "mine" / "photos" / name)
    found, problems = read(tmp_path)
    assert {face.photo for face in found.values()} == {"photos/a.jpg", "photos/b.jpg"}
    assert problems == ["mine: photos/a.png left out, another picture has its name"]


def test_a_folder_of_pictures_is_told_how_to_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layouts.picture(tmp_path / "mine" / "a.jpg")
    with pytest.raises(FileNotFoundError, match="a folder photos"):
        read_sets(tmp_path / "mine", {}, [])
    with pytest.raises(ValueError, match="a folder photos"):
        read_sets(tmp_path, {"folder": tmp_path / "mine"}, [])
    layouts.picture(tmp_path / "mine" / "photos" / "a.jpg")
    monkeypatch.chdir(tmp_path / "mine")
    assert [face.person for face in read_sets(Path(), {}, [])] == ["mine/a"]


def test_unknown_folders_are_named_and_empty_ones_passed_over(tmp_path: Path) -> None:
    drawn.write_set(tmp_path)
    layouts.picture(tmp_path / "holiday" / "beach.jpg")
    (tmp_path / "nets").mkdir()
    problems: list[str] = []
    assert {face.set for face in read_sets(tmp_path, {}, problems)} == {"fs2k", "faker", "celebamask"}
    assert problems == ["holiday: not in a known layout, left out"]


def test_a_limit_takes_faces_from_all_over_a_set(tmp_path: Path) -> None:
    drawn.write_set(tmp_path)
    few = read_sets(tmp_path, {}, [], limit=2)
    assert [face.id for face in few] == ["celebamask-1", "celebamask-2", "faker-1", "faker-4", "fs2k-1", "fs2k-4"]


def test_a_layout_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no layout lfw.*cufsf"):
        read_sets(tmp_path, {"lfw": tmp_path}, [])
    with pytest.raises(FileNotFoundError, match="There is no"):
        read_sets(tmp_path, {"cufs": tmp_path / "gone"}, [])
