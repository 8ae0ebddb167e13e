"""What entries of custody say about a case, as its timeline tells it: a sentence each."""

from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.cases.words import FIELDS, STATUS
from models import CaseStatus, CustodyEntry

SENTENCES: Mapping[str, LazyString] = {
    "case.created": _("opened the case"),
    "case.changed": _("changed: %(fields)s"),
    "case.status": _("set the status from %(was)s to %(now)s"),
    "case.assigned": _("put %(person)s on the case"),
    "case.unassigned": _("took %(person)s off the case"),
    "case.moved": _("moved the case from %(was)s to %(now)s"),
    "case.hold": _("placed a legal hold on the case"),
    "case.released": _("released the legal hold"),
    "case.exported": _("exported the case"),
    "case.imported": _("imported the case"),
    "case.glass_broken": _("broke the glass to look into the case"),
    "case.deletion_asked": _("asked for the case to be deleted"),
    "case.deletion_refused": _("refused to delete the case"),
    "case.deleted": _("deleted the case"),
    "note.added": _("wrote a note"),
    "note.changed": _("changed a note"),
    "note.removed": _("removed a note"),
    "session.added": _("recorded a witness session"),
    "session.changed": _("changed a witness session"),
    "sketch.added": _("added a sketch"),
    "sketch.filed": _("filed a sketch in the case"),
    "sketch.moved": _("moved a sketch"),
    "sketch.renamed": _("gave a sketch another title"),
    "sketch.eyes": _("marked the eyes of a sketch"),
    "likeness.asked": _("asked for a likeness"),
    "likeness.rendered": _("rendered a likeness"),
    "likeness.kept": _("kept a likeness"),
    "photo.added": _("added a photo of the person"),
    "photo.consent": _("changed the consent for a photo"),
    "photo.measured": _("compared a photo with the likeness"),
    "evidence.viewed": _("looked at evidence"),
    "evidence.downloaded": _("downloaded evidence"),
}
SHAPES = {"case": "info", "note": "pencil", "session": "user", "sketch": "mark", "likeness": "mark", "photo": "eyes",
          "evidence": "search"}  # fmt: skip


def sentence(entry: CustodyEntry) -> str:
    """After the actor's name; an action that has no sentence is named as it is."""
    known = SENTENCES.get(entry.action)
    return str(known) % _Filled(entry.details) if known is not None else entry.action


def shape(entry: CustodyEntry) -> str:
    return SHAPES.get(entry.action.partition(".")[0], "info")


class _Filled(dict[str, str]):
    """The entry's details in words; what it does not say is left out."""

    def __init__(self, details: Mapping[str, Any]) -> None:
        said = {name: str(value) for name, value in details.items()}
        for name in ("was", "now"):
            if said.get(name) in set(CaseStatus):
                said[name] = str(STATUS[CaseStatus(said[name])])
        said["fields"] = ", ".join(str(FIELDS.get(name, name)) for name in details.get("fields", ()))
        super().__init__(said)

    def __missing__(self, name: str) -> str:
        return "…"
