"""Every artist draws differently: the figures by style, and of models that never saw a style."""

import numpy as np

from training.evaluation.bench import Bench, TestSet
from training.evaluation.intervals import mean_of, ratio_of
from training.evaluation.judge import hits_by_person
from training.evaluation.report import Column, Figure, Row, Section, Table

_COLUMNS = (
    Column("style", "style", None), Column("model", "model", None), Column("trained", "style in its training", None),
    Column("images", "images", 0), Column("people", "people", 0),
    Column("mean_photo", "mean photo's cosine"), Column("sketch", "sketch's cosine", interval=True),
    Column("cosine", "face's cosine", interval=True), Column("ratio", "face / sketch", 2, interval=True),
    Column("sketch_rank1", "sketch's rank-1"), Column("rank1", "face's rank-1", interval=True),
)  # fmt: skip
NOTE = (
    "The test split of each style. Unseen is what a new artist's drawings are to the model; the ratio's interval is "
    "drawn by whole people. Mean photo: one picture for everybody, the mean of the set's training photos, or of its "
    "split where it has none. Rank-1 is among all photos of the set's split."
)


def measure_styles(bench: Bench) -> Section:
    """One row a style, all by the same model."""
    rows = style_rows(bench)
    return Section("styles", "Styles", tables=(table_of(rows),), figures=unseen_figures(rows))


def style_rows(bench: Bench, only: str | None = None) -> list[Row]:
    """Rows of every style that the split has, or of `only` that one."""
    return [
        _row(bench, test, style)
        for test in bench.sets
        for style in sorted(set(test.styles))
        if only in (None, style)
    ]  # fmt: skip


def table_of(rows: list[Row], note: str = NOTE) -> Table:
    marked = tuple(k for k, row in enumerate(rows) if row["trained"] == "no: unseen")
    return Table("styles", "By style", _COLUMNS, rows, note, marked)


def unseen_figures(rows: list[Row]) -> list[Figure]:
    """The aim of an unseen style: its face is nearer to the person than its sketch is."""
    return [_unseen_figure(row) for row in rows if row["trained"] == "no: unseen"]


def _unseen_figure(row: Row) -> Figure:
    value = f"{row['ratio']:.2f} ({row['ratio_low']:.2f} to {row['ratio_high']:.2f})"
    name = f"{row['style']}, left out of training: face / sketch"
    return Figure(name, value, "above 1", float(row["ratio"] or 0) > 1)


def _row(bench: Bench, test: TestSet, style: str) -> Row:
    inside = np.array([own == style for own in test.styles])
    people = [person for person, chosen in zip(test.people, inside, strict=True) if chosen]
    row: Row = {"style": style, "model": bench.model.name, "trained": bench.model.saw(style)}
    row |= {"images": int(inside.sum()), "people": len(set(people))}
    row["mean_photo"] = float(bench.mean_cosine[test.name][inside].mean())
    row |= mean_of(test.sketch_cosine[inside], people).row("sketch")
    row |= mean_of(test.cosine[inside], people).row("cosine")
    row |= ratio_of(test.cosine[inside], test.sketch_cosine[inside], people).row("ratio")
    hits = {what: hits_by_person(test.seen[what], test.seen["photo"], test.people) for what in ("sketch", "made")}
    row["sketch_rank1"] = float(hits["sketch"][inside].mean())
    return row | mean_of(hits["made"][inside], people).row("rank1")
