"""Tips: listed without their letters, and opened one by one, which custody records. What is done with one takes a
person."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Annotated

import msgspec
from flask import url_for

import models
from app import context, gate
from app.api.v1 import paging
from app.api.v1.blueprint import blueprint
from app.api.v1.operation import Out, operation
from app.inbox import listing, reading
from app.inbox.listing import Filter
from app.inbox.sight import get_tip
from app.objects import note_look
from app.tips.receipts import grouped
from models import Scan, Scope, TipAuthor, TipKind, TipState


class TipLine(Out):
    """A tip in a list: nothing of what its sender wrote."""

    id: uuid.UUID
    receipt: Annotated[
        str, msgspec.Meta(description="The number that its sender comes back with. Keep it to yourself.")
    ]
    kind: TipKind
    state: TipState
    case_id: uuid.UUID | None
    notice: Annotated[str | None, msgspec.Meta(description="The public name of the notice that it was sent from.")]
    language: str
    received_at: Annotated[dt.datetime, msgspec.Meta(description="To the hour.")]
    unread: Annotated[int, msgspec.Meta(description="Messages of senders since anybody did something with it.")]
    files: int
    together: Annotated[int, msgspec.Meta(description="Other tips that were put together with it.")]
    href: str


class Tips(Out):
    items: Sequence[TipLine]
    next: Annotated[str | None, msgspec.Meta(description="The cursor of the next page; null on the last one.")]


class Attachment(Out):
    """A file that came with a letter. A person takes it in the browser. Null is what could not be opened here."""

    id: uuid.UUID
    name: str | None
    type: Annotated[str | None, msgspec.Meta(description="As the sender's browser called it.")]
    size: Annotated[int | None, msgspec.Meta(description="In bytes.")]
    scan: Annotated[Scan, msgspec.Meta(description="What a virus scanner said; `waiting` also where there is none.")]


class Letter(Out):
    """What one side wrote. Of a reply the text alone; where it could not be opened, ``problem`` says why."""

    tip_id: Annotated[uuid.UUID, msgspec.Meta(description="With which it was sent, of those that are together.")]
    author: TipAuthor
    written_at: Annotated[dt.datetime, msgspec.Meta(description="Of a sender to the hour.")]
    text: str | None
    happened: str | None
    place: str | None
    contact: str | None
    problem: str | None
    files: Sequence[Attachment]


class Tip(Out):
    """A tip, opened."""

    id: uuid.UUID
    receipt: str
    kind: TipKind
    state: TipState
    case_id: uuid.UUID | None
    notice: str | None
    language: str
    received_at: dt.datetime
    merged_into: uuid.UUID | None
    letters: Sequence[Letter]
    links: dict[str, str]


class TipQuery(paging.PageQuery):
    state: TipState | None = None
    kind: TipKind | None = None
    notice: Annotated[str, msgspec.Meta(max_length=16, description="The public name of a notice.")] = ""
    case_id: uuid.UUID | None = None


@blueprint.get("/tips")
@gate.investigator
@gate.scope(Scope.TIPS_READ)
@operation("List the tips that you see, newest first; what is merged into another one is not listed", Tips,
           query=TipQuery, paged=True)  # fmt: skip
def list_tips(query: TipQuery) -> tuple[Tips, dict[str, str]]:
    by = Filter(state=query.state, kind=query.kind, notice=query.notice, every=query.state is None)
    found = listing.list_tips(
        context.db(), context.account(), by, query.after, query.limit, case_id=query.case_id
    )  # fmt: skip
    page = Tips(items=[_line(row) for row in found.items], next=paging.following(found.after))
    return page, paging.link(found.after)


@blueprint.get("/tips/<uuid:tip_id>")
@gate.investigator
@gate.scope(Scope.TIPS_READ)
@operation("Open a tip: its letters, with an entry in custody", Tip)
def read_tip(tip_id: uuid.UUID) -> Tip:
    found, _works = get_tip(context.db(), context.account(), tip_id)
    letters = reading.letters(context.db(), context.settings(), found)
    note_look(reading.seen(found, letters), taken=False)
    return _shown(found, letters)


def _line(row: listing.Row) -> TipLine:
    one = row.tip
    return TipLine(
        id=one.id,
        receipt=grouped(one.receipt),
        kind=one.kind,
        state=one.state,
        case_id=one.case_id,
        notice=one.notice_slug,
        language=one.language,
        received_at=one.received_at,
        unread=row.unread,
        files=row.files,
        together=row.together,
        href=url_for("api.read_tip", tip_id=one.id),
    )


def _shown(one: models.Tip, letters: Sequence[reading.Letter]) -> Tip:
    links = {"self": url_for("api.read_tip", tip_id=one.id)}
    if one.case_id:
        links["case"] = url_for("api.read_case", case_id=one.case_id)
    return Tip(
        id=one.id,
        receipt=grouped(one.receipt),
        kind=one.kind,
        state=one.state,
        case_id=one.case_id,
        notice=one.notice_slug,
        language=one.language,
        received_at=one.received_at,
        merged_into=one.merged_into,
        letters=[_letter(letter) for letter in letters],
        links=links,
    )


def _letter(one: reading.Letter) -> Letter:
    body = one.body
    return Letter(
        tip_id=one.tip.id,
        author=one.message.author,
        written_at=one.message.written_at,
        text=body.text if body else None,
        happened=body.happened if body else None,
        place=body.place if body else None,
        contact=body.contact if body else None,
        problem=one.problem or None,
        files=[_attachment(file) for file in one.files],
    )


def _attachment(one: reading.Attachment) -> Attachment:
    facts = one.facts
    return Attachment(
        id=one.file.id,
        name=facts.name if facts else None,
        type=facts.mime if facts else None,
        size=facts.size if facts else None,
        scan=one.file.scan,
    )
