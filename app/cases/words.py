"""What the records' words about a case are called on the pages."""

from models import CaseStatus

STATUS = {
    CaseStatus.OPEN: "Open",
    CaseStatus.PUBLISHED: "Published",
    CaseStatus.IDENTIFIED: "Identified",
    CaseStatus.CLOSED: "Closed",
    CaseStatus.ARCHIVED: "Archived",
}
SHAPE = {
    CaseStatus.OPEN: "ready",
    CaseStatus.PUBLISHED: "running",
    CaseStatus.IDENTIFIED: "done",
    CaseStatus.CLOSED: "cancelled",
    CaseStatus.ARCHIVED: "parked",
}
MOVE = {
    CaseStatus.OPEN: "Reopen",
    CaseStatus.PUBLISHED: "Publish",
    CaseStatus.IDENTIFIED: "Person identified",
    CaseStatus.CLOSED: "Close",
    CaseStatus.ARCHIVED: "Archive",
}
FIELDS = {
    "title": "title",
    "description": "description",
    "incident_on": "date of the incident",
    "incident_place": "place",
    "tags": "tags",
    "status": "status",
    "unit": "unit",
}
