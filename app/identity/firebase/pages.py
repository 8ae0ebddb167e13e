"""The pages that talk to Firebase, and the exchange of its token for a session of ours."""

from typing import TYPE_CHECKING, cast

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import context, gate, security
from app.errors import Conflict, NotFound
from app.identity import entrance, links
from app.identity.firebase.policy import widen
from app.identity.firebase.settings import SDK_FILES
from app.identity.forms import Errors, check
from app.identity.passwords import MIN_LENGTH
from app.identity.units import FIRST_UNIT
from models import LinkPurpose

# Google's libraries take a second to load: what needs them is imported where Firebase is known to be used.
if TYPE_CHECKING:
    from app.identity.firebase.backend import FirebaseIdentity

blueprint = Blueprint("firebase", __name__)

MIRROR = "semblance_claims"
TALKING = frozenset({"identity.sign_in", "firebase.action", "confirm.confirm"})
"""The endpoints whose pages load the SDK."""


def backend() -> "FirebaseIdentity":
    """Raises NotFound where Firebase is not used: there is no such page then."""
    found = used(context.services())
    if found is None:
        raise NotFound(_("There is nothing at this address, or it is not yours."))
    return found


def used(services: context.Services) -> "FirebaseIdentity | None":
    found = services.identity
    return cast("FirebaseIdentity", found) if found is not None and found.name == "firebase" else None


@blueprint.post("/sign-in/firebase")
@gate.public
def exchange() -> ResponseReturnValue:
    account = backend().exchange(context.db(), request.form.get("id_token", ""))
    entered = entrance.enter(account, gate.safe_next(request.form.get("next")))
    # The script goes there itself: a redirect that it followed would lose what it says in between.
    where, cookies = entered.headers["Location"], entered.headers.getlist("Set-Cookie")
    answer = jsonify(location=where)
    for cookie in cookies:
        answer.headers.add("Set-Cookie", cookie)
    return answer


@blueprint.get("/firebase/action")
@gate.public
def action() -> ResponseReturnValue:
    """Where the links in Firebase's messages lead; the script on it does what they are for."""
    backend()
    return render_template("identity/firebase/action.html", mode=request.args.get("mode", ""))


def first_account(token: str) -> ResponseReturnValue:
    """In place of the page that asks for a password."""
    from app.identity.firebase import entering

    links.find(context.db(), token, LinkPurpose.FIRST_ADMIN)
    form = request.form
    if request.method in context.SAFE_METHODS:
        return _welcome(Errors(), first=True, unit=FIRST_UNIT)
    unit = form.get("unit", FIRST_UNIT)
    errors = check({**form, "unit": unit}, ("name", "email", "unit"))
    if not errors:
        try:
            firebase = backend().firebase
            return _to_password(
                entering.first_account(context.db(), firebase, token, form["email"], form["name"], unit)
            )
        except Conflict as error:
            errors["form"] = str(error)
    return _welcome(errors, first=True, name=form.get("name", ""), email=form.get("email", ""), unit=unit), 422


def open_link(token: str) -> ResponseReturnValue:
    """In place of the page that asks for a password."""
    from app.identity.firebase import entering

    link = links.find(context.db(), token, *links.PASSWORD_PURPOSES)
    email = link.account.email if link.account else ""
    if request.method in context.SAFE_METHODS:
        return _welcome(Errors(), email=email)
    try:
        return _to_password(entering.open_link(context.db(), backend().firebase, token))
    except Conflict as error:
        return _welcome(Errors(form=str(error)), email=email), error.status


def _welcome(errors: Errors, **values: object) -> str:
    return render_template("identity/firebase/welcome.html", errors=errors, **values)


def _to_password(code: str) -> Response:
    where = url_for("firebase.action", mode="resetPassword", oobCode=code)
    return Response(status=303, headers={"Location": where})


@blueprint.app_context_processor
def sdk() -> dict[str, object]:
    """What the SDK's pages tell it. Without a provider there is no domain, and nothing of it is ever loaded."""
    found = used(context.services())
    if found is None:
        return {"firebase": None}
    settings = found.settings
    return {
        "firebase": settings,
        "firebase_sdk": [f"vendor/firebase/{name}" for name in SDK_FILES],
        "firebase_domain": settings.auth_domain if settings.providers else None,
        "firebase_emulator": f"http://{settings.emulator}" if settings.emulator else None,
        "firebase_min_password": MIN_LENGTH,
    }


@blueprint.after_app_request
def finish(response: Response) -> Response:
    found = used(context.services())
    if found is None:
        return response
    if request.endpoint in TALKING and response.mimetype == "text/html":
        widen(response, security.CSP, found.settings)
    if request.method not in context.SAFE_METHODS and (mirror := current_app.extensions.get(MIRROR)):
        mirror.kick()
    return response


@blueprint.record_once
def start_mirror(state: BlueprintSetupState) -> None:
    services: context.Services = state.app.extensions["semblance"]
    found = used(services)
    if found is not None:
        from app.identity.firebase.claims import Mirror

        state.app.extensions[MIRROR] = mirror = Mirror(services.database, found.firebase)
        mirror.start()
