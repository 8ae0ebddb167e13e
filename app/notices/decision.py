"""The page on which a supervisor decides about a notice."""

import uuid

from flask import request
from flask.typing import ResponseReturnValue

from app import context, gate
from app.errors import AppError, Conflict
from app.languages.telling import tell
from app.notices import checklist, deciding, files, service
from app.notices.blueprint import blueprint
from app.notices.page import Here, changed, notice_here, notice_page, require_work, revision
from app.notices.words import FIELDS, PARTS
from app.public.words import CATEGORY
from models import FileUse, NoticeStage


@blueprint.get("/notices/<uuid:notice_id>/decision")
@gate.supervisor
def decide(notice_id: uuid.UUID) -> str:
    return _page(_waiting(notice_id))


@blueprint.post("/notices/<uuid:notice_id>/approve")
@gate.supervisor
@gate.confirmed
def approve(notice_id: uuid.UUID) -> ResponseReturnValue:
    notice_here(notice_id)
    ticked, at = frozenset(request.form.getlist("checked")), revision()
    return changed(
        notice_id,
        lambda: deciding.approve(context.db(), context.store(), context.account(), notice_id, at, ticked),
        lambda error: _page(_waiting(notice_id, error), error),
        said="public",
    )


@blueprint.post("/notices/<uuid:notice_id>/return")
@gate.supervisor
def give_back(notice_id: uuid.UUID) -> ResponseReturnValue:
    notice_here(notice_id)
    comment, at = request.form.get("comment", ""), revision()
    return changed(
        notice_id,
        lambda: deciding.give_back(context.db(), context.account(), notice_id, at, comment),
        lambda error: _page(_waiting(notice_id, error), error),
    )


def _waiting(notice_id: uuid.UUID, error: AppError | None = None) -> Here:
    """Raises Forbidden, and Conflict, or what was wrong before, for what no longer waits."""
    found = notice_here(notice_id)
    require_work(found.head)
    if found.notice.stage != NoticeStage.SUBMITTED:
        raise error or Conflict(deciding.DECIDED)
    return found


def _page(found: Here, error: AppError | None = None) -> str:
    db, account, notice = context.db(), context.account(), found.notice
    made = files.files_of(db, notice)
    first = next(iter(found.content.words), "")
    return notice_page(
        "notices/decision.html",
        found,
        checks=checklist.checklist(db, notice, found.content, made, service.today(db)),
        unmet=error.names if isinstance(error, deciding.Unchecked) else frozenset(),
        ticked=frozenset(request.form.getlist("checked")),
        message=tell(error) if error else "",
        comment=request.form.get("comment", ""),
        may_approve=deciding.may_approve(db, account, notice),
        two=deciding.takes_two(db),
        faces=[one for one in made if one.use == FileUse.SIGNED and one.language == first],
        parts=PARTS,
        fields=FIELDS,
        categories=CATEGORY,
        most=deciding.MAX_COMMENT,
    )
