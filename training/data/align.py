"""Faces brought onto the template: photos by YuNet's points, drawings by the project's own face finder."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from inference import sketch
from inference.networks.landmarknet import LandmarkNet
from inference.template import FIVE_POINTS, Points
from training.data.faces import Face, Warp, is_on_template, warp_by
from training.data.files import Images, Members

_LOOK = 512  # px of the longer side that faces are looked for in: YuNet knows none that fill a larger picture
_SURE = 0.8


@dataclass(frozen=True)
class Finders:
    """What finds faces in pictures without points; None where there is none."""

    photo: Path | None = None
    """YuNet as an ONNX file."""
    sketch: LandmarkNet | None = None


class Aligner:
    """Gives faces their warps; counts in `left_out` what could not be aligned, by set and reason."""

    def __init__(self, finders: Finders) -> None:
        self.finders = finders
        self.left_out: Counter[str] = Counter()
        self._detector = cv2.FaceDetectorYN.create(str(finders.photo), "", (_LOOK, _LOOK)) if finders.photo else None
        if self._detector is not None:
            self._detector.setScoreThreshold(_SURE)

    def align(self, members: Members, face: Face) -> Face | None:
        """The face with warps and with points of the aligned photo; None when it cannot be used.

        A pair whose points lie on the template is taken as it stands, drawing and all.
        """
        if face.landmarks is not None and is_on_template(face.landmarks):
            return face
        aligned = self._photo(members, face) if face.photo is not None else face
        if aligned is None or face.sketch is None:
            return aligned
        return self._sketch(members, aligned)

    def _photo(self, members: Members, face: Face) -> Face | None:
        assert face.photo is not None
        if face.landmarks is None and self._detector is None:
            self._drop(face, "photo without points, and no detector (nets/yunet.onnx)")
            return None
        image = members.picture(face.archive, face.photo)
        size = np.array(image.shape[1::-1], np.float32)
        points = face.landmarks * size if face.landmarks is not None else self._detect(image)
        if points is None:
            self._drop(face, "no face found in the photo")
            return None
        warp = warp_by(points)
        return replace(face, photo_warp=warp, landmarks=_moved(points, warp))

    def _sketch(self, members: Members, face: Face) -> Face | None:
        assert face.sketch is not None
        if face.photo is None and face.landmarks is not None:
            size = np.array(members.picture(face.archive, face.sketch).shape[1::-1], np.float32)
            warp = warp_by(face.landmarks * size)
            return replace(face, sketch_warp=warp, landmarks=_moved(face.landmarks * size, warp))
        if self.finders.sketch is None:
            return self._without_sketch(face, "sketch without points, and no face finder")
        image = members.picture(face.archive, face.sketch)
        found = sketch.align(self.finders.sketch, Image.fromarray(image))
        if found.eyes is None:
            return self._without_sketch(face, "no face found in the sketch")
        warp = warp_by(np.array(found.eyes, np.float32))
        return replace(face, sketch_warp=warp, landmarks=FIVE_POINTS if face.landmarks is None else face.landmarks)

    def _detect(self, image: Images) -> Points | None:
        """Five points of the largest face, in pixels."""
        assert self._detector is not None
        height, width = image.shape[:2]
        scale = min(1.0, _LOOK / max(height, width))
        look = cv2.resize(image, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
        self._detector.setInputSize((look.shape[1], look.shape[0]))
        found: Any = self._detector.detect(np.ascontiguousarray(look[:, :, ::-1]))[1]  # None where there is no face
        if found is None:
            return None
        largest = max(found, key=lambda row: float(row[2] * row[3]))
        return np.asarray((largest[4:14].reshape(5, 2) + 0.5) / scale - 0.5, np.float32)

    def _drop(self, face: Face, why: str) -> None:
        self.left_out[f"{face.set}: {why}"] += 1

    def _without_sketch(self, face: Face, why: str) -> Face | None:
        """A photo may go on alone."""
        self._drop(face, why)
        return replace(face, sketch=None) if face.photo is not None else None


def _moved(points: Points, warp: Warp) -> Points:
    return np.asarray(points.astype(np.float64) @ warp[:, :2].T + warp[:, 2], np.float32)
