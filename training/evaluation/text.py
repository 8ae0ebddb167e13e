"""A report as plain text."""

from training.evaluation.report import Chart, Figure, Report, Table, shown

_MET = {True: "met", False: "not met", None: "not measured"}


def as_text(report: Report) -> str:
    """Figures with aims first, then every table and curve."""
    lines = [report.title, "", *(f"{key}: {value}" for key, value in report.about.items()), ""]
    lines += _figures(report.figures)
    for section in report.sections:
        lines += ["", section.title.upper(), *([section.note] if section.note else [])]
        for table in section.tables:
            lines += ["", *table_lines(table)]
        for chart in section.charts:
            lines += ["", *_chart(chart)]
    return "\n".join(lines).rstrip()


def _figures(figures: list[Figure]) -> list[str]:
    return _grid(
        [["figure", "value", "aim", ""]] + [[f.name, f.value, f.aim, _MET[f.met]] for f in figures], texts={0, 1, 2, 3}
    )


def table_lines(table: Table) -> list[str]:
    """The title, the heads of the columns and the rows."""
    head = [column.title + (f" [{column.unit}]" if column.unit else "") for column in table.columns]
    cells = [[shown(row, column) for column in table.columns] for row in table.rows]
    texts = {k for k, column in enumerate(table.columns) if column.digits is None}
    return [table.title, *_grid([head, *cells], texts)]


def _chart(chart: Chart) -> list[str]:
    lines = [f"{chart.title} ({chart.y} by {chart.x})"]
    width = max(len(series.name) for series in chart.series)
    return lines + [
        f"  {series.name:{width}}  " + "  ".join(f"{p.x:g}: {p.y:.3f}" for p in series.points)
        for series in chart.series
    ]


def _grid(rows: list[list[str]], texts: set[int]) -> list[str]:
    """Columns of text to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    signs = ["<" if k in texts else ">" for k in range(len(widths))]
    return [
        "  ".join(f"{cell:{sign}{width}}" for cell, sign, width in zip(row, signs, widths, strict=True)).rstrip()
        for row in rows
    ]
