"""What the administrators' forms say, read field by field and no further."""

import datetime as dt
import uuid
from dataclasses import dataclass

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.errors import Refused
from models import Role

ROLES = (
    (Role.INVESTIGATOR, lazy_gettext("Investigator: works with the sketches of the units")),
    (Role.SUPERVISOR, lazy_gettext("Supervisor: that, and approves")),
    (Role.ADMIN, lazy_gettext("Administrator: accounts and units, no sketches")),
)


@dataclass(frozen=True)
class Link:
    """A one-time link, to be shown this once."""

    email: str
    address: str
    expires_at: dt.datetime


def invitation_address(token: str) -> str:
    return url_for("identity.invitation", token=token, _external=True)


def chosen_roles() -> list[Role]:
    """Those of the form that there are; what else it names is nobody's role."""
    return [Role(role) for role in request.form.getlist("roles") if role in set(Role)]


def chosen_units() -> list[uuid.UUID]:
    """Raises Refused for what names no unit."""
    try:
        return [uuid.UUID(text) for text in request.form.getlist("units")]
    except ValueError:
        raise Refused(_("Choose the units from the list.")) from None


def chosen_unit() -> uuid.UUID | None:
    """None when none was chosen. Raises Refused for what names no unit."""
    try:
        return uuid.UUID(text) if (text := request.form.get("unit", "")) else None
    except ValueError:
        raise Refused(_("Choose the unit from the list.")) from None


def revision() -> int:
    """At which count of changes the form was drawn. Raises Refused for what is no count."""
    text = request.form.get("revision", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refused(_("This form is not whole; reload the page and try again."))
    return int(text)


def see(endpoint: str, **values: object) -> Response:
    """Go and look at a page after a change."""
    return Response(status=303, headers={"Location": url_for(endpoint, **values)})  # type: ignore[arg-type]
