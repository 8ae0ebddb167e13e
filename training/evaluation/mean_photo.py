"""The other null row: one picture for everybody, the mean of a set's photos."""

from dataclasses import dataclass

import numpy as np

from training.data import Images


@dataclass(frozen=True)
class MeanPhoto:
    """`name` says of which photos: of the measured ones themselves where the set has none to train on."""

    name: str
    picture: Images

    def repeated(self, count: int) -> Images:
        """(count, H, W, 3), not copied."""
        return np.broadcast_to(self.picture, (count, *self.picture.shape))


def mean_photo(training: Images, photos: Images, split: str) -> MeanPhoto:
    """Of the training photos; else of `photos`, the split's."""
    if len(training):
        return MeanPhoto("mean training photo", _mean(training))
    return MeanPhoto(f"mean {split} photo, none to train on", _mean(photos))


def _mean(photos: Images) -> Images:
    return np.asarray(photos.mean(0).round(), np.uint8)
