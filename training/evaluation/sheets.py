"""Contact sheets: sketch above likeness above photo. They show data-set faces and stay out of the repository."""

from collections import Counter
from collections.abc import Sequence

import cv2
import numpy as np

from training.data import Images
from training.evaluation.bench import Bench, TestSet
from training.evaluation.report import Section, Sheet

_COLUMNS, _TILE = 6, 256  # px of a tile's side: as large as faces are drawn
_A_SHEET, _WORST = 12, 12
Faces = Sequence[tuple[TestSet, int]]


def sheets_of(bench: Bench) -> Section:
    """Faces that nobody chose, on as many sheets as they need, and of every set the worst by identity where there is a
    judge."""
    faces = bench.unselected
    starts = range(0, len(faces), _A_SHEET)
    sheets = [_unselected(bench, faces[start : start + _A_SHEET], k, len(starts)) for k, start in enumerate(starts, 1)]
    if bench.judge:
        sheets += [_worst(test) for test in bench.sets]
    return Section("sheets", "Faces", sheets=sheets)


def contact_sheet(stacks: Sequence[Images], columns: int = _COLUMNS, tile: int = _TILE) -> Images:
    """Stacks of (N, S, S, 3) -> one picture: bands of `columns` pictures, in each the stacks one above another."""
    bands = [
        np.concatenate([_row(stack[start : start + columns], columns, tile) for stack in stacks])
        for start in range(0, len(stacks[0]), columns)
    ]
    gap = np.full((tile // 10, bands[0].shape[1], 3), 255, np.uint8)
    return np.concatenate([piece for band in bands for piece in (gap, band)][1:])


def _unselected(bench: Bench, faces: Faces, number: int, count: int) -> Sheet:
    by_set = ", ".join(f"{n} of {name}" for name, n in Counter(test.name for test, _ in faces).items())
    title = f"{len(bench.unselected)} drawn at random, sheet {number} of {count}"
    note = f"Sketch, face, photo; {by_set}, by the seed, nobody chose. The same in which found faces are counted."
    return Sheet(f"{bench.split}-unselected-{number}", title, _grid(faces), note)


def _worst(test: TestSet) -> Sheet:
    rows = np.argsort(test.cosine, kind="stable")[:_WORST]
    note = f"By identity cosine, from the left, row by row: {', '.join(f'{test.cosine[k]:.2f}' for k in rows)}."
    title = f"{test.name}: the worst {len(rows)}"
    return Sheet(f"{test.name}-{test.split}-worst", title, _grid([(test, int(k)) for k in rows]), note)


def _grid(faces: Faces) -> Images:
    stacks = [
        np.stack(pictures)
        for pictures in zip(*((test.sketches[k], test.made[k], test.photos[k]) for test, k in faces), strict=True)
    ]
    return contact_sheet(stacks, min(_COLUMNS, len(faces)))


def _row(pictures: Images, columns: int, tile: int) -> Images:
    shrunk = [cv2.resize(picture, (tile, tile), interpolation=cv2.INTER_AREA) for picture in pictures]
    blank = [np.full((tile, tile, 3), 255, np.uint8)] * (columns - len(shrunk))
    return np.asarray(np.concatenate([*shrunk, *blank], axis=1))
