"""How surely a published picture is known again without its credentials, and how often another is taken for it.

``python -m benchmarks.perceptual --data DIR`` with sets as in docs/data.md. Every aligned photo stands for a likeness:
it is labelled and hashed as published pictures are. Then it is changed as pictures are on their way, and sought; and it
is sought, with and without a label, among the pictures of all other people. ``--likenesses N`` does the same with
likenesses of drawn sketches by the shipped weights, which are more alike than people are, and with sisters of theirs.

People are in two halves by their names. On the first, thresholds are chosen; figures are of the second alone.
"""

import argparse
import time
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from app.notices import pictures
from benchmarks import copies
from benchmarks.marks import WHOLE
from benchmarks.sisters import drawn
from imaging import face_hash, fingerprint
from imaging.fingerprint import BITS, distances, distances_to, guesses, packed
from imaging.label import labelled, without_band, wording
from imaging.template import SIDE
from training.data import load_images
from training.data.sets import read_sets

GUESSES = 16
"""As many as a screenshot gives."""
TRIED = 165
"""Squares around a face."""


@dataclass(frozen=True)
class Published:
    """A picture as it would be published. ``hashed``, ``face`` and ``found`` are what is kept of it: as a whole, of its
    face, and of its face where it is not known how it was cropped. ``sister`` is empty for the likeness itself."""

    plain: Image.Image
    whole: Image.Image
    hashed: str
    face: str
    found: str
    person: str
    sister: str = ""


def publish(face: Image.Image, person: str, sister: str = "") -> Published:
    shown = pictures.show(face, WHOLE, ())
    whole = labelled(shown.image, shown.crop, wording("en"))
    bare = without_band(whole)
    known, found = face_hash.face_hash(bare, shown.crop), face_hash.found_face_hash(bare)
    assert known is not None
    return Published(shown.image, whole, fingerprint.fingerprint(bare), known, found or "", person, sister)


class Known:
    """What is published, and how pictures are sought among it: as `app.public.known` does."""

    def __init__(self, published: Sequence[Published], kept: Callable[[Published], str] = lambda one: one.face) -> None:
        self.people = np.array([one.person for one in published])
        self.whole = packed(one.hashed for one in published)
        self.faces = packed(kept(one) or "0" * (BITS // 4) for one in published)

    def bits_off(self, picture: Image.Image) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """(N,) and (N,): as a whole, and by the face; BITS where it was not fitted, being too far off."""
        whole, faces = distances(self.whole, packed(guesses(picture))), np.full(len(self.faces), BITS, np.int64)
        for row, bits in face_hash.near(self.faces, picture).items():
            faces[row] = bits
        return whole, faces


def answer(known: Known, picture: Image.Image) -> tuple[str, str]:
    """Whose it is said to be, and by what: as `app.public.verifying` does. Two times "" where nobody's."""
    whole, faces = known.bits_off(picture)
    for by, bits, near in (("looks", whole, fingerprint.NEAR), ("face", faces, face_hash.NEAR)):
        if bits.min() <= near:
            return str(known.people[bits.argmin()]), by
    return "", ""


def known_again(published: Sequence[Published], known: Known, most: int) -> None:
    tried = published[:: max(1, len(published) // most)]
    for name in copies.of_one(0):
        said, off = Counter[str](), []
        for number, one in enumerate(tried):
            copy = copies.of_one(number)[name](one.whole)
            who, by = answer(known, copy)
            said[by if who == one.person else "wrong" if who else "missed"] += 1
            off.append(int(face_hash.near(known.faces, copy).get(known.people.tolist().index(one.person), BITS)))
        right = said["looks"] + said["face"]
        print(f"  {name:<36} {right:4} of {len(tried)} ({said['looks']} by looks, {said['face']} by the face)", end="")
        print(f"; taken for another's {said['wrong']}", end="")
        print(f"; faces off {np.median(off):.0f}, 95 % {np.percentile(off, 95):.0f}, most {max(off)}", flush=True)


def mistaken(published: Sequence[Published], known: Known, asked: Callable[[Published], Image.Image], name: str) -> int:
    """Every picture sought among those of all other people; the nearest of another's faces."""
    wrong, least, pairs = Counter[str](), {"looks": BITS, "face": BITS}, 0
    for one in published:
        others = known.people != one.person
        pairs += int(others.sum())
        bits = dict(zip(("looks", "face"), (both[others] for both in known.bits_off(asked(one))), strict=True))
        for by, near in (("looks", fingerprint.NEAR), ("face", face_hash.NEAR)):
            wrong[by] += int((bits[by] <= near).sum())
            least[by] = min(least[by], int(bits[by].min()))
    told = (f"by {by} {wrong[by]}, the nearest {least[by]} bits off" for by in least)
    print(f"  {name}: mistaken of {pairs:,} pairs: {'; '.join(told)}", flush=True)
    return least["face"]


def sisters(published: Sequence[Published], known: Known) -> None:
    """How often a sister that was not published is taken for the likeness that was."""
    for kind in sorted({one.sister for one in published if one.sister}):
        asked = [one for one in published if one.sister == kind]
        said = Counter(by or "not" for one in asked for who, by in [answer(known, one.whole)])
        print(
            f"  {kind}: of {len(asked)} taken for it {said['looks']} by looks, {said['face']} by the face", flush=True
        )


def half_of(person: str) -> int:
    return zlib.crc32(person.encode()) % 2


def speed(count: int) -> None:
    chance = np.random.default_rng(0)
    known = chance.integers(0, 256, (count, BITS // 8), dtype=np.uint8)
    for sought in (GUESSES, TRIED):
        tried = chance.integers(0, 256, (sought, BITS // 8), dtype=np.uint8)
        started = time.perf_counter()
        distances_to(known, tried)
        print(f"{sought} guesses among {count:,} hashes: {1000 * (time.perf_counter() - started):.0f} ms, ", end="")
        print(f"{known.nbytes / 2**20:.1f} MiB")


def searched(published: Sequence[Published], known: Known) -> None:
    """How long one picture takes, all of it."""
    taken = []
    for one in published[:20]:
        copy = copies.on_a_phone(one.whole)
        started = time.perf_counter()
        known.bits_off(copy)
        taken.append(1000 * (time.perf_counter() - started))
    print(f"  a phone's page among {len(known.people)}: median {np.median(taken):.0f} ms, most {max(taken):.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, help="the folder with the sets")
    parser.add_argument("--limit", type=int, default=200, help="photos of each set (default: %(default)s)")
    parser.add_argument("--changed", type=int, default=100, help="pictures of a group that are changed, about")
    parser.add_argument("--likenesses", type=int, default=0, help="likenesses of drawn sketches")
    chosen = parser.parse_args()
    groups: dict[str, list[Published]] = {}
    if chosen.data:
        faces = [face for face in read_sets(chosen.data, {}, [], chosen.limit) if face.aligned and face.photo]
        photos = (Image.fromarray(load_images([face], "photo", SIDE)[0]) for face in faces)
        named = (f"{face.set}/{face.identity}" for face in faces)
        groups["photos"] = [publish(photo, person) for person, photo in zip(named, photos, strict=True)]
    if chosen.likenesses:
        groups["likenesses"] = [publish(face, person, kind) for person, kind, face in drawn(chosen.likenesses)]
    for name, published in groups.items():
        group(name, published, chosen.changed)
    speed(200_000)


def group(name: str, published: Sequence[Published], changed: int) -> None:
    first, second = ([one for one in published if half_of(one.person) == half] for half in (0, 1))
    print(f"{name}, half that thresholds are chosen on: {len(first)} pictures", flush=True)
    apart = [one for one in first if not one.sister]
    nearest = mistaken(apart, Known(apart), lambda one: one.plain, "without any label")
    print(f"  three quarters of that: {nearest * 3 // 4} bits; NEAR is {face_hash.NEAR}")
    apart = [one for one in second if not one.sister]
    known = Known(apart)
    people = len({one.person for one in apart})
    print(f"{name}, the other half: {len(apart)} pictures of {people} people", flush=True)
    known_again(apart, known, changed)
    print("  hashed long after they were published:")
    known_again(apart, Known(apart, lambda one: one.found), changed // 4)
    mistaken(apart, known, lambda one: one.whole, "as published")
    mistaken(apart, known, lambda one: one.plain, "without any label")
    sisters(second, known)
    searched(apart, known)


if __name__ == "__main__":
    main()
