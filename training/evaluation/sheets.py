"""Contact sheets: sketch above likeness above photo. They show data-set faces and stay out of the repository."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from training.data import Images
from training.evaluation.bench import Bench, TestSet
from training.evaluation.report import Section, Sheet

_COLUMNS, _WORST, _TILE = 12, 12, 160  # px of a tile's side


def sheets_of(bench: Bench) -> Section:
    """Of every set faces that nobody chose, and the worst by identity where there is a judge."""
    sheets: list[Sheet] = []
    for test in bench.sets:
        drawn = np.random.default_rng(bench.seed).permutation(len(test.faces))[: 2 * _COLUMNS]
        note = "Sketch, face, photo; by the seed, nobody chose."
        chosen = {"unselected": (drawn, f"{len(drawn)} drawn at random", note)}
        if bench.judge:
            worst = np.argsort(test.cosine, kind="stable")[:_WORST]
            cosines = ", ".join(f"{test.cosine[k]:.2f}" for k in worst)
            chosen["worst"] = worst, f"the worst {len(worst)}", f"By identity cosine, from the left: {cosines}."
        for key, (rows, title, note) in chosen.items():
            sheets.append(Sheet(f"{test.name}-{test.split}-{key}", f"{test.name}: {title}", _grid(test, rows), note))
    return Section("sheets", "Faces", sheets=sheets)


def contact_sheet(stacks: Sequence[Images], columns: int = _COLUMNS, tile: int = _TILE) -> Images:
    """Stacks of (N, S, S, 3) -> one picture: bands of `columns` pictures, in each the stacks one above another."""
    bands = [
        np.concatenate([_row(stack[start : start + columns], columns, tile) for stack in stacks])
        for start in range(0, len(stacks[0]), columns)
    ]
    gap = np.full((tile // 10, bands[0].shape[1], 3), 255, np.uint8)
    return np.concatenate([piece for band in bands for piece in (gap, band)][1:])


def _grid(test: TestSet, rows: npt.NDArray[np.intp]) -> Images:
    return contact_sheet([test.sketches[rows], test.made[rows], test.photos[rows]], min(_COLUMNS, len(rows)))


def _row(pictures: Images, columns: int, tile: int) -> Images:
    shrunk = [cv2.resize(picture, (tile, tile), interpolation=cv2.INTER_AREA) for picture in pictures]
    blank = [np.full((tile, tile, 3), 255, np.uint8)] * (columns - len(shrunk))
    return np.asarray(np.concatenate([*shrunk, *blank], axis=1))
