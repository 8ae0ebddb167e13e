"""What was put into words elsewhere, without knowing for whom: said in the language of whoever is asking."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from imaging.words import Worded
from models import Job


def tell(error: Worded) -> str:
    """The error's sentence."""
    return told(error.message, error.values)


def reason(job: Job) -> str:
    """Why a job ended."""
    return told(**job.reason_parts) if job.reason_parts and job.reason else told(job.reason)


def told(message: str, values: Mapping[str, Any] | None = None) -> str:
    """A sentence that is kept with its values; one that no catalogue knows stays as it is."""
    return str(gettext(message, **values)) if values else str(gettext(message)) if message else ""
