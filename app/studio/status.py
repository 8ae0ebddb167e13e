"""How a sketch stands, for the page to follow without being loaded again."""

import uuid
from typing import Any

from flask import Response, url_for

from app import context, gate
from app.following import answer
from app.studio.blueprint import blueprint
from app.studio.presenters import Studio, Work, studio
from app.studio.viewing import differences
from models import Likeness


@blueprint.get("/sketches/<uuid:sketch_id>/status.json")
@gate.case_reader
def status(sketch_id: uuid.UUID) -> Response:
    return answer(describe(studio(context.db(), context.account(), sketch_id)))


def describe(page: Studio) -> dict[str, Any]:
    """Everything that may change by itself. ``busy`` says whether to ask again."""
    return {
        "busy": page.busy,
        "align": _work(page.align) if page.align else None,
        "eyes": page.eyes,
        "found_eyes": page.sketch.found_eyes,
        "jobs": [_work(work) for work in page.renders],
        "likenesses": [_likeness(likeness) for likeness in page.likenesses],
        "kept": str(page.view.kept.id) if page.view.kept else None,
        "renderer": {"live": page.live, "engines": [engine.name for engine in page.engines]},
        "title": page.sketch.title,
    }


def _work(work: Work) -> dict[str, Any]:
    job = work.job
    return {
        "id": str(job.id),
        "kind": job.kind,
        "state": work.state,
        "words": work.words,
        "position": work.position,
        "reason": work.reason,
    }


def _likeness(likeness: Likeness) -> dict[str, Any]:
    return {
        "id": str(likeness.id),
        "number": likeness.number,
        "engine": likeness.engine,
        "seed": likeness.seed,
        "strength": likeness.strength,
        "appearance": likeness.appearance or {},
        "candidate": likeness.candidate,
        "differs": dict(differences(likeness)),
        "urls": {
            "image": url_for("studio.likeness_image", likeness_id=likeness.id),
            "thumbnail": url_for("studio.likeness_thumbnail", likeness_id=likeness.id),
            "provenance": url_for("studio.provenance", likeness_id=likeness.id),
        },
    }
