"""The pages about files: a case's exports, and imports."""

import uuid
from typing import BinaryIO, cast

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.utils import redirect

from app import context, gate
from app.cases.page import case_page, here
from app.cases.service import units_of
from app.custody import Thing
from app.custody.looking import Evidence
from app.errors import AppError, Forbidden, Refused
from app.exchange import exports, imports
from app.exchange.opening import MAX_SIZE
from app.exchange.pdf import PAPERS
from app.languages.names import NAMES
from app.languages.telling import reason, tell
from app.objects import send_object
from models import ExportFormat

blueprint = Blueprint("exchange", __name__)

MIMES = {ExportFormat.ZIP: "application/zip", ExportFormat.PDF: "application/pdf"}
FORM = 2**20
"""Bytes of an import's form beside its file."""


@blueprint.get("/cases/<uuid:case_id>/export")
@gate.case_reader
def page(case_id: uuid.UUID) -> str:
    return _page(case_id)


def _page(case_id: uuid.UUID, message: str = "") -> str:
    head = here(case_id)
    may = head.works and exports.may_export(context.db(), context.account(), head.case)
    return case_page(
        "exchange/export.html",
        "exchange.page",
        head,
        exports=exports.exports_of(context.db(), case_id),
        may=may,
        speaks=[(code, NAMES[code]) for code in context.settings().languages],
        language=str(get_locale()),
        kept=exports.KEPT.days,
        reason=reason,
        message=message,
    )


@blueprint.post("/cases/<uuid:case_id>/export")
@gate.investigator
def ask(case_id: uuid.UUID) -> ResponseReturnValue:
    here(case_id)
    try:
        wish = _format(), _language(), _paper()
        exports.ask(context.db(), context.account(), case_id, *wish)
    except (Refused, Forbidden) as error:
        context.db().rollback()
        return _page(case_id, tell(error)), error.status
    return redirect(url_for("exchange.page", case_id=case_id), 303)


def _format() -> ExportFormat:
    text = request.form.get("format", "")
    if text not in set(ExportFormat):
        raise Refused(_("Choose ZIP or PDF."))
    return ExportFormat(text)


def _language() -> str:
    text = request.form.get("language", str(get_locale()))
    if text not in context.settings().languages:
        raise Refused(_("Choose one of the languages."))
    return text


def _paper() -> str:
    text = request.form.get("paper", "a4")
    if text not in PAPERS:
        raise Refused(_("Choose A4 or Letter."))
    return text


@blueprint.get("/exports/<uuid:export_id>/file")
@gate.investigator
def file(export_id: uuid.UUID) -> Response:
    export = exports.get_export(context.db(), context.account(), export_id)
    key, thing = str(export.key), Thing("export", export.id)
    taken = Evidence(None, thing, "file", str(export.sha256), case_id=export.case_id)
    return send_object(key, MIMES[export.format], export.file_name, seen=taken, download=True)


@blueprint.get("/cases/import")
@gate.supervisor
def import_page() -> str:
    return _import_page()


def _import_page(message: str = "") -> str:
    return render_template(
        "exchange/import.html",
        imports=imports.imports_of(context.db(), context.account()),
        units=units_of(context.db(), context.account()),
        number=request.form.get("number", ""),
        reason=reason,
        message=message,
    )


@blueprint.post("/cases/import")
@gate.supervisor
@gate.large(MAX_SIZE + FORM)
def import_case() -> ResponseReturnValue:
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise Refused(_("Choose the ZIP of an exported case."))
        wish, stream = (_unit(), request.form.get("number", "")), cast(BinaryIO, sent.stream)
        imports.take_in(context.db(), context.store(), context.account(), stream, sent.filename, *wish)
    except AppError as error:
        if error.status >= 500:
            raise
        context.db().rollback()
        return _import_page(tell(error)), error.status
    return redirect(url_for("exchange.import_page"), 303)


def _unit() -> uuid.UUID | None:
    text = request.form.get("unit", "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise Refused(_("Choose the unit that the case belongs to.")) from None
