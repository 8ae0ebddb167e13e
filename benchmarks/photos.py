"""How well the eyes are found in photos: ``python -m benchmarks.photos DIR`` with sets as in docs/data.md, aligned.

Each photo is turned, scaled and put somewhere on a page of 900 x 1100 px: a plain one, and one full of patches and
lines. An error is the distance of the eye that is further off, in distances between the eyes.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from inference.pipeline import Pipeline
from inference.template import FIVE_POINTS
from training.data import Face, Images, load_images
from training.data.sets import read_sets

WIDTH, HEIGHT, SIDE = 900, 1100, 512
Floats = npt.NDArray[np.float64]


def scene(chance: np.random.Generator, photo: Images, eyes: Floats, busy: bool) -> tuple[Images, Floats]:
    """A page with the photo somewhere on it, and where its eyes are then."""
    least, most = (0.22, 0.6) if busy else (0.5, 1.1)
    a = chance.uniform(least, most) * np.exp(1j * np.deg2rad(chance.uniform(-12, 12)))
    b = complex(chance.uniform(300, 600), chance.uniform(350, 750)) - a * complex(SIDE / 2, SIDE / 2)
    matrix = np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])
    page = _busy(chance) if busy else np.full((HEIGHT, WIDTH, 3), chance.integers(60, 240, 3), np.uint8)
    inside = cv2.warpAffine(np.full((SIDE, SIDE), 255, np.uint8), matrix, (WIDTH, HEIGHT)) > 127
    page[inside] = cv2.warpAffine(photo, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)[inside]
    return page, eyes @ matrix[:, :2].T + matrix[:, 2]


def _busy(chance: np.random.Generator) -> Images:
    patches = chance.integers(0, 255, (22, 18, 3), dtype=np.uint8)
    page = np.array(cv2.resize(patches, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)
    for _ in range(25):
        x1, y1, x2, y2 = (int(number) for number in chance.integers(0, 900, 4))
        colour = tuple(int(number) for number in chance.integers(0, 255, 3))
        cv2.line(page, (x1, y1), (x2, y2), colour, int(chance.integers(1, 9)))
    return page


def errors(pipeline: Pipeline, faces: list[Face], busy: bool) -> tuple[Floats, list[str]]:
    chance, found = np.random.default_rng(0), list[float]()
    methods: list[str] = []
    for face, photo in zip(faces, load_images(faces, "photo", SIDE), strict=True):
        eyes = (FIVE_POINTS if face.landmarks is None else face.landmarks)[:2].astype(np.float64) * SIDE
        page, true = scene(chance, photo, eyes, busy)
        alignment = pipeline.find_eyes(Image.fromarray(page))
        methods.append(alignment.method)
        off = np.linalg.norm(np.array(alignment.eyes or [(0, 0)] * 2) - true, axis=1).max()
        found.append(off / np.linalg.norm(true[1] - true[0]))
    return np.array(found), methods


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", default="webmorph,generated", help="names of sets (default: %(default)s)")
    parser.add_argument("--limit", type=int, default=100, help="photos a set (default: %(default)s)")
    chosen = parser.parse_args()
    faces = [face for face in read_sets(chosen.data, {}, [], None) if face.photo]
    pipeline = Pipeline.load()
    for name in chosen.sets.split(","):
        some = [face for face in faces if face.set == name]
        some = some[:: max(1, len(some) // chosen.limit)][: chosen.limit]
        for busy in (False, True):
            off, methods = errors(pipeline, some, busy)
            sure = np.array([method == "landmarks" for method in methods])
            print(
                f"{name}, {'busy' if busy else 'plain'} page, {len(some)} photos: median {np.median(off):.3f}, "
                f"within 0.10 {np.mean(off <= 0.10):.2f}, within 0.15 {np.mean(off <= 0.15):.2f}; "
                f"sure {sure.mean():.2f}, of those within 0.15 {np.mean(off[sure] <= 0.15):.2f}"
            )


if __name__ == "__main__":
    main()
