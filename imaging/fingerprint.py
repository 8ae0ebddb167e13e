"""A perceptual hash of a picture: 256 bits that stay nearly the same when it is compressed, resized or recoloured."""

import imagehash
from PIL import Image

BITS = 256


def fingerprint(picture: Image.Image) -> str:
    """64 hexadecimal digits: the signs of the lowest 16 x 16 frequencies against their median."""
    return str(imagehash.phash(picture.convert("L"), hash_size=16))
