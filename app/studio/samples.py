"""The sample sketches that come with the product, to be tried at once."""

import functools
from dataclasses import dataclass

from app.assets import STATIC
from app.errors import NotFound

FOLDER = "samples"
ENDINGS = (".png", ".webp", ".jpg")


@dataclass(frozen=True)
class Sample:
    """``path`` is below the static folder."""

    name: str
    path: str

    @property
    def title(self) -> str:
        return self.name.replace("-", " ").capitalize()


@functools.cache
def samples() -> tuple[Sample, ...]:
    found = sorted(path for path in (STATIC / FOLDER).glob("*") if path.suffix in ENDINGS)
    return tuple(Sample(path.stem, f"{FOLDER}/{path.name}") for path in found)


def read(name: str) -> tuple[Sample, bytes]:
    """A sample and its file. Raises NotFound."""
    for sample in samples():
        if sample.name == name:
            return sample, (STATIC / sample.path).read_bytes()
    raise NotFound("There is no such sample.")
