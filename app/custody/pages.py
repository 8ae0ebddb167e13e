"""The pages of custody: the agency's chain for administrators, a sketch's for those who see it."""

import uuid
from collections.abc import Collection

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import context, gate
from app.custody import AGENCY_CHAIN, Chain
from app.custody.auditing import exported, verified
from app.custody.presenting import strand
from app.custody.verifying import Report
from app.custody.words import fault_words
from app.storage import open_anchors
from app.studio import service
from models import ChainKind, Sketch, utc_now

blueprint = Blueprint("custody", __name__)


@blueprint.app_template_global()
def custody_fault(fault: object) -> str:
    return fault_words(fault)  # type: ignore[arg-type]


def before() -> int | None:
    """Which part of a chain the address asks for."""
    return request.args.get("before", type=int)


def verify_now(chain: Chain, beside: Collection[Chain] = ()) -> Report:
    """For whoever is asking. Raises StorageUnavailable."""
    wired = context.services()
    stores = [wired.store, *([open_anchors(wired.settings)] if wired.settings.anchor_url else [])]
    return verified(context.db(), wired.database, stores, chain, beside)


@blueprint.get("/admin/custody")
@gate.admin
def agency() -> str:
    return _agency()


@blueprint.post("/admin/custody/verify")
@gate.admin
def verify_agency() -> str:
    return _agency(verify_now(AGENCY_CHAIN))


@blueprint.post("/admin/custody/export")
@gate.admin
@gate.confirmed
def export_agency() -> ResponseReturnValue:
    lines = exported(context.db(), context.services().database, AGENCY_CHAIN)
    response = Response(lines, mimetype="application/jsonl")
    response.headers.set("Content-Disposition", "attachment", filename=f"custody-{utc_now():%Y-%m-%d}.jsonl")
    return response


def _agency(report: Report | None = None) -> str:
    return render_template(
        "custody/agency.html",
        strand=strand(context.db(), AGENCY_CHAIN, before()),
        report=report,
        here=url_for("custody.agency"),
        verify=url_for("custody.verify_agency"),
    )


@blueprint.get("/sketches/<uuid:sketch_id>/custody")
@gate.investigator
def sketch(sketch_id: uuid.UUID) -> str:
    return _sketch(service.get_sketch(context.db(), context.account(), sketch_id))


@blueprint.post("/sketches/<uuid:sketch_id>/custody/verify")
@gate.investigator
def verify_sketch(sketch_id: uuid.UUID) -> str:
    one = service.get_sketch(context.db(), context.account(), sketch_id)
    return _sketch(one, verify_now(_own(one)))


def _own(one: Sketch) -> Chain:
    """Also of a sketch that is filed: what happened since is in its case's."""
    return Chain(ChainKind.SKETCH, one.lineage_id)


def _sketch(one: Sketch, report: Report | None = None) -> str:
    return render_template(
        "custody/sketch.html",
        sketch=one,
        strand=strand(context.db(), _own(one), before()),
        report=report,
        here=url_for("custody.sketch", sketch_id=one.id),
        verify=url_for("custody.verify_sketch", sketch_id=one.id),
    )
