"""What of the prepared data a recipe learns from: `sets`, `terms`, `leave_out`."""

import re
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from training.data import Face, Prepared
from training.recipe import Recipe

# The ways of drawing in the public sets, as `leave_out` calls them.
STYLES = ("fs2k/style0", "fs2k/style1", "fs2k/style2", "cuhk")

# Where a manifest names no terms.
_TERMS = {"webmorph": "CC BY 4.0", "faker": "CC0"}
_OPEN = re.compile(r"CC0|CC BY( \d|$)|Attribution License|public domain|MIT|Apache", re.IGNORECASE)  # as they begin
_CLOSED = re.compile(r"research|non-?commercial|no-?deriv|\b(NC|ND|only)\b", re.IGNORECASE)  # wherever it stands
_NOWHERE = ""  # a split that nobody draws from


def select(data: Prepared, recipe: Recipe) -> Prepared:
    """The same arrays with fewer faces to draw from. Raises ValueError when none are left and for names of none.

    `leave_out` takes sketches away, "fs2k" all of a set, "fs2k/style0" those of one style; a photo whose sketch is left
    out is still one that sketches are made from, for what is left out is a way of drawing and not a person.
    """
    sets, styles = tuple(recipe.table.get("sets", ())), tuple(recipe.table.get("leave_out", ()))
    _refuse_unknown((*sets, *recipe.table.get("set_weights", ())), {face.set for face in data.faces})
    _refuse_unknown(styles, {name for face in data.faces if face.sketch for name in styles_of(face)})
    only_open = recipe.table.get("terms") == "open"
    faces = list(data.faces)
    for k, face in enumerate(faces):
        if (sets and face.set not in sets) or (only_open and not has_open_terms(face)):
            faces[k] = replace(face, split=_NOWHERE)
        elif face.sketch and not styles_of(face).isdisjoint(styles):
            faces[k] = replace(face, sketch=None)
    if not any(face.split == "train" for face in faces):
        raise ValueError(f"Recipe {recipe.name} leaves no face to learn from.")
    drawn = np.array([face.sketch is not None for face in faces])
    return replace(data, faces=faces, sketch_of=np.where(drawn, data.sketch_of, -1))


def styles_of(face: Face) -> set[str]:
    """The names that a drawing goes by in `leave_out`."""
    style = face.attributes.get("style")
    return {face.set} if style is None else {face.set, f"{face.set}/style{style}"}


def has_open_terms(face: Face) -> bool:
    """By the manifest's own words, else by the table above. Words that restrict close what begins openly."""
    terms = getattr(face, "terms", "") or _TERMS.get(face.set, "")
    return bool(_OPEN.match(terms)) and not _CLOSED.search(terms)


def _refuse_unknown(names: Iterable[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            raise ValueError(f"No prepared face is of {name}. Choose from: {', '.join(sorted(known))}.")
