"""How far landmarks seem to move by colour alone: true photos given other colours, in which no pixel moves."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from inference.appearance import REGIONS, Lab
from training.batches import on_wall
from training.colours import iris_mask, recolour
from training.data import Images, Prepared, load_prepared
from training.data.manifest import NAME
from training.evaluation.bench import Bench
from training.evaluation.detector import Detector, apart

Floats = npt.NDArray[np.float64]


def moves_by_colour(
    bench: Bench, detector: Detector, colours: Mapping[str, Mapping[str, Lab]], shares: Mapping[str, float]
) -> Floats | None:
    """(pairs,) the largest move of the five points, px at 256, between the subset's photos and the same with one region
    moved to each of its named colours by a control's share of the way. None where `prepare` has not run."""
    if not (bench.cache / NAME).exists():
        return None
    data = load_prepared(bench.data, bench.cache)
    places = {(face.set, face.id): k for k, face in enumerate(data.faces)}
    drawn = [places.get((test.faces[k].set, test.faces[k].id)) for test, k in bench.drawn]
    rows = [k for k in drawn if k is not None and np.isfinite(data.colours[k]).all()]
    if not rows:
        return None
    photos = np.stack([on_wall(np.array(data.photos[k]), np.array(data.regions[k, 0])) for k in rows])
    still, moves = detector.points(photos), list[Floats]()
    for control, names in colours.items():
        for colour in names.values():
            pairs = zip(photos, rows, strict=True)
            made = [_recoloured(photo, data, k, REGIONS.index(control), colour, shares[control]) for photo, k in pairs]
            moves.append(apart(still, detector.points(np.stack(made))).max(1))
    return np.concatenate(moves)


def _recoloured(photo: Images, data: Prepared, k: int, region: int, colour: Lab, share: float) -> Images:
    irises = region == REGIONS.index("eyes")
    mask = iris_mask(data.eyes[k], photo.shape[0]) if irises else np.array(data.regions[k, region + 1])
    now = data.colours[k, region]
    return recolour(photo, mask, now, np.asarray(now + share * (np.array(colour, np.float32) - now), np.float32))
