"""Adding sketches: one or several files, a new version, or a sample."""

import uuid
from collections.abc import Sequence

from flask import Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app import context, gate
from app.cases.forms import identity
from app.cases.sight import get_case
from app.errors import NotFound, Refused
from app.filing.place import Place
from app.idempotency import Asked
from app.languages.telling import tell, told
from app.problems import wants_json
from app.studio import repeats, service
from app.studio.blueprint import blueprint
from app.studio.forms import unit_id as read_unit_id
from app.studio.samples import read, samples
from app.witness.service import sessions_of
from imaging.decode import MAX_BYTES, ImageRefused
from models import Sketch

SAMPLE_ENGINE = "pix2pix"
"""What a sample is rendered with while no worker is up yet to say what it offers."""
Refusals = Sequence[tuple[str, str]]
"""File name and reason."""


@blueprint.route("/sketches/new", methods=["GET", "POST"])
@gate.investigator
def new() -> ResponseReturnValue:
    parent, place = _parent(request.values.get("parent", "")), _place()
    if request.method in context.SAFE_METHODS:
        return _page(parent, place)
    files = [file for file in request.files.getlist("files") if file.filename]
    unit_id = read_unit_id(request.form.get("unit", ""))
    added, refused = _add(files[:1] if parent else files, parent, unit_id, place)
    if wants_json():
        return jsonify(
            added=[{"title": one.title, "address": _address(one)} for one in added],
            refused=[{"name": name, "reason": reason} for name, reason in refused],
        )
    if refused:
        return _page(parent, place, added, refused), 422
    many = url_for("filing.sketches", case_id=place.case_id) if place else url_for("studio.sketches")
    where = _address(added[0]) if len(added) == 1 else many
    return Response(status=303, headers={"Location": where})


def _place() -> Place | None:
    """The case that the sketch is for, and the session of it. Raises Refused and NotFound."""
    case_id, session_id = (identity(request.values.get(name, "")) for name in ("case", "session"))
    if case_id is None:
        return None
    return Place(get_case(context.db(), context.account(), case_id).id, session_id)


def _parent(text: str) -> Sketch | None:
    if not text:
        return None
    try:
        return service.get_sketch(context.db(), context.account(), uuid.UUID(text))
    except ValueError:
        raise NotFound(service.NO_SKETCH) from None


def _add(
    files: Sequence[FileStorage], parent: Sketch | None, unit_id: uuid.UUID | None, place: Place | None
) -> tuple[list[Sketch], list[tuple[str, str]]]:
    """Each file on its own: one that is refused does not keep the others out."""
    added, refused = [], []
    title = request.form.get("title", "").strip() if len(files) == 1 else ""
    names = [file.filename or "" for file in files]
    where = (place.case_id, place.session_id) if place else ()
    whole = repeats.asked(names, repeats.digests(files), title, parent and parent.id, unit_id, *where)
    for name, file, part in zip(names, files, repeats.parts(whole, len(files)), strict=True):
        try:
            added.append(_create(file.read(MAX_BYTES + 1), name, title or None, parent, unit_id, part, place))
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
    place: Place | None = None,
) -> Sketch:
    db, store, account = context.db(), context.store(), context.account()
    return service.create_sketch(db, store, account, data, name, title, parent, unit_id, asked, place)


def _page(
    parent: Sketch | None, place: Place | None = None, added: Sequence[Sketch] = (), refused: Refusals = ()
) -> str:
    case_id = parent.case_id if parent else place and place.case_id
    return render_template(
        "studio/new.html",
        parent=parent,
        added=added,
        refused=refused,
        samples=samples(),
        max_bytes=MAX_BYTES,
        units=context.account().units,
        unit=request.form.get("unit", ""),
        case=get_case(context.db(), context.account(), case_id) if case_id else None,
        sessions=sessions_of(context.db(), case_id) if case_id else [],
        session=place.session_id if place else parent and parent.session_id,
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
