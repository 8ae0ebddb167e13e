"""The page about retention, and how whatever is changed on it is answered."""

from collections.abc import Callable

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from app import context
from app.agency import settings
from app.errors import AppError
from app.languages.telling import tell
from app.retention import deletion, policies
from app.retention.words import PROPOSALS
from models import CaseStatus, Role

blueprint = Blueprint("retention", __name__)


def page(message: str = "") -> str:
    """With what is due, for a supervisor; ``message`` says why something was not done."""
    db, account = context.db(), context.account()
    supervises, rules = account.has_role(Role.SUPERVISOR), policies.policies(db)
    return render_template(
        "retention/page.html",
        policies=rules,
        due=policies.due(db, account, rules, request.args.get("page", 1, type=int)) if supervises else None,
        waiting=deletion.waiting(db, account) if supervises else [],
        decided=deletion.decided(db, account) if supervises else [],
        two=settings.current(db).two_people,
        statuses=list(CaseStatus),
        proposals=PROPOSALS,
        most=policies.MAX_MONTHS,
        message=message,
    )


def changed(change: Callable[[], None], draw: Callable[[str], str], target: str) -> ResponseReturnValue:
    """Do it and go to a page, or draw the page that it was asked from with what is wrong."""
    try:
        change()
    except AppError as error:
        if error.status in (401, 403, 404) or error.status >= 500:
            raise
        context.db().rollback()
        return draw(tell(error)), error.status
    return redirect(target, 303)
