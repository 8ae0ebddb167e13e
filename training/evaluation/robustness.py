"""How long does the person survive? Identity against deformed strokes, missing parts and turned pages."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from training.data import Images
from training.evaluation import damage
from training.evaluation.bench import Bench
from training.evaluation.intervals import mean_of, ratio_of
from training.evaluation.judge import cosines
from training.evaluation.report import Chart, Column, Point, Row, Section, Series, Table

DEFORMATIONS = (0, 1, 3, 5, 7, 9, 11)  # px at 512
MISSING = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4)
ROTATIONS = (0, 5, 10, 15, 20, 30)  # degrees
_PARTS = (
    Column("part", "erased", None), Column("sketches", "sketches", 0),
    Column("cosine", "identity cosine", interval=True), Column("kept", "share kept", interval=True),
)  # fmt: skip
Harm = Callable[[Images, float, np.random.Generator], Images]


def measure_robustness(bench: Bench) -> Section:
    by_set = ", ".join(f"{sum(t is test for t, _ in bench.drawn)} {test.name}" for test in bench.sets)
    return Section(
        "robustness", "Robustness",
        f"On {len(bench.drawn)} test sketches drawn at random ({by_set}), the same for every point.",
        tables=(_parts(bench),),
        charts=(
            _curve(bench, "deformation", "Strokes deformed", "largest shift, px at 512 x 512", DEFORMATIONS, _deform,
                   "A smooth random warp; strokes within about 24 px of one another (at 512) move together."),
            _curve(bench, "missing", "Parts missing", "erased share of the inner three quarters", MISSING, damage.erase,
                   "Random boxes of bare paper."),
            _curve(bench, "rotation", "Page turned", "degrees, either way", ROTATIONS, _rotate,
                   "Aligned: the product looks for the eyes and turns the face upright. As it is: with that left out.",
                   aligns=True),
        ),
    )  # fmt: skip


def _curve(
    bench: Bench, key: str, title: str, x: str, steps: Sequence[float], harm: Harm, note: str, aligns: bool = False
) -> Chart:
    names = {"face, aligned": True, "face, as it is": False} if aligns else {"face": False}
    curves: dict[str, list[Point]] = {name: [] for name in (*names, "sketch itself")}
    for step in steps:
        sketches = harmed(bench, harm, step)
        for name, align in names.items():
            curves[name].append(_point(bench, step, bench.renderer.faces(sketches, align)))
        curves["sketch itself"].append(_point(bench, step, sketches))
    curves["mean photo"] = [_nobody(bench, step) for step in steps]
    series = [Series(name, points, name in names) for name, points in curves.items()]
    return Chart(key, title, x, "identity cosine", series, note)


def harmed(bench: Bench, harm: Harm, step: float) -> Images:
    """The subset's sketches; a sketch is harmed in the same way at every step, only more."""
    return np.stack(
        [
            harm(test.sketches[k], step, np.random.default_rng((bench.seed, n)))
            for n, (test, k) in enumerate(bench.drawn)
        ]
    )


def _point(bench: Bench, step: float, pictures: Images) -> Point:
    return _estimated(bench, step, _cosines(bench, pictures))


def _nobody(bench: Bench, step: float) -> Point:
    """The level of one picture for everybody, the mean photo of a set, which sees no sketch: below it nothing is left
    of the person."""
    return _estimated(bench, step, np.array([bench.mean_cosine[test.name][k] for test, k in bench.drawn]))


def _estimated(bench: Bench, step: float, cosine: npt.NDArray[np.float32]) -> Point:
    estimate = mean_of(cosine, _people(bench))
    return Point(step, estimate.value, estimate.low, estimate.high)


def _parts(bench: Bench) -> Table:
    whole = np.stack([test.sketches[k] for test, k in bench.drawn])
    undamaged = _cosines(bench, bench.renderer.faces(whole))
    rows: list[Row] = []
    for part in ("nothing", *damage.PARTS):
        sketches = whole if part == "nothing" else np.stack([damage.erase_part(sketch, part) for sketch in whole])
        values = undamaged if part == "nothing" else _cosines(bench, bench.renderer.faces(sketches))
        row: Row = {"part": part, "sketches": len(values)}
        row |= mean_of(values, _people(bench)).row("cosine")
        row |= ratio_of(values, undamaged, _people(bench)).row("kept")
        rows.append(row)
    return Table(
        "parts", "Named parts missing", _PARTS, rows, "Bare paper in fixed boxes around the template's points."
    )


def _cosines(bench: Bench, pictures: Images) -> npt.NDArray[np.float32]:
    photos = np.stack([test.seen["photo"][k] for test, k in bench.drawn])
    return cosines(bench.embed(pictures), photos)


def _people(bench: Bench) -> list[str]:
    return [test.faces[k].person for test, k in bench.drawn]


def _deform(sketch: Images, amplitude: float, rng: np.random.Generator) -> Images:
    return damage.deform(sketch, amplitude / 2, rng)  # the sketches are 256 px


def _rotate(sketch: Images, degrees: float, rng: np.random.Generator) -> Images:
    return damage.rotate(sketch, degrees if rng.random() < 0.5 else -degrees)
