"""The pages of tips."""

import uuid
from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.utils import redirect

from app import context, gate
from app.cases.page import case_page, here
from app.errors import AppError, NotFound, Refused
from app.inbox import acting, files, listing, reading, redacting
from app.inbox.listing import Filter
from app.inbox.sight import NO_TIP, get_tip
from app.inbox.words import KIND, SCAN, SHAPE, STATE
from app.keyset import Cursor
from app.languages.names import NAMES
from app.languages.telling import tell
from app.objects import note_look
from app.tips.receipts import grouped
from models import Case, Notice, Tip, TipFile, TipState

blueprint = Blueprint("inbox", __name__)


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"tip_words": {"kind": KIND, "state": STATE, "shape": SHAPE, "scan": SCAN}, "grouped": grouped}


@blueprint.get("/inbox")
@gate.investigator
def tips() -> ResponseReturnValue:
    try:
        return _list(Filter.read(request.args), Cursor.read(request.args.get("after", "")))
    except Refused as error:
        return _list(Filter(), None, tell(error)), error.status


def _list(by: Filter, after: Cursor | None, error: str = "") -> str:
    db, account = context.db(), context.account()
    counts = listing.by_notice(db, account) if after is None else []
    page = listing.list_tips(db, account, by, after)
    return render_template("inbox/list.html", page=page, by=by, counts=counts, first=after is None, error=error)


@blueprint.get("/cases/<uuid:case_id>/tips")
@gate.case_reader
def of_case(case_id: uuid.UUID) -> str:
    head, after = here(case_id), Cursor.read(request.args.get("after", ""))
    page = listing.list_tips(context.db(), context.account(), Filter(every=True), after, case_id=case_id)
    return case_page("inbox/of_case.html", "inbox.of_case", head, page=page, first=after is None)


@blueprint.get("/inbox/<uuid:tip_id>")
@gate.case_reader
def tip(tip_id: uuid.UUID) -> str:
    return _page(tip_id)


def _page(tip_id: uuid.UUID, error: AppError | None = None) -> str:
    db = context.db()
    found, works = get_tip(db, context.account(), tip_id)
    read = reading.letters(db, context.settings(), found)
    note_look(reading.seen(found, read), taken=False)  # before anything of it is shown
    typed = request.form if error else {}
    case, notice_of = _around(found)
    return render_template(
        "inbox/tip.html",
        tip=found,
        case=case,
        notice_of=notice_of,
        main=db.get(Tip, found.merged_into) if found.merged_into else None,
        works=works,
        letters=read,
        shown=len(read),
        scans=context.settings().clamav_url is not None,
        out=partial(files.handed_out, context.settings()),
        language_of=NAMES.get(found.language, found.language),
        problem=tell(error) if error else "",
        typed=typed,
        most=acting.MAX_REPLY,
    )


def _around(found: Tip) -> tuple[Case | None, Notice | None]:
    """Its case, and the notice that it answers where whoever reads the tip reads that too: in the same case."""
    answered = (Notice.slug == found.notice_slug) & (Notice.case_id == Case.id)
    query = select(Case, Notice).outerjoin(Notice, answered).where(Case.id == found.case_id)
    row = context.db().execute(query).one_or_none() if found.case_id else None
    return (row[0], row[1]) if row else (None, None)


def _did(tip_id: uuid.UUID, act: Callable[[], uuid.UUID | None]) -> ResponseReturnValue:
    """Do it and go back to the tip, or to the one it leads to; what is refused is said there, with what was typed."""
    try:
        led = act()
    except NotFound:
        raise
    except AppError as error:
        if error.status >= 500:
            raise
        context.db().rollback()
        return _page(tip_id, error), error.status
    return redirect(url_for("inbox.tip", tip_id=led or tip_id), 303)


@blueprint.post("/inbox/<uuid:tip_id>/state")
@gate.investigator
def state(tip_id: uuid.UUID) -> ResponseReturnValue:
    after, before = _state(request.form.get("state", "")), _state(request.form.get("seen", ""))
    return _did(tip_id, lambda: acting.set_state(context.db(), context.account(), tip_id, after, before, _shown()))


def _shown() -> int:
    """How many messages there were on the page that asks."""
    return request.form.get("shown", 0, type=int)


def _state(text: str) -> TipState:
    try:
        return TipState(text)
    except ValueError:
        raise NotFound(NO_TIP) from None


@blueprint.post("/inbox/<uuid:tip_id>/case")
@gate.investigator
def link(tip_id: uuid.UUID) -> ResponseReturnValue:
    number = request.form.get("case", "")
    return _did(tip_id, lambda: acting.link(context.db(), context.account(), tip_id, number))


@blueprint.post("/inbox/<uuid:tip_id>/reply")
@gate.investigator
def reply(tip_id: uuid.UUID) -> ResponseReturnValue:
    text = request.form.get("text", "")
    return _did(tip_id, lambda: acting.reply(context.db(), context.account(), tip_id, text, _shown()))


@blueprint.post("/inbox/<uuid:tip_id>/merge")
@gate.investigator
def merge(tip_id: uuid.UUID) -> ResponseReturnValue:
    into = request.form.get("into", "")
    return _did(tip_id, lambda: acting.merge(context.db(), context.account(), tip_id, into))


@blueprint.post("/inbox/<uuid:tip_id>/part")
@gate.investigator
def part(tip_id: uuid.UUID) -> ResponseReturnValue:
    return _did(tip_id, lambda: acting.part(context.db(), context.account(), tip_id))


@blueprint.post("/inbox/<uuid:tip_id>/redacted")
@gate.investigator
def redacted(tip_id: uuid.UUID) -> ResponseReturnValue:
    """The copy for others. A POST, since it is recorded and what is struck out belongs into no address."""
    db, account = context.db(), context.account()
    try:
        out = redacting.strikes(request.form.get("strike", ""))
        found = get_tip(db, account, tip_id)[0]
        read = reading.letters(db, context.settings(), found)
        wanted = [one for letter in read for one in letter.files if request.form.get(f"file-{one.file.id}") == "yes"]
        text = redacting.as_text(found, read, out, replies=request.form.get("replies") == "yes")
        copy = redacting.packed(text, [files.picture(one.file) for one in wanted])
        acting.record_copy(db, account, tip_id, copy, len(wanted))
    except NotFound:
        raise
    except AppError as error:
        if error.status >= 500:
            raise
        db.rollback()
        return _page(tip_id, error), error.status
    response = Response(copy, mimetype="application/zip")
    response.headers["Cache-Control"] = "no-store"
    response.headers.set("Content-Disposition", "attachment", filename=f"{redacting.name(found)}.zip")
    return response


@blueprint.get("/inbox/<uuid:tip_id>/files/<uuid:tip_file_id>/picture")
@gate.case_reader
def picture(tip_id: uuid.UUID, tip_file_id: uuid.UUID) -> Response:
    return files.send_picture(_looked_at(tip_id, tip_file_id, "picture", taken=False))


@blueprint.get("/inbox/<uuid:tip_id>/files/<uuid:tip_file_id>/download")
@gate.investigator
def download(tip_id: uuid.UUID, tip_file_id: uuid.UUID) -> Response:
    return files.send_file(_looked_at(tip_id, tip_file_id, "file", taken=True))


def _looked_at(tip_id: uuid.UUID, tip_file_id: uuid.UUID, what: str, *, taken: bool) -> TipFile:
    """The file of a tip that the asker reads, with an entry in custody. Raises NotFound, Forbidden, Conflict."""
    db = context.db()
    file = db.get(TipFile, tip_file_id)
    if file is None or file.tip_id != tip_id:
        raise NotFound(NO_TIP)
    found, _works = get_tip(db, context.account(), tip_id)
    files.check_handed_out(context.settings(), file)
    note_look(reading.taken(found, file, what), taken=taken)
    return file
