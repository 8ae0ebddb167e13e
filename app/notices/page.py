"""What the pages of a notice share: it, its case's head, and how a refusal is shown."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.utils import redirect

from app import context
from app.cases.page import CaseHead, case_page, here
from app.errors import AppError, Forbidden
from app.languages.names import NAMES
from app.notices import listing, service
from app.notices.content import Content
from models import Notice, Publication

TAB = "notices.of_case"


@dataclass(frozen=True)
class Here:
    """A notice for whoever is asking, and the newest version of it that was published."""

    notice: Notice
    last: Publication | None
    head: CaseHead
    content: Content


def notice_here(notice_id: uuid.UUID, *, to_change: bool = False) -> Here:
    """Raises NotFound, and ``to_change`` Forbidden for whoever only looks into the case."""
    notice, last = service.get_with_last(context.db(), context.account(), notice_id)
    head = here(notice.case_id)
    if to_change:
        require_work(head)
    return Here(notice, last, head, service.content_of(notice))


def require_work(head: CaseHead) -> None:
    if not head.works:
        raise Forbidden(_("You look into this case for a while; only those who work on it can change it."))


def languages() -> tuple[str, ...]:
    """Those that a notice can be written in: the installation's."""
    return context.settings().languages


def notice_page(template: str, found: Here, **values: Any) -> str:
    row = listing.row_of(found.notice, found.head.case, found.last)
    known = {"shown": found.notice, "row": row, "content": found.content, "names": NAMES}
    return case_page(template, TAB, found.head, **known, **values)


def revision() -> int:
    """At which the page was drawn that asks."""
    return request.form.get("revision", 0, type=int)


def changed(
    notice_id: uuid.UUID, change: Callable[[], object], again: Callable[[AppError], str], said: str | None = None
) -> ResponseReturnValue:
    """Do it and go to the notice, which says what ``said`` names, or draw the page that it was asked from with what is
    wrong."""
    try:
        change()
    except AppError as error:
        if error.status in (401, 403, 404) or error.status >= 500:
            raise
        context.db().rollback()
        return again(error), error.status
    return redirect(url_for("notices.notice", notice_id=notice_id, said=said), 303)
