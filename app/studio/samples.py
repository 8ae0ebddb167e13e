"""The sample sketches that come with the product, to be tried at once."""

import functools
import json
from dataclasses import dataclass

from flask_babel import gettext as _

from app.assets import STATIC
from app.errors import NotFound

FOLDER = "samples"


@dataclass(frozen=True)
class Sample:
    """``path`` is below the static folder."""

    name: str
    title: str
    path: str


@functools.cache
def samples() -> tuple[Sample, ...]:
    """In the order in which ``samples.json`` names them."""
    listed = json.loads((STATIC / FOLDER / "samples.json").read_text())
    return tuple(Sample(one["file"].rpartition(".")[0], one["title"], f"{FOLDER}/{one['file']}") for one in listed)


def read(name: str) -> tuple[Sample, bytes]:
    """A sample and its file. Raises NotFound."""
    for sample in samples():
        if sample.name == name:
            return sample, (STATIC / sample.path).read_bytes()
    raise NotFound(_("There is no such sample."))
