"""The ways of drawing that an artist's network is told apart."""

import numpy as np
import numpy.typing as npt

from training.data import Face, Prepared
from training.selection import styles_of


def style_of(face: Face) -> str:
    """`fs2k/style1`, or the set's name where it knows no styles."""
    return max(styles_of(face), key=len)


def styles_in(data: Prepared) -> tuple[str, ...]:
    """In the training split, by name: the order in which the network counts them."""
    return tuple(sorted({style_of(face) for face in data.faces if face.split == "train" and face.sketch}))


def codes(styles: int, length: int) -> npt.NDArray[np.float32]:
    """(styles, length) what the network is told of each style: one-hot. Raises ValueError when that is too short."""
    if styles > length:
        raise ValueError(f"There are {styles} styles to learn: set appearance of [network] to {styles} or more.")
    return np.eye(styles, length, dtype=np.float32)
