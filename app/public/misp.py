"""A notice as an event of MISP, with an object ``facial-composite`` for each of its pictures.

The template is MISP's own (misp-objects, ``objects/facial-composite/definition.json``, version 1). Its techniques are
E-FIT, PROfit, Sketch, Photofit, EvoFIT and PortraitPad, and none is ours. "Sketch" is said, since a sketch is what the
witness gave; the object's text says that the picture is a likeness computed from one.
"""

import base64
import datetime as dt
import uuid
from typing import Any

import msgspec
from flask import Response
from flask_babel import force_locale

from app import context, gate
from app.languages.names import SOURCE
from app.public import addresses, current
from app.public.addresses import FORMATS
from app.public.blueprint import blueprint
from app.public.found import load_one
from app.public.remembered import remembered
from app.public.shape import Misp
from app.public.shown import Shown, ShownPicture
from app.public.words import CATEGORY, LABEL
from app.storage import ObjectStore

TEMPLATE = {
    "name": "facial-composite",
    "meta-category": "misc",
    "description": "An object which describes a facial composite.",
    "template_uuid": "d727bc27-d1b9-4754-972c-dea305bd5976",
    "template_version": "1",
}
TECHNIQUE = "Sketch"
OURS = uuid.UUID("6f0cbb0e-3f0f-5a53-9d0c-52f6a1bd6a35")
"""What identities are derived from: the same notice taken in twice is one event."""
UNDEFINED, COMPLETED, ALL_COMMUNITIES = "4", "2", "3"
"""MISP's threat level, analysis and distribution: what is published is for everybody."""


@blueprint.get("/notices/<slug>/misp.json")
@gate.public
def misp(slug: str) -> Response:
    """In the language that the notice was written in first. Raises Over and NotFound."""
    one = current.find(context.db(), slug)
    response = remembered(("misp.json",), [one], lambda: _made(one), "application/json")
    response.headers.set("Content-Disposition", "attachment", filename=f"{slug}.misp.json")
    return response


def _made(identity: uuid.UUID) -> bytes:
    found = load_one(context.db(), identity)
    shown = found.shown(next(iter(found.publication.content["words"]), SOURCE))
    with force_locale(SOURCE):
        address = addresses.absolute(context.settings()).notice(shown.language, shown.slug)
        return msgspec.json.encode(Misp(event=_event(shown, address, context.store())))


def _event(shown: Shown, address: str, store: ObjectStore) -> dict[str, Any]:
    name = f"{shown.slug}/{shown.version}"
    return {
        "uuid": _identity(shown.slug),
        "info": f"{CATEGORY[shown.category]}: {shown.wording.headline}",
        "date": shown.published_at.astimezone(dt.UTC).date().isoformat(),
        "timestamp": str(int(shown.changed_at.timestamp())),
        "published": False,
        "threat_level_id": UNDEFINED,
        "analysis": COMPLETED,
        "distribution": ALL_COMMUNITIES,
        "Attribute": [_attribute(name, "link", address, category="External analysis")],
        "Object": [_object(name, shown, one, store) for one in shown.pictures],
    }


def _object(name: str, shown: Shown, one: ShownPicture, store: ObjectStore) -> dict[str, Any]:
    name = f"{name}/{one.position}"
    said = "\n\n".join(filter(None, (str(LABEL), one.alt, shown.wording.appearance)))
    attributes = [
        _attribute(name, "text", said, relation="text"),
        _attribute(name, "text", TECHNIQUE, relation="technique"),
    ]
    if one.signed:
        file = f"{shown.slug}-{one.position}.{FORMATS[one.signed.mime]}"
        picture = _attribute(name, "attachment", file, relation="facial-composite", category="External analysis")
        picture["data"] = base64.b64encode(store.get(one.signed.key)).decode()
        attributes.insert(0, picture)
    return {**TEMPLATE, "uuid": _identity(name), "distribution": ALL_COMMUNITIES, "Attribute": attributes}


def _attribute(of: str, kind: str, value: str, *, relation: str = "", category: str = "Other") -> dict[str, Any]:
    facts = {"uuid": _identity(f"{of}/{relation or kind}"), "type": kind, "category": category, "value": value}
    related = {"object_relation": relation} if relation else {}
    return {**facts, **related, "to_ids": False, "disable_correlation": True}


def _identity(name: str) -> str:
    return str(uuid.uuid5(OURS, name))
