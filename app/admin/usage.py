"""How much the units use, as charts, tables, and a file for a spreadsheet."""

import csv
import datetime as dt
import io
import uuid

from flask import Response, render_template, request
from flask_babel import gettext as _

from app import context, gate
from app.admin.blueprint import blueprint
from app.admin.charts import Chart, chart, share
from app.agency import usage as service
from app.agency.days import STEPS, Span
from app.agency.usage import MEASURES, UnitId, Usage
from app.identity.importing import plain

STEP_DEFAULT = "day"


@blueprint.get("/usage")
@gate.admin
def usage() -> str:
    found = service.usage(context.db(), _step())
    chosen = _unit(found)
    some: list[UnitId] = [chosen] if chosen else found.everywhere
    firsts = [span.first for span in found.spans]
    return render_template(
        "admin/usage.html",
        usage=found,
        chosen=chosen,
        some=some,
        charts=[_chart(found, one, some, firsts) for one in MEASURES],
        rows=_rows(found, some),
        units=_units(found),
        words=_words(),
        steps=STEPS,
    )


@blueprint.get("/usage.csv")
@gate.admin
def usage_csv() -> Response:
    """One line a unit and span; byte-order mark first, or spreadsheets guess at the letters."""
    found = service.usage(context.db(), _step())
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow((found.step, "unit", *MEASURES))
    names = {unit.id: unit.name for unit in found.units}
    series = {(one, unit_id): found.series(one, [unit_id]) for one in MEASURES for unit_id in found.everywhere}
    for number, span in _spans(found):
        for unit_id in found.everywhere:
            figures = [series[one, unit_id][number] for one in MEASURES]
            writer.writerow((span.first.isoformat(), plain(names[unit_id] if unit_id else ""), *figures))
    response = Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"usage-by-{found.step}.csv")
    return response


def _rows(found: Usage, some: list[UnitId]) -> list[tuple[dt.date, dict[str, int]]]:
    series = {one: found.series(one, some) for one in MEASURES}
    return [(span.first, {one: series[one][number] for one in MEASURES}) for number, span in _spans(found)]


def _chart(found: Usage, measure: str, some: list[UnitId], firsts: list[dt.date]) -> Chart:
    base = 1024 if measure == service.BYTES else 1
    return chart(measure, found.series(measure, some), firsts, found.total(measure, some), base)


def _spans(found: Usage) -> list[tuple[int, Span]]:
    return list(enumerate(found.spans))


def _step() -> str:
    return step if (step := request.args.get("by", STEP_DEFAULT)) in STEPS else STEP_DEFAULT


def _unit(found: Usage) -> uuid.UUID | None:
    """The one that the address names, if there is such a unit."""
    wanted = request.args.get("unit", "")
    return next((unit.id for unit in found.units if str(unit.id) == wanted), None)


def _units(found: Usage) -> list[dict[str, object]]:
    """A row for each unit: its figures over the whole time, and how wide their bars are."""
    totals = {unit_id: {one: found.total(one, [unit_id]) for one in MEASURES} for unit_id in found.everywhere}
    most = {one: max((figures[one] for figures in totals.values()), default=0) for one in MEASURES}
    names = {unit.id: unit.name for unit in found.units}

    def row(unit_id: UnitId) -> dict[str, object]:
        figures = totals[unit_id]
        return {
            "id": unit_id,
            "name": names[unit_id] if unit_id else _("In no unit"),
            "figures": figures,
            "shares": {one: share(figures[one], most[one]) for one in MEASURES},
            "stored": found.stored.get(unit_id, 0),
        }

    return [row(unit_id) for unit_id in found.everywhere]


def _words() -> dict[str, tuple[str, str]]:
    """A title and what is counted, by measure."""
    return {
        service.RENDERS: (_("Likenesses asked for"), _("Without those that were cancelled before they began.")),
        service.SKETCHES: (_("Sketches handed in"), _("Every version counts.")),
        service.CASES: (_("Cases opened"), _("By the unit that the case is in now.")),
        service.ACCOUNTS: (_("Accounts at work"), _("Those that handed in a sketch or asked for a likeness.")),
        service.BYTES: (_("Stored anew"), _("Sketches and likenesses, with their thumbnails.")),
    }
