"""Which prepared faces a run learns from: not every trainer takes all of them. Asked are the batches themselves."""

import numpy as np
import numpy.typing as npt

from training.data import Face, Prepared
from training.landmarks import rows_of
from training.recipe import Recipe
from training.restorer_batches import Mixture, RestorerBatches


def learned_from(data: Prepared, recipe: Recipe) -> list[Face]:
    """Of the training faces that the recipe selects. Raises ValueError where a restorer finds none."""
    return [data.faces[k] for k in np.unique(_rows(data, recipe))]


def _rows(data: Prepared, recipe: Recipe) -> npt.NDArray[np.int64]:
    drawn = data.rows("train", with_sketch=True)
    if recipe.kind == "artist" or recipe.table.get("real_share") == 1:
        return drawn
    if recipe.kind == "landmarks":
        return np.concatenate(rows_of(data, "train"))
    if recipe.kind == "restorer":
        photos = np.array(RestorerBatches(data, "train", 1, Mixture(), 0).rows, np.int64)
        return np.concatenate([photos, drawn]) if recipe.section("drawn").get("drawings") else photos
    return data.rows("train")
