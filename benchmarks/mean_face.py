"""Makes the mean face that `imaging.face_waves` compares every face with: ``python -m benchmarks.mean_face``.

Likenesses of drawn sketches by the shipped weights; of each frequency the median. Whoever writes another makes every
stored hash of a face void: they would have to be made again.
"""

import argparse
from pathlib import Path

import numpy as np

from app.notices import pictures
from benchmarks.marks import WHOLE, likenesses
from imaging.face_hash import square_in
from imaging.face_waves import __file__ as beside
from imaging.face_waves import frequencies

FIRST = 1000
"""`benchmarks.perceptual` has others."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--likenesses", type=int, default=100)
    parser.add_argument("--to", type=Path, default=Path(beside).with_name("mean_face.npy"))
    chosen = parser.parse_args()
    found = []
    for likeness in likenesses(chosen.likenesses, FIRST):
        shown = pictures.show(likeness, WHOLE, ())
        square = square_in(shown.image.width, shown.crop)
        assert square is not None
        found.append(frequencies(np.asarray(shown.image.convert("L"), np.uint8), [square])[0])
    np.save(chosen.to, np.median(found, axis=0).astype(np.float32))


if __name__ == "__main__":
    main()
