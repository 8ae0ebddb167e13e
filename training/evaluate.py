"""`python -m training evaluate`: the pipeline that users run, on the test splits, beside two null rows."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from torch.nn import functional as F

from inference import sketch
from inference.pipeline import Pipeline, to_image, to_input
from inference.sketch import Alignment
from training.batches import to_images, to_tensor
from training.data import Face, Images, load_images, read_manifests
from training.judge import Judge, cosines, rank_by_person
from training.metrics import bootstrap_interval, raw_ssim, share_of_faces

SETS = ("fs2k", "cuhk")


@dataclass(frozen=True)
class Row:
    """One line of the table: raw SSIM, mean identity cosine with its 95 % interval, rank-1 by person, and the share of
    the pictures in which a detector finds a face, None without one."""

    set: str
    split: str
    images: int
    people: int
    what: str
    ssim: float
    cosine: float
    cosine_low: float
    cosine_high: float
    rank1: float
    found: float | None = None


def evaluate(
    data: Path, judge: Judge, weights: Path, split: str, seed: int, sheets: Path | None, detector: Path | None = None
) -> list[Row]:
    """Every set with real sketches; `sheets` is a git-ignored folder for pictures of the results, `detector` YuNet."""
    pipeline = Pipeline.load(weights)
    faces = read_manifests(data)
    rows: list[Row] = []
    for name in SETS:
        chosen = [face for face in faces if face.set == name and face.split == split and face.sketch and face.photo]
        if not chosen:
            continue
        photos, sketches = load_images(chosen, "photo"), load_images(chosen, "sketch")
        made = render_aligned(pipeline, sketches, seed)
        training = [face for face in faces if face.set == name and face.split == "train" and face.photo]
        mean_photo = load_images(training, "photo").mean(0).round().astype(np.uint8)
        candidates = {
            "sketch itself": sketches,
            "mean training photo": np.broadcast_to(mean_photo, photos.shape),
            "generator's face": made,
        }
        if pipeline.default_strength > 0:
            candidates["restored face"] = made = restore(pipeline, made, seed)
        for what, pictures in candidates.items():
            found = share_of_faces(pictures, detector) if detector else None
            rows.append(replace(_row(name, split, chosen, what, pictures, photos, judge), found=found))
        if sheets:
            write_sheet(sheets / f"{name}-{split}.png", sketches, made, photos)
    return rows


def render_aligned(pipeline: Pipeline, sketches: Images, seed: int = 0) -> Images:
    """(N, 256, 256, 3) aligned sketches -> faces of the same size, before mark and enlargement."""
    engine = pipeline.engine("pix2pix")
    made = np.empty_like(sketches)
    for k, drawing in enumerate(sketches):
        prepared = sketch.prepare(Image.fromarray(drawing), Alignment(None, "off", 0.0))
        made[k] = np.asarray(to_image(engine.generate(to_input(prepared), seed)))
    return made


def restore(pipeline: Pipeline, faces: Images, seed: int = 0) -> Images:
    """(N, 256, 256, 3) -> the same faces as the pipeline restores them by default, shrunk from 512 px."""
    assert pipeline.restorer is not None
    restorer, strength = pipeline.restorer[1], pipeline.default_strength
    made = np.empty_like(faces)
    for k in range(len(faces)):
        large = restorer.restore(to_tensor(faces[k : k + 1]), strength, seed)
        made[k] = to_images(F.interpolate(large.cpu(), size=faces.shape[1:3], mode="area"))[0]
    return made


def _row(name: str, split: str, faces: list[Face], what: str, pictures: Images, photos: Images, judge: Judge) -> Row:
    seen, true = judge.embed(pictures), judge.embed(photos)
    values = cosines(seen, true)
    low, high = bootstrap_interval(values.tolist())
    people = [face.person for face in faces]
    return Row(
        name, split, len(faces), len(set(people)), what, raw_ssim(pictures, photos), float(values.mean()), low, high,
        rank_by_person(seen, true, people),
    )  # fmt: skip


def as_table(rows: list[Row]) -> str:
    head = f"{'set':6}{'split':7}{'images':>7}{'people':>7}  {'what':22}"
    lines = [head + f"{'raw SSIM':>9}{'cosine':>8}{'95 %':>15}{'rank-1':>8}{'faces':>8}"]
    for r in rows:
        found = "-" if r.found is None else f"{r.found:.3f}"
        interval = f"{r.cosine_low:.3f}-{r.cosine_high:.3f}"
        head = f"{r.set:6}{r.split:7}{r.images:7}{r.people:7}  {r.what:22}"
        lines.append(head + f"{r.ssim:9.3f}{r.cosine:8.3f}{interval:>15}{r.rank1:8.3f}{found:>8}")
    return "\n".join(lines)


def as_json(rows: list[Row]) -> str:
    return json.dumps([asdict(row) for row in rows], indent=2)


def write_sheet(target: Path, sketches: Images, made: Images, photos: Images, columns: int = 12, rows: int = 4) -> None:
    """A contact sheet of the first faces: sketch above likeness above photo."""
    target.parent.mkdir(parents=True, exist_ok=True)
    columns = min(columns, len(sketches))
    count = min(len(sketches), columns * rows) // columns * columns
    bands = []
    for start in range(0, count, columns):
        bands += [np.concatenate(list(stack[start : start + columns]), axis=1) for stack in (sketches, made, photos)]
    sheet = np.concatenate(bands)
    half = (sheet.shape[1] // 2, sheet.shape[0] // 2)
    cv2.imwrite(str(target), cv2.cvtColor(cv2.resize(sheet, half, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2BGR))
