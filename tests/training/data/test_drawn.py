"""Faces that the project draws itself, as data."""

from pathlib import Path

import numpy as np

from inference.template import FIVE_POINTS
from training.background import _OURS
from training.colours import measure
from training.data.drawn import Painted, imagine_sitter, paint
from training.data.drawn.archive import write_drawn
from training.data.faces import load_images
from training.data.manifest import read_manifest
from training.segmenter import CLASSES


def regions(one: Painted) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """As a segmenter would answer that is sure."""
    ours = _OURS[one.mask]
    person = [ours != CLASSES.index("wall"), *(ours == CLASSES.index(name) for name in ("skin", "hair"))]
    return np.stack(person).astype(np.uint8) * 255


def test_a_picture_is_a_function_of_sitter_number_and_seed(painted: list[Painted]) -> None:
    again, other = paint(imagine_sitter(3), 0, 3), paint(imagine_sitter(3), 1, 3)
    assert (again.photo == painted[3].photo).all()
    assert (again.mask == painted[3].mask).all()
    assert (other.photo != painted[3].photo).mean() > 0.5


def test_masks_lie_on_what_they_name(painted: list[Painted]) -> None:
    """Skin, hair and irises measured through the masks have the sitter's colours, and differ between sitters."""
    skins = []
    for seed, one in enumerate(painted):
        skin, hair, iris = measure(one.photo, regions(one), FIVE_POINTS[:2])
        assert np.isfinite(skin).all()
        assert np.isfinite(hair).all()
        assert np.isfinite(iris).all()
        look = imagine_sitter(seed).look
        told = np.corrcoef(look.skin, one.photo[regions(one)[1] > 0].mean(0))[0, 1]
        assert told > 0.9
        assert hair[0] < skin[0] + 25
        skins.append(skin[0])
    assert np.ptp(skins) > 15


def test_eyes_are_where_the_points_say(painted: list[Painted]) -> None:
    for one in painted:
        for x, y in (one.landmarks[:2] * 256).astype(int):
            assert one.photo[y - 2 : y + 3, x - 2 : x + 3].mean() < one.photo[y + 14 : y + 20, x - 3 : x + 4].mean()


def test_the_archive_is_a_set_with_people_splits_and_drawings(tmp_path: Path) -> None:
    faces = read_manifest(write_drawn(tmp_path / "drawn.zip", people=6, sketched=1))
    assert len(faces) == 12
    assert len({face.person for face in faces}) == 6
    assert {face.split for face in faces} == {"train", "val", "test"}
    assert [face.id for face in faces if face.sketch] == ["0000-0"]
    assert all(face.mask and face.aligned and face.terms for face in faces)
    drawing, photo = load_images(faces[:1], "sketch")[0], load_images(faces[:1], "photo")[0]
    assert drawing.mean() > photo.mean()
    assert np.abs(drawing.astype(int) - drawing.mean(-1, keepdims=True)).max() < 1  # of one ink
