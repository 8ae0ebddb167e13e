"""From having shown who one is to a session, by way of the second factor where there is one."""

import datetime as dt
import hashlib
import uuid

from flask import Response, g, request, url_for
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer

from app import context
from app.errors import NotSignedIn
from app.identity import sessions
from app.security import remember
from models import Account

PENDING_FOR = dt.timedelta(minutes=5)
"""How long somebody may look for their telephone."""
PENDING_PATH = "/sign-in"


def enter(account: Account, following: str) -> Response:
    """After the password, or what stands for it: ask for the code, or start the session and go on."""
    if account.totp_confirmed_at is not None:
        return _ask_for_code(account, following)
    return start(account, following)


def start(account: Account, following: str, *, confirmed: bool = True) -> Response:
    """Start a session in place of the one that this browser had, and go on; ``confirmed`` as for sessions.start."""
    new = sessions.start(context.db(), account, replacing=context.sign_in(), confirmed=confirmed)
    g.pop("sign_in", None)
    return forget_pending(remember(see_other(following), new.token))


def see_other(address: str) -> Response:
    return Response(status=303, headers={"Location": address})


def _ask_for_code(account: Account, following: str) -> Response:
    """What the browser keeps meanwhile is no session: it opens one page, for minutes, and with the code alone."""
    response = see_other(url_for("second_factor.ask"))
    value = _serializer().dumps([str(account.id), _password_of(account), following])
    response.set_cookie(
        pending_cookie(),
        value,
        max_age=int(PENDING_FOR.total_seconds()),
        path=PENDING_PATH,
        httponly=True,
        samesite="Strict",
        secure=context.settings().production,
    )
    return response


def pending() -> tuple[Account, str]:
    """Who has shown their password, and where they were going. Raises NotSignedIn when that was too long ago, or
    the password was changed or the account suspended since."""
    try:
        value = request.cookies.get(pending_cookie(), "")
        told = _serializer().loads(value, max_age=int(PENDING_FOR.total_seconds()))
        account = context.db().get(Account, uuid.UUID(told[0]))
    except (BadData, ValueError) as error:
        raise _start_again() from error
    if account is None or account.suspended_at is not None or told[1] != _password_of(account):
        raise _start_again()
    return account, str(told[2])


def forget_pending(response: Response) -> Response:
    if pending_cookie() in request.cookies:
        response.delete_cookie(
            pending_cookie(), PENDING_PATH, secure=context.settings().production, httponly=True, samesite="Strict"
        )
    return response


def pending_cookie() -> str:
    return "__Secure-semblance_pending" if context.settings().production else "semblance_pending"


def _start_again() -> NotSignedIn:
    return NotSignedIn(_("Signing in took too long, or something changed meanwhile. Sign in again with your password."))


def _password_of(account: Account) -> str:
    """Changes with the password and with the second factor, so that what was begun before ends with either."""
    moments = (account.password_changed_at, account.totp_confirmed_at)
    return "/".join(moment.isoformat() if moment else "" for moment in moments)


def _serializer() -> URLSafeTimedSerializer:
    digest = {"digest_method": hashlib.sha256}
    return URLSafeTimedSerializer(context.settings().secret_key, salt="semblance sign-in pending", signer_kwargs=digest)
