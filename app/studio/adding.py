"""Adding sketches: one or several files, a new version, or a sample."""

import uuid
from collections.abc import Sequence

from flask import Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app import context, gate
from app.errors import NotFound, Refused
from app.idempotency import Asked
from app.languages.telling import tell, told
from app.problems import wants_json
from app.studio import repeats, service
from app.studio.blueprint import blueprint
from app.studio.forms import unit_id as read_unit_id
from app.studio.samples import read, samples
from imaging.decode import MAX_BYTES, ImageRefused
from models import Sketch

SAMPLE_ENGINE = "pix2pix"
"""What a sample is rendered with while no worker is up yet to say what it offers."""
Refusals = Sequence[tuple[str, str]]
"""File name and reason."""


@blueprint.route("/sketches/new", methods=["GET", "POST"])
@gate.investigator
def new() -> ResponseReturnValue:
    parent = _parent(request.values.get("parent", ""))
    if request.method in context.SAFE_METHODS:
        return _page(parent)
    files = [file for file in request.files.getlist("files") if file.filename]
    added, refused = _add(files[:1] if parent else files, parent, read_unit_id(request.form.get("unit", "")))
    if wants_json():
        return jsonify(
            added=[{"title": one.title, "address": _address(one)} for one in added],
            refused=[{"name": name, "reason": reason} for name, reason in refused],
        )
    if refused:
        return _page(parent, added, refused), 422
    where = _address(added[0]) if len(added) == 1 else url_for("studio.sketches")
    return Response(status=303, headers={"Location": where})


def _parent(text: str) -> Sketch | None:
    if not text:
        return None
    try:
        return service.get_sketch(context.db(), context.account(), uuid.UUID(text))
    except ValueError:
        raise NotFound(service.NO_SKETCH) from None


def _add(
    files: Sequence[FileStorage], parent: Sketch | None, unit_id: uuid.UUID | None
) -> tuple[list[Sketch], list[tuple[str, str]]]:
    """Each file on its own: one that is refused does not keep the others out."""
    added, refused = [], []
    title = request.form.get("title", "").strip() if len(files) == 1 else ""
    names = [file.filename or "" for file in files]
    whole = repeats.asked(names, repeats.digests(files), title, parent and parent.id, unit_id)
    for name, file, part in zip(names, files, repeats.parts(whole, len(files)), strict=True):
        try:
            added.append(_create(file.read(MAX_BYTES + 1), name, title or None, parent, unit_id, part))
        except (ImageRefused, Refused) as error:
            refused.append((name, tell(error)))
    if not files:
        refused.append((_("No file"), _("Choose a file first.")))
    return added, refused


def _create(
    data: bytes,
    name: str,
    title: str | None,
    parent: Sketch | None = None,
    unit_id: uuid.UUID | None = None,
    asked: Asked | None = None,
) -> Sketch:
    db, store, account = context.db(), context.store(), context.account()
    return service.create_sketch(db, store, account, data, name, title, parent, unit_id, asked)


def _page(parent: Sketch | None, added: Sequence[Sketch] = (), refused: Refusals = ()) -> str:
    return render_template(
        "studio/new.html",
        parent=parent,
        added=added,
        refused=refused,
        samples=samples(),
        max_bytes=MAX_BYTES,
        units=context.account().units,
        unit=request.form.get("unit", ""),
    )


def _address(sketch: Sketch) -> str:
    return url_for("studio.sketch", sketch_id=sketch.id)


@blueprint.post("/sketches/sample")
@gate.investigator
def sample() -> ResponseReturnValue:
    """Add a sample and, so that it can be seen at once what comes out, ask for its likeness."""
    chosen, data = read(request.form.get("name", ""))
    units, asked = context.account().units, repeats.asked(chosen.name)
    unit_id = units[0].id if units else None
    file_name = chosen.path.rpartition("/")[2]
    sketch = _create(data, file_name, _("Sample: %(title)s", title=told(chosen.title)), unit_id=unit_id, asked=asked)
    offered = (service.capabilities(context.db()) or {}).get("engines", [])
    engine = str(offered[0]["name"]) if offered else SAMPLE_ENGINE
    service.request_render(context.db(), context.account(), sketch, engine, request=asked and asked.part("render"))
    return Response(status=303, headers={"Location": _address(sketch)})
