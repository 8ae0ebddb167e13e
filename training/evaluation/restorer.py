"""Is the restorer better than bicubic enlargement? On validation photos, degraded and as the generator draws them
from made sketches, and on its faces of artists' drawings."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from inference.pipeline import Pipeline
from inference.restoration import enlarge
from training.batches import to_images
from training.data import Images, load_prepared
from training.evaluation.feature_distance import face_feature_distance
from training.evaluation.judge import Judge, cosines
from training.evaluation.similarity import psnr
from training.face_features import FaceFeatures
from training.restorer_batches import Mixture, RestorerBatches

_INPUTS = {
    "degraded photos": Mixture(),
    "faces of made sketches": Mixture(made=1),
    "faces of drawings": Mixture(drawings=1),
}


@dataclass(frozen=True)
class RestorerRow:
    """Identity cosine by the judge (higher is better), face-feature distance (lower is better), PSNR in dB."""

    inputs: str
    what: str
    faces: int
    cosine: float
    feature_distance: float
    psnr: float


@dataclass(frozen=True)
class RestorerReport:
    rows: list[RestorerRow]

    def as_text(self) -> str:
        lines = [f"{'inputs':24}{'what':22}{'faces':>6}{'cosine':>8}{'features':>10}{'PSNR':>7}"]
        lines += [
            f"{r.inputs:24}{r.what:22}{r.faces:6}{r.cosine:8.4f}{r.feature_distance:10.4f}{r.psnr:7.2f}"
            for r in self.rows
        ]
        return "\n".join(lines)

    def as_json(self) -> str:
        return json.dumps([asdict(row) for row in self.rows], indent=2)


def evaluate(data: Path, cache: Path, weights: Path, judge: Judge, features: Path, count: int) -> RestorerReport:
    """Of `count` validation faces, drawn at random with repetition. Raises ValueError for a folder without restorer."""
    pipeline = Pipeline.load(weights)
    if pipeline.restorer is None:
        raise ValueError(f"There is no restorer in {weights}.")
    prepared, faces = load_prepared(data, cache), FaceFeatures(features)
    rows: list[RestorerRow] = []
    for name, mixture in _INPUTS.items():
        if mixture.drawings and not len(prepared.rows("val", with_sketch=True)):
            continue
        batch = RestorerBatches(prepared, "val", count, mixture, 0, pipeline.engine("pix2pix")).batch(0)
        photos = to_images(batch.photo)
        candidates = {
            "bicubic": to_images(enlarge(batch.face)),
            "restored, strength 0.5": _restore(pipeline, batch.face, 0.5),
            "restored, strength 1": _restore(pipeline, batch.face, 1.0),
        }
        rows += [_row(name, what, made, photos, judge, faces) for what, made in candidates.items()]
    return RestorerReport(rows)


def _restore(pipeline: Pipeline, faces: torch.Tensor, strength: float) -> Images:
    assert pipeline.restorer is not None
    restorer = pipeline.restorer[1]
    return np.concatenate([to_images(restorer.restore(face[None], strength, 0)) for face in faces])


def _row(name: str, what: str, made: Images, photos: Images, judge: Judge, faces: FaceFeatures) -> RestorerRow:
    cosine = float(cosines(judge.embed(made), judge.embed(photos)).mean())
    distance = float(face_feature_distance(faces, made, photos).mean())
    return RestorerRow(name, what, len(made), cosine, distance, psnr(made, photos))
