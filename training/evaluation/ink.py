"""Ink is not skin: how dark somebody draws must say little about how dark a skin is."""

import numpy as np
import numpy.typing as npt

from training.evaluation import damage
from training.evaluation.bench import Bench
from training.evaluation.regions import lab_distance, mean_lab
from training.evaluation.report import Column, Figure, Row, Section, Table

GAMMAS = (0.5, 0.7, 1.4, 2.0)
DENSITIES = (0.3, 0.5, 1.7, 3.0)
LIMIT = 5.0  # CIE 1976 units
_COLUMNS = (
    Column("ink", "sketch rendered with", None), Column("images", "images", 0),
    Column("median", "median", 2), Column("p95", "95th percentile", 2), Column("max", "largest", 2),
    Column("within", f"below {LIMIT:g}"), Column("lightness", "mean change of L", 2),
)  # fmt: skip
_NOTE = (
    "CIELAB distance (CIE 1976) between the mean skin colour of the face and of the face from the unchanged sketch. "
    "Skin is a fixed place of the aligned face (forehead, both cheeks, bridge of the nose, chin; regions.py), so that"
    " no segmenter's mistakes are measured. Gamma is of the whole page; density multiplies the ink and leaves the "
    "paper."
)


def measure_ink(bench: Bench) -> Section:
    """Every test sketch under every ink."""
    undeformed = np.concatenate([mean_lab(test.generated) for test in bench.sets])
    inks = [(f"gamma {g:g}", damage.gamma, g) for g in GAMMAS] + [
        (f"density {d:g}", damage.density, d) for d in DENSITIES
    ]
    rows: list[Row] = []
    everything: list[npt.NDArray[np.float64]] = []
    for name, change, amount in inks:
        colours = [
            mean_lab(bench.renderer.faces(np.stack([change(sketch, amount) for sketch in test.sketches])))
            for test in bench.sets
        ]
        moved = np.concatenate(colours) - undeformed
        everything.append(lab_distance(moved, np.zeros(3)))
        rows.append(summary(name, everything[-1]) | {"lightness": float(moved[:, 0].mean())})
    distances = np.concatenate(everything)
    rows.append(summary("all of these", distances))
    return Section(
        "ink", "Ink is not skin", tables=(Table("skin", "How far the skin's colour moves", _COLUMNS, rows, _NOTE),),
        figures=(_figure(distances),),
    )  # fmt: skip


def summary(name: str, distances: npt.NDArray[np.float64]) -> Row:
    """One row of the table."""
    median, p95 = np.percentile(distances, [50, 95])
    return {
        "ink": name, "images": len(distances), "median": float(median), "p95": float(p95),
        "max": float(distances.max()), "within": float((distances < LIMIT).mean()),
    }  # fmt: skip


def _figure(distances: npt.NDArray[np.float64]) -> Figure:
    median, p95, largest = np.percentile(distances, [50, 95, 100])
    value = f"median {median:.1f}, 95th percentile {p95:.1f}, largest {largest:.1f}"
    aim = f"every distance below {LIMIT:g} (CIELAB)"
    return Figure("Skin under gamma 0.5 to 2, ink 0.3 to 3", value, aim, bool(largest < LIMIT))
