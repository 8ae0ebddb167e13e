"""How large photos were before they were brought to one size: what is enlarged has no detail to learn from."""

import numpy as np
import numpy.typing as npt

from training.data.faces import Face
from training.data.files import Members
from training.data.prepared import Prepared

_NEARLY = 0.95  # of the side that is asked for: nobody sees the difference
_OUTSIDE = 0.02  # of the square's side that may lie outside of the photo, where it is mirrored


def sharp_rows(data: Prepared, split: str, side: int) -> npt.NDArray[np.int64]:
    """Faces of a split whose stored photo fills the aligned square with `side` px, nothing of it enlarged."""
    with Members() as members:
        return np.array([k for k in data.rows(split) if _fills(members, data.faces[k], side)], np.int64)


def _fills(members: Members, face: Face, side: int) -> bool:
    assert face.photo is not None
    width, height = members.size(face.archive, face.photo)
    if face.photo_warp is None:
        return min(width, height) >= _NEARLY * side
    matrix, shift = face.photo_warp[:, :2], face.photo_warp[:, 2]
    if side * np.sqrt(abs(np.linalg.det(matrix))) * _NEARLY > 1:
        return False
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]) - shift
    in_photo = np.linalg.solve(matrix, corners.T).T
    spare = _OUTSIDE / np.sqrt(abs(np.linalg.det(matrix)))
    return bool((in_photo > -spare).all() and (in_photo < np.array([width, height]) + spare).all())
