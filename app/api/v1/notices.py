"""Notices: listed, read, drafted, submitted and taken back. What a supervisor decides takes a person who is there."""

import datetime as dt
import uuid
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Literal

import msgspec
from flask import url_for

import models
from app import context, gate
from app.api.v1 import matching, paging
from app.api.v1.blueprint import blueprint
from app.api.v1.notice_words import NewNotice, content_of
from app.api.v1.operation import In, Out, operation
from app.notices import listing, publications, service, submitting
from app.notices.content import Picture
from app.studio import repeats
from models import Category, NoticeStage, Scope

HERE = "/notices/<uuid:notice_id>"


class NoticeLine(Out):
    """A notice in a list."""

    id: uuid.UUID
    case_id: uuid.UUID
    slug: str
    headline: str
    stage: NoticeStage
    public: Annotated[bool, msgspec.Meta(description="Whether a version of it is before the public.")]
    changed_at: dt.datetime
    href: str


class Notices(Out):
    items: Sequence[NoticeLine]
    next: Annotated[str | None, msgspec.Meta(description="The cursor of the next page; null on the last one.")]


class Version(Out):
    """What the public sees."""

    version: int
    published_at: dt.datetime
    expires_at: dt.datetime


class NoticeWording(Out):
    """What it says in one language."""

    headline: str
    known: str
    appearance: str
    area: str
    caution: str
    reward: str
    contact: str


class NoticePicture(Out):
    """A likeness, or a morph of several. Crop and boxes: left, top, right, bottom as shares of width and height."""

    likenesses: Sequence[uuid.UUID]
    crop: Sequence[float]
    boxes: Sequence[Sequence[float]]
    alt: dict[str, str]


class Notice(Out):
    """A notice as it is worked on, and its version before the public."""

    id: uuid.UUID
    case_id: uuid.UUID
    slug: Annotated[str, msgspec.Meta(description="Its name in public addresses.")]
    stage: NoticeStage
    revision: Annotated[int, msgspec.Meta(description="Counts its changes; what is approved is one revision.")]
    category: Category
    words: Annotated[dict[str, NoticeWording], msgspec.Meta(description="By language.")]
    pictures: Sequence[NoticePicture]
    happened_from: dt.date | None
    happened_to: dt.date | None
    expires_on: dt.date | None
    minor: bool
    public: Version | None
    created_by: uuid.UUID
    created_at: dt.datetime
    changed_at: dt.datetime
    submitted_at: dt.datetime | None
    links: dict[str, str]


class NoticeQuery(paging.PageQuery):
    state: Annotated[
        Literal["draft", "submitted", "public", "ended"] | None,
        msgspec.Meta(description="Of those in this state alone; `ended`: not public any more."),
    ] = None
    case_id: uuid.UUID | None = None
    q: Annotated[str, msgspec.Meta(description="Words that must all occur in it, also inside longer ones.")] = ""


class Stage(In):
    stage: Annotated[
        Literal["submitted", "draft"], msgspec.Meta(description="Submit it for a decision, or take it back.")
    ]


def shown(one: models.Notice) -> Notice:
    content, row = service.content_of(one), publications.current(context.db(), one.id)
    version = ("version", "published_at", "expires_at")
    public = Version(**{name: getattr(row, name) for name in version}) if row else None
    links = {"self": url_for("api.read_notice", notice_id=one.id)}
    links["case"] = url_for("api.read_case", case_id=one.case_id)
    return Notice(
        id=one.id,
        case_id=one.case_id,
        slug=one.slug,
        stage=one.stage,
        revision=one.revision,
        category=content.category,
        words={language: NoticeWording(**vars(said)) for language, said in content.words.items()},
        pictures=[_picture(picture) for picture in content.pictures],
        happened_from=content.happened_from,
        happened_to=content.happened_to,
        expires_on=content.expires_on,
        minor=content.minor,
        public=public,
        created_by=one.created_by,
        created_at=one.created_at,
        changed_at=one.changed_at,
        submitted_at=one.submitted_at,
        links=links,
    )


def _picture(one: Picture) -> NoticePicture:
    return NoticePicture(likenesses=one.likenesses, crop=one.crop, boxes=one.boxes, alt=dict(one.alt))


@blueprint.get("/notices")
@gate.investigator
@gate.scope(Scope.NOTICES_READ)
@operation("List the notices that you see, what changed last first", Notices, query=NoticeQuery, paged=True)
def list_notices(query: NoticeQuery) -> tuple[Notices, dict[str, str]]:
    db, account = context.db(), context.account()
    found = listing.list_notices(db, account, query.state or "", query.after, query.limit, query.case_id, query.q)
    page = Notices(items=[_line(row) for row in found.items], next=paging.following(found.after))
    return page, paging.link(found.after)


def _line(row: listing.Row) -> NoticeLine:
    one = row.notice
    return NoticeLine(
        id=one.id,
        case_id=one.case_id,
        slug=one.slug,
        headline=row.headline,
        stage=one.stage,
        public=row.public is not None,
        changed_at=one.changed_at,
        href=url_for("api.read_notice", notice_id=one.id),
    )


@blueprint.post("/notices")
@gate.investigator
@gate.scope(Scope.NOTICES_WRITE)
@operation(
    "Draft a notice", Notice, status=HTTPStatus.CREATED, body=NewNotice, keyed=True, located=True,
    refusals=(HTTPStatus.NOT_FOUND,),
)  # fmt: skip
def create_notice(body: NewNotice) -> tuple[Notice, dict[str, str]]:
    db, account = context.db(), context.account()
    content = content_of(body, context.settings().languages, service.today(db))
    asked = repeats.asked(msgspec.to_builtins(body))
    made = shown(service.draft(db, account, body.case_id, content, asked))
    return made, {"Location": made.links["self"]}


@blueprint.get(HERE)
@gate.investigator
@gate.scope(Scope.NOTICES_READ)
@operation("Read a notice", Notice)
def read_notice(notice_id: uuid.UUID) -> Notice:
    return shown(service.get_notice(context.db(), context.account(), notice_id))


@blueprint.put(f"{HERE}/stage")
@gate.investigator
@gate.scope(Scope.NOTICES_WRITE)
@operation(
    "Submit a notice for a decision, or take it back", Notice, body=Stage, matched=True, refusals=(HTTPStatus.CONFLICT,)
)
def put_notice_stage(notice_id: uuid.UUID, body: Stage) -> Notice:
    db, account = context.db(), context.account()
    with matching.as_seen(shown, lambda: service.held_notice(db, account, notice_id)[0]) as held:
        act = submitting.submit if body.stage == "submitted" else submitting.take_back
        act(db, account, notice_id, held.revision)
        return shown(held)
