"""The page of one's notifications, and the bell that every page has."""

import uuid

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from app import context, gate
from app.errors import AppError
from app.gate import safe_next
from app.notifications import shelf
from app.notifications.kinds import KINDS

blueprint = Blueprint("notifications", __name__, url_prefix="/notifications")


@blueprint.get("")
@gate.signed_in
def page() -> str:
    found = shelf.list_notifications(context.db(), context.account(), request.args.get("page", 1, type=int))
    return render_template(
        "notifications/list.html",
        page=found,
        sentence=shelf.sentence,
        kinds=KINDS,
        chosen=shelf.mail_kinds(context.account()),
        mailing=context.settings().mail is not None,
    )


@blueprint.post("/<uuid:notification_id>/open")
@gate.signed_in
def open_one(notification_id: uuid.UUID) -> Response:
    """Read it, and go where it leads."""
    found = shelf.get_notification(context.db(), context.account(), notification_id)
    path = found.path
    shelf.mark_read(context.db(), context.account(), found.id)
    return Response(status=303, headers={"Location": safe_next(path)})


@blueprint.post("/read")
@gate.signed_in
def read() -> Response:
    shelf.mark_read(context.db(), context.account())
    return _back()


@blueprint.post("/mail")
@gate.signed_in
def mail() -> Response:
    shelf.choose_mail(context.db(), context.account(), request.form.getlist("kinds"))
    return _back(said="mail")


def _back(said: str | None = None) -> Response:
    return redirect(url_for("notifications.page", said=said), 303)  # type: ignore[return-value]


@blueprint.app_template_global()
def unread_notifications() -> int:
    """Of whoever is asking; the navigation asks once a page."""
    try:
        signed = context.sign_in()
        return shelf.count_unread(context.db(), signed.account_id) if signed else 0
    except (SQLAlchemyError, AppError):
        return 0  # the page that says what went wrong has a navigation too
