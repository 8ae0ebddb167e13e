"""What the records' words about a case are called on the pages."""

from flask_babel import lazy_gettext as _

from models import CaseStatus

STATUS = {
    CaseStatus.OPEN: _("Open"),
    CaseStatus.PUBLISHED: _("Published"),
    CaseStatus.IDENTIFIED: _("Identified"),
    CaseStatus.CLOSED: _("Closed"),
    CaseStatus.ARCHIVED: _("Archived"),
}
SHAPE = {
    CaseStatus.OPEN: "ready",
    CaseStatus.PUBLISHED: "published",
    CaseStatus.IDENTIFIED: "done",
    CaseStatus.CLOSED: "cancelled",
    CaseStatus.ARCHIVED: "archived",
}
MOVE = {
    CaseStatus.OPEN: _("Reopen"),
    CaseStatus.PUBLISHED: _("Mark as published"),
    CaseStatus.IDENTIFIED: _("Person identified"),
    CaseStatus.CLOSED: _("Close"),
    CaseStatus.ARCHIVED: _("Archive"),
}
FIELDS = {
    "title": _("title"),
    "description": _("description"),
    "incident_on": _("date of the incident"),
    "incident_place": _("place"),
    "tags": _("tags"),
    "status": _("status"),
    "unit": _("unit"),
    "hold": _("legal hold"),
}
