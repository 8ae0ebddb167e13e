"""Which photos are large enough to learn detail from."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from training.data import Face, Prepared
from training.data.files import Members, Unreadable
from training.data.sharpness import sharp_rows


def stored(prepared: Prepared, folder: Path, size: tuple[int, int], **changes: object) -> Prepared:
    """The first face with a photo of another size."""
    Image.new("RGB", size).save(folder / "photo.png")
    face = Face(folder, "1", "own", "own/1", "train", photo="photo.png")
    return replace(prepared, faces=[replace(face, **changes)])  # type: ignore[arg-type]


def test_sets_are_told_by_the_size_of_their_photos(prepared: Prepared) -> None:
    assert {prepared.faces[k].set for k in sharp_rows(prepared, "train", 512)} == {"faker"}
    assert {prepared.faces[k].set for k in sharp_rows(prepared, "train", 256)} >= {"faker", "fs2k"}


def test_your_own_photos_count_once_they_are_aligned(prepared: Prepared, tmp_path: Path) -> None:
    """A face of 600 px in a photo of 1,000 is enough, the same face in one that ends at its chin is not."""
    warp = np.array([[1 / 600, 0, -1 / 3], [0, 1 / 600, -1 / 3]])
    for size, chosen in [((1000, 1000), [0]), ((1000, 700), [])]:
        assert list(sharp_rows(stored(prepared, tmp_path, size, photo_warp=warp), "train", 512)) == chosen
    small = np.array([[1 / 300, 0, -2 / 3], [0, 1 / 300, -2 / 3]])
    assert not len(sharp_rows(stored(prepared, tmp_path, (1000, 1000), photo_warp=small), "train", 512))


def test_a_photo_on_its_side_has_its_upright_size(tmp_path: Path) -> None:
    lying = Image.Exif()
    lying[ExifTags.Base.Orientation] = 6
    Image.new("RGB", (30, 20)).save(tmp_path / "lying.jpg", exif=lying)
    (tmp_path / "none.jpg").write_bytes(b"none")
    with Members() as members:
        assert members.size(tmp_path, "lying.jpg") == members.picture(tmp_path, "lying.jpg").shape[1::-1] == (20, 30)
        with pytest.raises(Unreadable, match=r"none.jpg cannot be read"):
            members.size(tmp_path, "none.jpg")
