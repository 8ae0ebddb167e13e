"""Is the restorer better than bicubic enlargement? On validation photos, degraded and as the generator draws them
from made sketches, and on its faces of artists' drawings."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.pipeline import Pipeline
from training.data import Images, load_prepared
from training.evaluation.feature_distance import face_feature_distance
from training.evaluation.intervals import mean_of
from training.evaluation.judge import Judge, cosines
from training.evaluation.rendering import Renderer
from training.evaluation.report import Column, Row, Table
from training.evaluation.restorer_inputs import Inputs, all_inputs
from training.evaluation.similarity import psnr
from training.evaluation.text import table_lines
from training.face_features import FaceFeatures

_STRENGTHS = {"bicubic": 0.0, "restored, strength 0.5": 0.5, "restored, strength 1": 1.0}
_COLUMNS = (
    Column("inputs", "inputs", None), Column("what", "what", None), Column("faces", "faces", 0),
    Column("cosine", "cosine", 4), Column("feature_distance", "features", 4), Column("psnr", "PSNR", 2),
    Column("cosine_gain", "cosine less bicubic's", 4, interval=True),
    Column("feature_distance_gain", "features less bicubic's", 4, interval=True),
)  # fmt: skip


@dataclass(frozen=True)
class RestorerReport:
    """Rows of identity cosine by the judge (higher is better), face-feature distance (lower is better) and PSNR in dB.

    `cosine_gain` and `feature_distance_gain` are the mean differences to bicubic enlargement of the same faces, with
    95 % intervals in `<key>_low` and `<key>_high`: an interval that holds 0 says that nobody knows which is better.
    """

    rows: Sequence[Row]

    def as_text(self) -> str:
        return "\n".join(table_lines(Table("restorer", "The restorer beside bicubic enlargement", _COLUMNS, self.rows)))

    def as_json(self) -> str:
        return json.dumps(self.rows, indent=2, allow_nan=False)


@dataclass(frozen=True)
class _Scores:
    """Of every face."""

    cosine: np.ndarray[tuple[int, ...], np.dtype[np.float32]]
    distance: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    psnr: float


def evaluate(data: Path, cache: Path, weights: Path, judge: Judge, features: Path, count: int) -> RestorerReport:
    """Of up to `count` different validation faces a kind of input, drawn at random. Raises ValueError for a folder
    without restorer."""
    pipeline = Pipeline.load(weights)
    if pipeline.restorer is None:
        raise ValueError(f"There is no restorer in {weights}.")
    prepared, network, renderer = load_prepared(data, cache), FaceFeatures(features), Renderer(pipeline)
    rows: list[Row] = []
    for inputs in all_inputs(prepared, renderer, count):
        scores = {
            what: _scores(renderer.restored_at(inputs.faces, strength, inputs.size), inputs.photos, judge, network)
            for what, strength in _STRENGTHS.items()
        }
        rows += [_row(inputs, what, own, scores["bicubic"]) for what, own in scores.items()]
    return RestorerReport(rows)


def _scores(made: Images, photos: Images, judge: Judge, network: FaceFeatures) -> _Scores:
    cosine = cosines(judge.embed(made), judge.embed(photos))
    return _Scores(cosine, face_feature_distance(network, made, photos), psnr(made, photos))


def _row(inputs: Inputs, what: str, own: _Scores, bicubic: _Scores) -> Row:
    row: Row = {"inputs": inputs.name, "what": what, "faces": len(inputs.photos)}
    row |= {"cosine": float(own.cosine.mean()), "feature_distance": float(own.distance.mean()), "psnr": own.psnr}
    if own is bicubic:
        return row
    row |= mean_of(own.cosine - bicubic.cosine, inputs.people).row("cosine_gain")
    return row | mean_of(own.distance - bicubic.distance, inputs.people).row("feature_distance_gain")
