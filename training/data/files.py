"""Members of ZIP files and folders: bytes, pictures, parsing masks."""

import bz2
import io
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageOps

from imaging.decode import over_white

Images = npt.NDArray[np.uint8]

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".bz2"})

# CelebAMask-HQ's parts, painted one over the other in this order; class indices from 1, 0 is the wall.
PARTS = (
    "skin", "nose", "eye_g", "l_eye", "r_eye", "l_brow", "r_brow", "l_ear", "r_ear", "mouth", "u_lip", "l_lip",
    "hair", "hat", "ear_r", "neck_l", "neck", "cloth",
)  # fmt: skip


class Unreadable(ValueError):
    """A picture that is not there, or that is none."""


class Members:
    """Opens every archive once, until it is closed."""

    def __init__(self) -> None:
        self._open: dict[Path, zipfile.ZipFile] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for archive in self._open.values():
            archive.close()
        self._open.clear()

    def read(self, archive: Path, name: str) -> bytes:
        """A member's bytes. Raises FileNotFoundError and KeyError as folders and ZIP files do."""
        if archive.is_dir():
            data = (archive / name).read_bytes()
        else:
            if archive not in self._open:
                self._open[archive] = zipfile.ZipFile(archive)
            data = self._open[archive].read(name)
        return bz2.decompress(data) if name.lower().endswith(".bz2") else data

    def picture(self, archive: Path, name: str) -> Images:
        """(H, W, 3) RGB, upright, over white where it is transparent. Raises Unreadable."""
        with _decoding(archive, name):
            return np.asarray(over_white(ImageOps.exif_transpose(Image.open(io.BytesIO(self.read(archive, name))))))

    def size(self, archive: Path, name: str) -> tuple[int, int]:
        """Width and height of an upright picture, of which no more is read than that takes. Raises Unreadable."""
        packed = not archive.is_dir() or name.lower().endswith(".bz2")
        with (
            _decoding(archive, name),
            Image.open(io.BytesIO(self.read(archive, name)) if packed else archive / name) as picture,
        ):
            lying = picture.getexif().get(ExifTags.Base.Orientation, 1) > 4
            width, height = picture.size
            return (height, width) if lying else (width, height)

    def parsing(self, archive: Path, name: str) -> Images:
        """(H, W) class indices of CelebAMask-HQ; put together where `name` has a `*` for the parts.

        Raises Unreadable.
        """
        with _decoding(archive, name):
            return self._parsing(archive, name)

    def _parsing(self, archive: Path, name: str) -> Images:
        if "*" not in name:
            return np.asarray(Image.open(io.BytesIO(self.read(archive, name))))
        classes: Images | None = None
        for index, part in enumerate(PARTS, 1):
            one = name.replace("*", part)
            if not (archive / one).exists():
                continue
            found = np.asarray(Image.open(archive / one).convert("L")) > 127
            classes = np.zeros(found.shape, np.uint8) if classes is None else classes
            classes[found] = index
        if classes is None:
            raise FileNotFoundError(name)
        return classes


@contextmanager
def _decoding(archive: Path, name: str) -> Iterator[None]:
    """Decoders raise nearly anything on damaged bytes (OSError, SyntaxError, struct.error, zlib.error, ...); whatever
    it was, only a better file helps."""
    try:
        yield
    except (FileNotFoundError, KeyError) as error:
        raise Unreadable(f"{archive / name} is not there") from error
    except Exception as error:
        raise Unreadable(f"{archive / name} cannot be read as a picture") from error


def pictures_in(folder: Path) -> list[Path]:
    """Every picture below a folder, in the order of their names; none where there is no such folder.

    Names that begin with a dot are not looked at: macOS lays `._photo.jpg` beside a photo, which is no picture.
    """
    if not folder.is_dir():
        return []
    seen = (path for path in folder.rglob("*") if not path.name.startswith("."))
    return sorted(path for path in seen if path.suffix.lower() in PICTURES and path.is_file())


def stem(path: Path) -> str:
    """The name without its endings: a picture may be compressed once more. Accents in one spelling, since macOS and
    others write different ones."""
    name = unicodedata.normalize("NFC", path.name)
    return (name[:-4] if name.lower().endswith(".bz2") else name).rpartition(".")[0]
