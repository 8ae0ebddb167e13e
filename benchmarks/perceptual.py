"""How surely a published picture is known again without its credentials, and how often another is taken for it.

``python -m benchmarks.perceptual --data DIR`` with sets as in docs/data.md. Every aligned photo stands for a likeness:
it is labelled and hashed as published pictures are. Then it is changed as pictures are on their way, and sought; and it
is compared, with and without a label, with all pictures of other people. ``--likenesses N`` does the same with
likenesses of drawn sketches by the shipped weights, which are more alike than people are.
"""

import argparse
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from app.notices import pictures
from benchmarks.marks import WHOLE, jpeg, likenesses, screenshot, shrunk
from imaging.fingerprint import BITS, NEAR, distances, fingerprint, guesses, packed
from imaging.label import caption_height, labelled, wording
from imaging.template import SIDE
from training.data import load_images
from training.data.sets import read_sets

GUESSES = 16
"""As many as a screenshot gives."""


@dataclass(frozen=True)
class Published:
    """A picture as it would be published: ``hashed`` is what is kept of it."""

    plain: Image.Image
    whole: Image.Image
    hashed: str
    person: str


def publish(face: Image.Image, person: str) -> Published:
    shown = pictures.show(face, WHOLE, ())
    whole = labelled(shown.image, shown.crop, wording("en"))
    return Published(shown.image, whole, fingerprint(whole.crop((0, 0, *shown.image.size))), person)


def without_band(whole: Image.Image) -> Image.Image:
    return whole.crop((0, 0, whole.width, whole.height - caption_height(whole.width)))


def cropped(share: float) -> Callable[[Image.Image], Image.Image]:
    """That share of the width and of the height taken off, half of it on each side."""

    def cut(whole: Image.Image) -> Image.Image:
        x, y = round(whole.width * share / 2), round(whole.height * share / 2)
        return whole.crop((x, y, whole.width - x, whole.height - y))

    return cut


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "JPEG 50": jpeg,
    "300 px": shrunk,
    "lighter by 15 %": lambda whole: whole.point(lambda level: min(255, round(level * 1.15))),
    "band cut off": lambda whole: jpeg(without_band(whole), 70),
    "band cut off, 300 px": lambda whole: shrunk(without_band(whole)),
    "screenshot on a page": screenshot,
    "1 % cropped": cropped(0.01),
    "4 % cropped": cropped(0.04),
    "10 % cropped": cropped(0.10),
}  # fmt: skip


def known_again(published: Sequence[Published]) -> None:
    for name, change in CHANGES.items():
        found = [int(distances(packed([one.hashed]), packed(guesses(change(one.whole))))[0]) for one in published]
        near = sum(distance <= NEAR for distance in found)
        print(f"  {name:<22} {near:4} of {len(found)} known again; bits off: median {np.median(found):.0f}", end="")
        print(f", 95 % {np.percentile(found, 95):.0f}, most {max(found)}", flush=True)


def mistaken(published: Sequence[Published], asked: Callable[[Published], Image.Image], name: str) -> None:
    """Every picture sought among all pictures of other people."""
    known, people = packed(one.hashed for one in published), np.array([one.person for one in published])
    nearest: list[int] = []
    wrong = pairs = 0
    for one in published:
        others = distances(known, packed(guesses(asked(one))))[people != one.person]
        pairs += len(others)
        wrong += int((others <= NEAR).sum())
        nearest.append(int(others.min()))
    print(f"  {name}: {wrong} of {pairs:,} pairs within {NEAR} bits ({wrong / pairs:.2e}); ", end="")
    print(f"nearest other: least {min(nearest)}, median {np.median(nearest):.0f}", flush=True)


def speed(count: int) -> None:
    chance = np.random.default_rng(0)
    known = chance.integers(0, 256, (count, BITS // 8), dtype=np.uint8)
    sought = chance.integers(0, 256, (GUESSES, BITS // 8), dtype=np.uint8)
    started = time.perf_counter()
    distances(known, sought)
    print(f"{GUESSES} guesses among {count:,} hashes: {1000 * (time.perf_counter() - started):.0f} ms, ", end="")
    print(f"{known.nbytes / 2**20:.1f} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, help="the folder with the sets")
    parser.add_argument("--limit", type=int, default=200, help="photos of each set (default: %(default)s)")
    parser.add_argument("--likenesses", type=int, default=0, help="likenesses of drawn sketches")
    chosen = parser.parse_args()
    groups: dict[str, list[Published]] = {}
    if chosen.data:
        faces = [face for face in read_sets(chosen.data, {}, [], chosen.limit) if face.aligned and face.photo]
        photos = (Image.fromarray(load_images([face], "photo", SIDE)[0]) for face in faces)
        groups["photos"] = [publish(photo, face.identity) for face, photo in zip(faces, photos, strict=True)]
    if chosen.likenesses:
        drawn = likenesses(chosen.likenesses)
        groups["likenesses"] = [publish(face, str(number)) for number, face in zip(itertools.count(), drawn)]
    for name, published in groups.items():
        print(f"{name}: {len(published)} pictures of {len({one.person for one in published})} people", flush=True)
        known_again(published[:: max(1, len(published) // 200)])
        mistaken(published, lambda one: one.whole, "as published")
        mistaken(published, lambda one: one.plain, "without any label")
    speed(200_000)


if __name__ == "__main__":
    main()
