"""What was put into words elsewhere, without knowing for whom: said in the language of whoever is asking."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext

from imaging.words import Worded
from models import Job, Role

ROLES = {
    Role.INVESTIGATOR: lazy_gettext("Investigator"),
    Role.SUPERVISOR: lazy_gettext("Supervisor"),
    Role.ADMIN: lazy_gettext("Administrator"),
}


def tell(error: Worded) -> str:
    """The error's sentence."""
    return told(error.message, error.values)


def reason(job: Job) -> str:
    """Why a job ended."""
    return told(**job.reason_parts) if job.reason_parts and job.reason else told(job.reason)


def role_title(role: Role) -> str:
    return str(ROLES[role])


def told(message: str, values: Mapping[str, Any] | None = None) -> str:
    """A sentence that is kept with its values; what no catalogue knows stays as it is, also among the values."""
    if not message:
        return ""  # of which a catalogue has its own head to tell
    said = {name: told(value) if isinstance(value, str) else value for name, value in (values or {}).items()}
    return str(gettext(message, **said))
