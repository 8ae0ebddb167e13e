"""The page of one's own access tokens: made, shown once, listed and revoked."""

import uuid

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import context, gate
from app.errors import NotFound, Refused
from app.identity import access_tokens, entrance, sessions
from app.identity.access_tokens import NewToken
from app.languages.telling import told
from imaging.words import N_
from models import Scope

blueprint = Blueprint("tokens", __name__)

DONE = {"revoked": N_("The token is revoked. Whatever uses it is refused from now on.")}
SCOPES = (
    (Scope.SKETCHES_READ, N_("Read sketches")),
    (Scope.SKETCHES_WRITE, N_("Hand in sketches, name them, place their eyes")),
    (Scope.RENDERS_READ, N_("See the engines and how renders stand")),
    (Scope.RENDERS_WRITE, N_("Ask for renders and cancel them")),
    (Scope.LIKENESSES_READ, N_("Read likenesses and how they were made")),
    (Scope.LIKENESSES_WRITE, N_("Keep likenesses")),
    (Scope.CASES_READ, N_("Read cases and their custody")),
    (Scope.CASES_WRITE, N_("Open cases, change them, move them on")),
    (Scope.NOTICES_READ, N_("Read notices")),
    (Scope.NOTICES_WRITE, N_("Draft notices and submit them")),
    (Scope.TIPS_READ, N_("Read tips")),
)
DAYS = (7, 30, 90, 180, 365)


@blueprint.get("/account/tokens")
@gate.signed_in
def page() -> str:
    return _page(message=told(DONE.get(request.args.get("done", ""), "")))


@blueprint.post("/account/tokens")
@gate.signed_in
@gate.confirmed
def create() -> ResponseReturnValue:
    """The answer shows the token, this once."""
    form = request.form
    try:
        made = access_tokens.issue(
            context.db(), context.account(), form.get("name", ""), form.getlist("scopes"), _days(form.get("days", ""))
        )
    except Refused as error:
        return _page(error=str(error)), error.status
    return _page(made=made)


@blueprint.post("/account/tokens/<uuid:token_id>/revoke")
@gate.signed_in
def revoke(token_id: uuid.UUID) -> ResponseReturnValue:
    me = context.account()
    try:
        access_tokens.revoke(context.db(), me, token_id, me)
    except NotFound as error:
        return _page(error=str(error)), error.status
    return entrance.see_other(url_for("tokens.page", done="revoked"))


def _days(text: str) -> int:
    """Raises Refused."""
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise Refused(_("Choose for how long the token works."))
    return int(text)


def _page(message: str = "", error: str = "", made: NewToken | None = None) -> str:
    me, signed, form = context.account(), context.sign_in(), request.form
    chosen = form.get("days", "")
    return render_template(
        "identity/tokens.html",
        tokens=access_tokens.of_account(context.db(), me),
        state_of=access_tokens.state,
        may_have=access_tokens.may_have_tokens(me),
        scopes=[(scope, told(words)) for scope, words in SCOPES],
        chosen_scopes=form.getlist("scopes") if error else [],
        name=form.get("name", "") if error else "",
        days=DAYS,
        chosen_days=int(chosen) if error and chosen in map(str, DAYS) else access_tokens.DEFAULT_DAYS,
        is_confirmed=signed is not None and sessions.is_confirmed(context.db(), signed),
        made=made,
        message=message,
        error=error,
    )
