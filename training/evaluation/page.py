"""A report as one HTML page with its pictures beside it: no script, nothing from elsewhere."""

from html import escape
from pathlib import Path

from training.evaluation.chart import as_svg, line_of
from training.evaluation.report import Chart, Figure, Report, Section, Sheet, Table, shown

_STYLE = Path(__file__).with_name("page.css")
_MET = {True: ("met", "met"), False: ("missed", "not met"), None: ("open", "not measured")}


def as_html(report: Report) -> str:
    """The page; pictures are expected under `sheets/`."""
    title = escape(report.title)
    links = "".join(f'<a href="#{s.key}">{escape(s.title)}</a>' for s in report.sections)
    about = "".join(f"<dt>{escape(key)}</dt><dd>{escape(value)}</dd>" for key, value in report.about.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{title}</title>'
        f"<style>{_STYLE.read_text()}</style></head><body><header><h1>{title}</h1><dl>{about}</dl></header>"
        f"<nav>{links}</nav><main>{_figures(report.figures)}"
        + "".join(_section(section) for section in report.sections)
        + "</main></body></html>"
    )


def _figures(figures: list[Figure]) -> str:
    if not figures:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(f.name)}</th><td>{escape(f.value)}</td><td>{escape(f.aim)}</td>'
        f'<td><span class="mark {_MET[f.met][0]}">{_MET[f.met][1]}</span></td></tr>'
        for f in figures
    )
    met = sum(figure.met is True for figure in figures)
    return (
        f'<section id="figures"><h2>Figures and aims</h2><p class="note">{met} of {len(figures)} met.</p>'
        '<div class="wide"><table class="aims"><thead><tr><th>figure</th><th>measured</th><th>aim</th><th></th></tr>'
        f"</thead><tbody>{rows}</tbody></table></div></section>"
    )


def _section(section: Section) -> str:
    note = f'<p class="note">{escape(section.note)}</p>' if section.note else ""
    charts = "".join(_chart(chart) for chart in section.charts)
    return (
        f'<section id="{section.key}"><h2>{escape(section.title)}</h2>{note}'
        + (f'<div class="charts">{charts}</div>' if charts else "")
        + "".join(_table(table) for table in section.tables)
        + "".join(_sheet(sheet) for sheet in section.sheets)
        + "</section>"
    )


def _table(table: Table) -> str:
    head = "".join(
        f'<th scope="col" class="{_align(c.digits)}">{escape(c.title)}'
        + (f' <span class="unit">{escape(c.unit)}</span>' if c.unit else "")
        + "</th>"
        for c in table.columns
    )
    body = "".join(_row(table, k) for k in range(len(table.rows)))
    note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
    return (
        f'<h3>{escape(table.title)}</h3><div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{note}"
    )


def _row(table: Table, number: int) -> str:
    row = table.rows[number]
    cells: list[str] = []
    for column in table.columns:
        value, _, interval = (
            shown(row, column).partition(" (") if column.digits is not None else (shown(row, column), "", "")
        )
        extra = f'<span class="interval">{escape(interval.rstrip(")"))}</span>' if interval else ""
        cells.append(f'<td class="{_align(column.digits)}">{escape(value)}{extra}</td>')
    return f"<tr{' class=own' if number in table.marked else ''}>{''.join(cells)}</tr>"


def _chart(chart: Chart) -> str:
    keys = "".join(
        '<li><svg viewBox="0 0 28 8" aria-hidden="true">'
        f'<line class="{line_of(chart, s)}" x1="0" x2="28" y1="4" y2="4"/></svg>{escape(s.name)}</li>'
        for s in chart.series
    )
    note = f'<p class="note">{escape(chart.note)}</p>' if chart.note else ""
    return (
        f'<figure><figcaption>{escape(chart.title)}<span class="unit">{escape(chart.y)}</span></figcaption>'
        f'<ul class="keys">{keys}</ul>{as_svg(chart)}{note}</figure>'
    )


def _sheet(sheet: Sheet) -> str:
    height, width = sheet.picture.shape[:2]
    note = f'<p class="note">{escape(sheet.note)}</p>' if sheet.note else ""
    return (
        f'<h3>{escape(sheet.title)}</h3><a href="sheets/{sheet.key}.png"><img src="sheets/{sheet.key}.png" '
        f'width="{width}" height="{height}" alt="{escape(sheet.title)}"></a>{note}'
    )


def _align(digits: int | None) -> str:
    return "text" if digits is None else "number"
