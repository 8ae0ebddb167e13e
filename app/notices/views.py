"""The pages about notices, gathered: the lists, a notice, and handing it on."""

import uuid
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app import context, gate
from app.cases.page import case_page, here
from app.errors import AppError, Refused
from app.keyset import Cursor
from app.languages.names import NAMES
from app.languages.telling import reason, tell
from app.notices import (
    deciding,
    decision,
    files,
    lacking,
    listing,
    picturing,
    preview,
    publications,
    service,
    submitting,
    words,
    writing,
)
from app.notices.blueprint import blueprint
from app.notices.page import TAB, Here, changed, languages, notice_here, notice_page, revision
from app.public import addresses
from app.public.words import CATEGORY
from app.searching import MAX_QUERY
from models import Job, JobState, NoticeStage, Role

__all__ = ["blueprint", "decision", "picturing", "preview", "writing"]


@blueprint.get("/notices")
@gate.investigator
def notices() -> ResponseReturnValue:
    try:
        return _list(Cursor.read(request.args.get("after", "")))
    except Refused as error:
        return _list(None, error=tell(error)), error.status


@blueprint.get("/cases/<uuid:case_id>/notices")
@gate.case_reader
def of_case(case_id: uuid.UUID) -> str:
    head = here(case_id)
    return case_page("notices/of_case.html", TAB, head, rows=listing.of_case(context.db(), head.case))


@blueprint.get("/notices/<uuid:notice_id>")
@gate.case_reader
def notice(notice_id: uuid.UUID) -> str:
    return _page(notice_here(notice_id))


@blueprint.post("/notices/<uuid:notice_id>/submit")
@gate.investigator
def submit(notice_id: uuid.UUID) -> ResponseReturnValue:
    return _changed(notice_id, submitting.submit, "submitted")


@blueprint.post("/notices/<uuid:notice_id>/take-back")
@gate.investigator
def take_back(notice_id: uuid.UUID) -> ResponseReturnValue:
    return _changed(notice_id, submitting.take_back)


@blueprint.post("/notices/<uuid:notice_id>/make-pictures")
@gate.investigator
def make_pictures(notice_id: uuid.UUID) -> ResponseReturnValue:
    return _changed(notice_id, submitting.make_pictures)


@blueprint.post("/notices/<uuid:notice_id>/withdraw")
@gate.supervisor
@gate.confirmed
def withdraw(notice_id: uuid.UUID) -> ResponseReturnValue:
    notice_here(notice_id)
    return changed(
        notice_id,
        lambda: deciding.withdraw(context.db(), context.account(), notice_id),
        lambda error: _page(notice_here(notice_id), error),
        said="withdrawn",
    )


def _changed(notice_id: uuid.UUID, act: Any, said: str | None = None) -> ResponseReturnValue:
    notice_here(notice_id)
    at = revision()
    return changed(
        notice_id,
        lambda: act(context.db(), context.account(), notice_id, at),
        lambda error: _page(notice_here(notice_id), error),
        said,
    )


def _list(after: Cursor | None, error: str = "") -> str:
    db, account = context.db(), context.account()
    state, text = request.args.get("state", ""), " ".join(request.args.get("q", "").split())[:MAX_QUERY]
    return render_template(
        "notices/list.html",
        page=listing.list_notices(db, account, state, after, text=text),
        waiting=[] if after or state or text else listing.to_decide(db, account),
        state=state,
        text=text,
        states=words.STATES,
        first=after is None,
        error=error,
    )


def _page(found: Here, error: AppError | None = None) -> str:
    db, account, row = context.db(), context.account(), found.notice
    versions = publications.of_notice(db, row.id)
    complete = files.complete(found.content, files.files_of(db, row))
    job = db.get(Job, row.job_id) if row.job_id and not complete else None
    lacks = lacking.lacking(found.content, service.today(db), dict(NAMES)) if row.stage == NoticeStage.DRAFT else []
    return notice_page(
        "notices/notice.html",
        found,
        message=tell(error) if error else "",
        lacks=lacks,
        silent=[NAMES[one] for one in lacking.missing_languages(found.content, languages())],
        complete=complete,
        job=job,
        making=bool(job and job.state in (JobState.QUEUED, JobState.RUNNING)),
        reason=reason(job) if job and job.state in (JobState.FAILED, JobState.PARKED) else "",
        versions=versions,
        returned=deciding.returned(db, row),
        may_approve=deciding.may_approve(db, account, row),
        supervises=found.head.works and account.has_role(Role.SUPERVISOR),
        fields=words.FIELDS,
        ended=words.ENDED,
        categories=CATEGORY,
        addresses={one: addresses.absolute(context.settings()).notice(one, row.slug) for one in found.content.words},
    )
