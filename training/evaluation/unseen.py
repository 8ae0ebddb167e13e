"""`evaluate styles`: one table of a model and of runs that each left a style out of their training."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.data import Split
from training.evaluation.bench import open_bench
from training.evaluation.faces import about
from training.evaluation.judge import Judge
from training.evaluation.rendering import load_renderer
from training.evaluation.report import Report, Row, Section
from training.evaluation.runs import Model, seen_of_run, seen_of_weights
from training.evaluation.styles import style_rows, table_of, unseen_figures
from training.selection import STYLES


@dataclass(frozen=True)
class NamedRun:
    """A run folder; with a `style`, only that style's row is of interest."""

    folder: Path
    style: str | None
    recipe: str | None

    @property
    def model(self) -> Model:
        return Model(self.folder.name, seen_of_run(self.folder, self.recipe))


def named_runs(given: Sequence[str], recipe: str | None = None) -> list[NamedRun]:
    """From `STYLE=FOLDER` or `FOLDER`. Raises ValueError for an unknown style, or a run that learned from it."""
    runs: list[NamedRun] = []
    for text in given:
        style, _, folder = text.rpartition("=")
        if style and style not in STYLES:
            raise ValueError(f"There is no style {style}. Choose one of: {', '.join(STYLES)}.")
        run = NamedRun(Path(folder), style or None, recipe)
        if style and run.model.saw(style) == "yes":
            raise ValueError(f"{folder} was trained on {style}: its recipe, or that of what it began with, has it.")
        runs.append(run)
    if sum(run.style is None for run in runs) > 1:
        raise ValueError("Only one run can stand for the weights in use: name the others' styles, as STYLE=FOLDER.")
    return runs


def evaluate(
    data: Path, cache: Path, nets: Path, weights: Path, runs: Sequence[NamedRun], split: Split, seed: int
) -> Report:  # fmt: skip
    """A run given without a style stands for the weights folder's model; runs with one add their style's row each.

    Raises FileNotFoundError where there is no judge.
    """
    Judge(nets / "judge.onnx")  # raises where there is none, before anything is rendered
    whole = next((run for run in runs if run.style is None), None)
    rows: list[Row] = []
    described: dict[str, str] = {}
    for run in [whole, *(run for run in runs if run.style is not None)]:
        folder, recipe = (run.folder, run.recipe) if run else (None, None)
        renderer = load_renderer(weights, folder, recipe, seed)
        model = run.model if run else Model(renderer.name, seen_of_weights(weights))
        bench = open_bench(data, cache, nets, renderer, model, split, seed, 0)
        rows += style_rows(bench, run.style if run else None)
        described = described or about(bench)
    order = [*STYLES, *sorted({str(row["style"]) for row in rows} - set(STYLES))]
    rows.sort(key=lambda row: (order.index(str(row["style"])), str(row["trained"])))
    section = Section("styles", "Styles", tables=(table_of(rows),), figures=unseen_figures(rows))
    return Report("Unseen styles", described, [section])
