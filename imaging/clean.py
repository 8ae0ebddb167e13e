"""From a file's bytes to the picture that is worked on, the same for an upload and for the command line."""

from dataclasses import dataclass

from PIL import Image

from imaging.decode import decode_image, refuse_blank

SIDE = 2048


@dataclass(frozen=True)
class CleanPicture:
    """`image` is RGB, upright, at most 2048 px on its longer side; `scale` is its pixels per pixel of the file."""

    image: Image.Image
    mime: str
    scale: float


def clean_picture(data: bytes, *, drawing: bool = True) -> CleanPicture:
    """Raises ImageRefused for what is no usable picture, or, of a ``drawing``, shows none, with a sentence for the
    person."""
    decoded = decode_image(data)
    if drawing:
        refuse_blank(decoded.image)
    image = _within(decoded.image, SIDE)
    return CleanPicture(image, decoded.mime, image.width / decoded.width)


def _within(image: Image.Image, side: int) -> Image.Image:
    """The image, its longer side at most `side` pixels: most of a phone's 40 megapixels is paper."""
    longer = max(image.size)
    if longer <= side:
        return image
    size = (max(1, round(image.width * side / longer)), max(1, round(image.height * side / longer)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
