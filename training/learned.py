"""Which prepared faces a run learns from: not every trainer takes all of them."""

import numpy as np
import numpy.typing as npt

from inference.restoration import SIDE
from training.data import Face, Prepared
from training.data.sharpness import sharp_rows
from training.landmarks import rows_of
from training.recipe import Recipe


def learned_from(data: Prepared, recipe: Recipe) -> list[Face]:
    """Of the training faces that the recipe selects."""
    return [data.faces[k] for k in np.unique(_rows(data, recipe))]


def _rows(data: Prepared, recipe: Recipe) -> npt.NDArray[np.int64]:
    drawn = data.rows("train", with_sketch=True)
    if recipe.kind == "artist" or recipe.table.get("real_share") == 1:
        return drawn
    if recipe.kind == "landmarks":
        return np.concatenate(rows_of(data, "train"))
    if recipe.kind == "restorer":
        photos = sharp_rows(data, "train", SIDE)
        return np.concatenate([photos, drawn]) if recipe.section("drawn").get("drawings") else photos
    return data.rows("train")
