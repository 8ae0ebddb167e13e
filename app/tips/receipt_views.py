"""Coming back with a receipt: posted each time, so that nothing has to be remembered by anybody's browser."""

from collections.abc import Mapping

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app import gate
from app.errors import AppError
from app.tips import answers, fields
from app.tips.answers import LANGUAGE, blueprint
from app.tips.desk import desk
from app.tips.fields import FieldsRefused
from app.tips.returning import ReceiptRefused, TipOver, Visit, visit


@blueprint.get(f"{LANGUAGE}/receipt")
@gate.public
def receipt(language: str) -> str:  # noqa: ARG001
    return render_template("receipt.html", refused=None, given={})


@blueprint.post(f"{LANGUAGE}/receipt")
@gate.public
def come_back(language: str) -> ResponseReturnValue:  # noqa: ARG001
    answering = "form" in request.args
    try:
        if answering:
            answers.admit()
        found = _visit()
    except ReceiptRefused as refused:
        return render_template("receipt.html", refused=refused, given=request.form), refused.status
    except answers.UNADMITTED as refused:
        return _answering(refused, answers.typed(refused))
    if not answering:
        return _thread(found)
    try:
        uploads = fields.uploads(request.form)
        body = fields.body(request.form, uploads)
    except FieldsRefused as refused:
        return _thread(found, refused, request.form)
    desk().add(found.tip_id, found.receipt, found.position + 1, body, uploads)
    return _thread(_visit(), sent=True)


@blueprint.errorhandler(TipOver)
def over(gone: TipOver) -> ResponseReturnValue:
    return render_template("gone.html", ended_at=gone.ended_at), gone.status


def _answering(refused: AppError, given: Mapping[str, str]) -> ResponseReturnValue:
    """An answer that was not admitted: the page as it was, with what was typed."""
    if not given:
        raise refused
    return _thread(_visit(), refused, given)


def _thread(
    found: Visit, refused: AppError | None = None, given: Mapping[str, str] | None = None, sent: bool = False
) -> ResponseReturnValue:
    shown = {"number": request.form.get("number", ""), "secret": request.form.get("secret", "")}
    return answers.page("thread.html", refused, given or {}, visit=found, sent=sent, **shown)


def _visit() -> Visit:
    return visit(request.form.get("number", ""), request.form.get("secret", ""))
