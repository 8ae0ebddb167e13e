"""The settings that are changed while the product runs, a form a section, and the agency's logo."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app import context, gate
from app.admin.blueprint import blueprint
from app.admin.forms import revision, see
from app.agency import logo, settings
from app.agency.declared import SECTIONS, AgencySettings, declared
from app.agency.rules import zones
from app.agency.settings import LOGO, SettingsRefused
from app.cases.pattern import filled, with_number
from app.errors import AppError, Conflict, NotFound, Refused
from app.languages.names import NAMES
from app.objects import send_object
from imaging.decode import MAX_BYTES
from models import Account, utc_now


@blueprint.get("/settings")
@gate.admin
def show_settings() -> str:
    return _page(done=request.args.get("done", ""))


@blueprint.post("/settings/<section>")
@gate.admin
@gate.confirmed
def change_settings(section: str) -> ResponseReturnValue:
    given = request.form.to_dict(flat=False)
    try:
        settings.change(context.db(), context.account(), section, revision(), given)
    except SettingsRefused as error:
        return _page(section, error, given=given), error.status
    except Conflict as error:
        return _page(section, error), error.status
    return see("admin.show_settings", done=section, _anchor=section)


@blueprint.post("/settings/logo")
@gate.admin
@gate.confirmed
def change_logo() -> ResponseReturnValue:
    db, by = context.db(), context.account()
    try:
        if request.form.get("action") == "remove":
            logo.remove_logo(db, by, revision())
        else:
            file = request.files.get("file")
            if file is None or not file.filename:
                raise Refused(_("Choose a file first."))
            logo.set_logo(db, context.store(), by, revision(), file.read(MAX_BYTES + 1))
    except (Refused, Conflict) as error:
        return _page(LOGO, error), error.status
    return see("admin.show_settings", done=LOGO, _anchor=LOGO)


@blueprint.get("/logo")
@gate.public
def show_logo() -> Response:
    """Of the agency, for every page: on that of signing in too."""
    key = context.agency().logo_key
    if key is None:
        raise NotFound(_("There is nothing at this address, or it is not yours."))
    return send_object(key, "image/png", "logo.png", seen=None)


def _page(
    section: str = "", error: AppError | None = None, done: str = "", given: dict[str, list[str]] | None = None
) -> str:
    """With what was given in the section that was refused; the others as they are."""
    db = context.db()
    now = settings.fresh(db)
    rows = settings.revisions(db)
    query = select(Account.id, Account.name).where(Account.id.in_({row.changed_by for row in rows.values()}))
    return render_template(
        "admin/settings.html",
        sections=SECTIONS,
        declared=list(declared()),
        now=now,
        given={section: given} if given else {},
        rows=rows,
        names={row.id: row.name for row in db.execute(query)},
        refused=section if error else "",
        error=str(error) if error else "",
        errors=error.errors if isinstance(error, SettingsRefused) else {},
        done=done,
        zones=sorted(zones()),
        language_names=NAMES,
        example=_example(now),
        logo_section=LOGO,
    )


def _example(now: AgencySettings) -> dict[str, str]:
    """A case number as it would be given out today, in a unit of two words."""
    moment, unit = utc_now(), _("Cold cases")
    return {
        "number": with_number(filled(now.case_numbers, unit, moment), 42),
        "year": f"{moment:%Y}",
        "be": filled("{be}", unit, moment),
        "month": f"{moment:%m}",
        "unit": filled("{unit}", unit, moment),
    }
