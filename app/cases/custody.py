"""A case's chain of custody, with those of the sketches filed in it."""

import uuid

from sqlalchemy import select

from app import context, gate
from app.cases.blueprint import blueprint
from app.cases.page import case_page, here
from app.custody import Chain, of_case
from app.custody.pages import before, verify_now
from app.custody.presenting import strand
from app.custody.verifying import Report
from models import ChainKind, Sketch


@blueprint.get("/<uuid:case_id>/custody")
@gate.case_reader
def custody(case_id: uuid.UUID) -> str:
    return _page(case_id)


@blueprint.post("/<uuid:case_id>/custody/verify")
@gate.case_reader
def verify_custody(case_id: uuid.UUID) -> str:
    here(case_id)
    filed = select(Sketch.lineage_id).where(Sketch.case_id == case_id).distinct()
    beside = [Chain(ChainKind.SKETCH, one) for one in context.db().scalars(filed)]
    return _page(case_id, verify_now(of_case(case_id), beside))


def _page(case_id: uuid.UUID, report: Report | None = None) -> str:
    head = here(case_id)
    shown = strand(context.db(), of_case(case_id), before())
    return case_page("cases/custody.html", "cases.custody", head, strand=shown, report=report)
