"""The main table: picture and identity figures of the faces, beside the null rows."""

from collections.abc import Mapping

from training.data import Images
from training.evaluation.bench import Bench, TestSet
from training.evaluation.detector import was_found
from training.evaluation.feature_distance import face_feature_distance
from training.evaluation.fsim import fsim, structure_of
from training.evaluation.intervals import mean_of
from training.evaluation.judge import Embeddings, cosines, hits_by_person
from training.evaluation.report import Column, Figure, Row, Section, Table
from training.evaluation.similarity import psnr_each, shifted, ssim_gaussian, ssim_uniform

SKETCH, GENERATED, RESTORED = "sketch itself", "generator's face", "restored face"
_HEAD = (
    Column("set", "set", None), Column("split", "split", None), Column("images", "images", 0),
    Column("people", "people", 0), Column("what", "what", None),
)  # fmt: skip
IDENTITY = (
    *_HEAD,
    Column("cosine", "identity cosine", interval=True),
    Column("rank1", "rank-1 by person", interval=True),
    Column("rank5", "rank-5", interval=True),
    Column("rank10", "rank-10", interval=True),
    Column("found", "faces found"),
)
PICTURE = (
    *_HEAD,
    Column("ssim", "raw SSIM, uniform 7 x 7", interval=True),
    Column("ssim_gaussian", "raw SSIM, Gaussian", interval=True),
    Column("ssim_shifted", "shifted SSIM (s2f's)"),
    Column("psnr", "PSNR", 2, "dB", interval=True),
    Column("fsim", "FSIM, grey", interval=True),
    Column("features", "face-feature distance", interval=True),
)
_IDENTITY_NOTE = (
    "Cosine of the judge's embeddings with the person's own photo. Rank-k: a photo of the same person is among the k "
    "nearest of all photos of the set's split. The judge is never a loss. Intervals are 95 %, drawn by whole people."
)
_PICTURE_NOTE = (
    "On grey at 256 px. SSIM rewards blur: the mean photo beats many systems, so it is never read alone. Shifted SSIM"
    " is (SSIM + 1) / 2 and only there to be recognised. The face-feature distance comes from a net that is one of "
    "the losses: lower is better, but it is no judge."
)


def measure_quality(bench: Bench) -> Section:
    """Both tables, of every set; without a judge only that of the pictures."""
    identity: list[Row] = []
    picture: list[Row] = []
    figures: list[Figure] = []
    for test in bench.sets:
        structures = [structure_of(photo) for photo in test.photos]
        for what, pictures in _candidates(bench, test).items():
            head: Row = {
                "set": test.name, "split": test.split, "images": len(test.faces), "people": len(set(test.people)),
                "what": what,
            }  # fmt: skip
            if bench.judge:
                identity.append(head | _identity(bench, test, what, pictures))
            fidelity = [fsim(structure_of(x), y) for x, y in zip(pictures, structures, strict=True)]
            picture.append(head | _picture(bench, test, pictures, fidelity))
        figures += _figures(test, identity) if bench.judge else []
    marked = tuple(k for k, row in enumerate(picture) if row["what"] in (GENERATED, RESTORED))
    tables = [Table("picture", "How close the picture is", PICTURE, picture, _PICTURE_NOTE, marked)]
    if bench.judge:
        tables.insert(0, Table("identity", "Who it is", IDENTITY, identity, _IDENTITY_NOTE, marked))
    return Section("quality", "Likeness", tables=tables, figures=figures)


def _candidates(bench: Bench, test: TestSet) -> Mapping[str, Images]:
    mean = bench.mean_photos[test.name]
    rows = {SKETCH: test.sketches, mean.name: mean.repeated(len(test.faces)), GENERATED: test.generated}
    return rows | {RESTORED: test.made} if bench.renderer.restores else rows


def _identity(bench: Bench, test: TestSet, what: str, pictures: Images) -> Row:
    seen = _seen(bench, test, what, pictures)
    row: Row = dict(mean_of(cosines(seen, test.seen["photo"]), test.people).row("cosine"))
    for rank in (1, 5, 10):
        row |= mean_of(hits_by_person(seen, test.seen["photo"], test.people, rank), test.people).row(f"rank{rank}")
    row["found"] = float(was_found(bench.detector.points(pictures)).mean()) if bench.detector else None
    return row


def _seen(bench: Bench, test: TestSet, what: str, pictures: Images) -> Embeddings:
    """What was embedded before is not embedded again."""
    known = {SKETCH: "sketch", (RESTORED if bench.renderer.restores else GENERATED): "made"}
    return test.seen[known[what]] if what in known else bench.embed(pictures)


def _picture(bench: Bench, test: TestSet, pictures: Images, fidelity: list[float]) -> Row:
    uniform, people = ssim_uniform(pictures, test.photos), test.people
    row: Row = dict(mean_of(uniform, people).row("ssim"))
    row |= mean_of(ssim_gaussian(pictures, test.photos), people).row("ssim_gaussian")
    row["ssim_shifted"] = float(shifted(uniform).mean())
    row |= mean_of(psnr_each(pictures, test.photos), people).row("psnr")
    row |= mean_of(fidelity, people).row("fsim")
    if bench.features:
        row |= mean_of(face_feature_distance(bench.features, pictures, test.photos), people).row("features")
    return row


def _figures(test: TestSet, rows: list[Row]) -> list[Figure]:
    """The face must say more about who it is than the sketch that it was made from."""
    by_name = {row["what"]: row for row in rows if row["set"] == test.name}
    face, drawing = by_name.get(RESTORED, by_name[GENERATED]), by_name[SKETCH]
    figures: list[Figure] = []
    for key, name in (("cosine", "identity cosine"), ("rank1", "rank-1 by person")):
        own, null = float(face[key] or 0), float(drawing[key] or 0)
        value = f"{own:.3f} ({face[f'{key}_low']:.3f} to {face[f'{key}_high']:.3f})"
        figures.append(Figure(f"{test.name}: {name}", value, f"above the sketch's own {null:.3f}", own > null))
    return figures
