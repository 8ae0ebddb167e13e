"""The pages about sketches: the list, a sketch's own page, and what is asked for there."""

import uuid

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import context, gate
from app.errors import Refused
from app.following import etag
from app.problems import wants_json
from app.studio import adding, moving, overview, pictures, repeats, service, status, viewing
from app.studio.asking import MAX_SEED, REGIONS, named
from app.studio.blueprint import blueprint
from app.studio.facts import facts
from app.studio.forms import render_form, unit_id
from app.studio.geometry import same_eyes
from app.studio.ownership import several
from app.studio.presenters import studio
from app.studio.samples import samples
from models import EyePair, Sketch

COUNTS = (1, 2, 4, 6)
"""Of candidates, those that the page offers."""

__all__ = ["adding", "blueprint", "pictures"]


@blueprint.get("/")
@gate.public
def home() -> ResponseReturnValue:
    signed = context.sign_in()
    if signed is None:
        return redirect(url_for("identity.sign_in"))
    works = signed.account.has_role("investigator", "supervisor")
    if not works and signed.account.has_role("admin"):
        return redirect(url_for("admin.overview"))
    return redirect(url_for("cases.cases" if works else "identity.account"))


@blueprint.get("/about")
@gate.public
def about() -> str:
    return render_template("about.html")


@blueprint.get("/sketches")
@gate.investigator
def sketches() -> str:
    query = " ".join(request.args.get("q", "").split())[:200]
    number = request.args.get("page", 1, type=int)
    page = service.list_sketches(context.db(), context.account(), query, number)
    return render_template(
        "studio/list.html",
        cards=overview.cards(context.db(), page.items),
        page=page,
        query=query,
        samples=samples(),
        several=several(context.db(), context.account()),
    )


@blueprint.get("/sketches/<uuid:sketch_id>")
@gate.case_reader
def sketch(sketch_id: uuid.UUID) -> str:
    return _page(sketch_id)


def _mine(sketch_id: uuid.UUID) -> Sketch:
    return service.get_sketch(context.db(), context.account(), sketch_id)


def _page(sketch_id: uuid.UUID, message: str = "") -> str:
    number, compare = (request.args.get(name, type=int) for name in ("likeness", "compare"))
    page = studio(context.db(), context.account(), sketch_id, number, compare)
    return render_template(
        "studio/studio.html",
        studio=page,
        sketch=page.sketch,
        looking=page.looking_in,
        facts=facts(page),
        etag=etag(status.describe(page)),
        max_seed=MAX_SEED,
        counts=COUNTS,
        regions=REGIONS,
        asked=", ".join(named(page.colours).values()),
        called=viewing.title,
        differences=viewing.differences,
        targets=moving.targets(context.db(), context.account(), page.sketch),
        message=message,
    )


def _back_to(sketch_id: uuid.UUID, moved: int | None = None) -> Response:
    return Response(status=303, headers={"Location": url_for("studio.sketch", sketch_id=sketch_id, moved=moved)})


@blueprint.post("/sketches/<uuid:sketch_id>/render")
@gate.investigator
def render(sketch_id: uuid.UUID) -> ResponseReturnValue:
    one = _mine(sketch_id)
    try:
        asked = render_form(request.form)
        same = repeats.asked(sketch_id, asked.body)
        eyes = _eyes_to_keep(one, asked.eyes)
        wish = (asked.engine, asked.seed, asked.strength, eyes, same, asked.appearance, asked.candidates)
        service.request_render(context.db(), context.account(), one, *wish)
    except Refused as error:
        if wants_json():
            raise
        return _page(sketch_id, str(error)), error.status
    return _back_to(sketch_id)


def _eyes_to_keep(one: Sketch, asked: EyePair | None) -> EyePair | None:
    """None, for the program to find them, when the form has them where it found them."""
    if asked is None or not same_eyes(asked, one.found_eyes):
        return asked
    return one.found_eyes if one.eyes else None


@blueprint.post("/likenesses/<uuid:likeness_id>/keep")
@gate.investigator
def keep(likeness_id: uuid.UUID) -> Response:
    likeness = service.get_likeness(context.db(), context.account(), likeness_id)
    service.keep(context.db(), context.account(), likeness)
    return _back_to(likeness.sketch_id)


@blueprint.post("/sketches/<uuid:sketch_id>/title")
@gate.investigator
def rename(sketch_id: uuid.UUID) -> ResponseReturnValue:
    one = _mine(sketch_id)
    try:
        service.rename(context.db(), context.account(), one, request.form.get("title", ""))
    except Refused as error:
        return _page(sketch_id, str(error)), error.status
    return _back_to(sketch_id)


@blueprint.post("/sketches/<uuid:sketch_id>/unit")
@gate.investigator
def move(sketch_id: uuid.UUID) -> ResponseReturnValue:
    one = _mine(sketch_id)
    try:
        moving.move(context.db(), context.account(), one, unit_id(request.form.get("unit", "")))
    except Refused as error:
        if wants_json():
            raise
        return _page(sketch_id, str(error)), error.status
    return _back_to(sketch_id, moved=1)


@blueprint.post("/jobs/<uuid:job_id>/retry")
@gate.investigator
def retry(job_id: uuid.UUID) -> Response:
    job = service.get_job(context.db(), context.account(), job_id)
    service.retry(context.db(), context.account(), job)
    return _back_to(job.subject_id)


@blueprint.post("/jobs/<uuid:job_id>/cancel")
@gate.investigator
def cancel(job_id: uuid.UUID) -> Response:
    job = service.get_job(context.db(), context.account(), job_id)
    service.cancel(context.db(), context.account(), job)
    return _back_to(job.subject_id)
