"""Real pairs disagree on where the head ends: the artist's hair is wider, the crown lower, the shoulders left out.

A generator that learns from such pairs answers with the average of hair and wall: a haze around every head. Here the
photo is cut, or filled outwards, to the silhouette that was drawn.
"""

import cv2
import numpy as np
import numpy.typing as npt

from training.data import Images

Mask = npt.NDArray[np.uint8]

_CHIN = 195  # px: from here down a drawing may be open, and only strokes straight below the head count
_INK = (215, 240)  # brightness below which a pixel is a stroke
_GAPS = (3, 5, 9, 13)  # px that are closed between strokes
_AGREES = 0.6  # share of the union of drawn and photographed head that both have: less, and the outline leaks
_FACE = np.s_[95:180, 88:168]  # inside every aligned face


def drawn_silhouette(sketch: Mask, person: Mask) -> Mask:
    """(256, 256) soft mask of the person in an aligned sketch of normalised ink; `person` is the photo's.

    What paper can be reached from above and beside without crossing a stroke is outside. The reading that agrees best
    with the photo's head is taken; the photo's own mask where none does.
    """
    best, silhouette = _AGREES, None
    for ink in _INK:
        for gap in _GAPS:
            inside = _inside((sketch < ink).astype(np.uint8), gap)
            head, photographed = inside[:_CHIN] > 0, person[:_CHIN] > 127
            share = float((head & photographed).sum() / (head | photographed).sum())
            if share > best + 0.01 and inside[_FACE].all():
                best, silhouette = share, inside
    if silhouette is None:
        return person
    silhouette = silhouette * 255
    silhouette[_CHIN:] = np.minimum(silhouette[_CHIN:], person[_CHIN:])
    return np.asarray(cv2.GaussianBlur(silhouette, (0, 0), 1.0))


def fit_photo(photo: Images, person: Mask, silhouette: Mask) -> Images:
    """The photo with the person's own colours continued outwards, for where the silhouette goes beyond the person."""
    certain = cv2.erode((person > 200).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    beyond = (silhouette > 0) & ~certain
    if not certain.any() or not beyond.any():
        return photo
    _, nearest = cv2.distanceTransformWithLabels(
        (~certain).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((int(nearest.max()) + 1, 3), np.uint8)
    colours[nearest[certain]] = photo[certain]
    continued = cv2.GaussianBlur(colours[nearest], (0, 0), 2.0)
    return np.where(beyond[..., None], continued, photo)


def _inside(strokes: Mask, gap: int) -> Mask:
    """1 inside the drawn head and straight below it, 0 outside."""
    closed = _close(strokes, gap)
    outside = _reachable(closed[:_CHIN])
    below = np.maximum.accumulate(closed[_CHIN:] > 0, axis=0) | ~outside[-1]
    inside = np.concatenate([~outside, below]).astype(np.uint8)
    return _largest(np.asarray(cv2.morphologyEx(inside, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))))


def _close(strokes: Mask, gap: int) -> Mask:
    framed = np.pad(strokes, gap)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (gap, gap))
    return np.asarray(cv2.morphologyEx(framed, cv2.MORPH_CLOSE, kernel)[gap:-gap, gap:-gap])


def _reachable(closed: Mask) -> npt.NDArray[np.bool_]:
    """Paper joined to the picture's upper and side edges."""
    framed = np.pad(closed, ((1, 0), (1, 1)))
    cv2.floodFill(framed, np.zeros((framed.shape[0] + 2, framed.shape[1] + 2), np.uint8), (0, 0), 2)
    return np.asarray(framed[1:, 1:-1] == 2)


def _largest(inside: Mask) -> Mask:
    count, labels, sizes, _ = cv2.connectedComponentsWithStats(inside)
    return (labels == 1 + int(sizes[1:, cv2.CC_STAT_AREA].argmax())).astype(np.uint8) if count > 1 else inside
