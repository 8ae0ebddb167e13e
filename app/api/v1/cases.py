"""Cases: listed, read, opened, changed, moved from one status to another."""

import datetime as dt
import uuid
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from flask import url_for

import models
from app import context, gate
from app.api.v1 import matching, paging
from app.api.v1.blueprint import blueprint
from app.api.v1.operation import In, Out, operation
from app.cases import listing, service
from app.cases.filters import Filter
from app.cases.forms import MAX_DESCRIPTION, MAX_PLACE, MAX_TAG, MAX_TAGS, MAX_TITLE, CaseFacts, case_facts
from app.cases.page import assigned
from app.cases.sight import get_case, held_case
from app.cases.statuses import set_status
from app.studio import repeats
from models import CaseStatus, Scope, utc_now

HERE = "/cases/<uuid:case_id>"
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TITLE)]
Description = Annotated[str, msgspec.Meta(max_length=MAX_DESCRIPTION)]
Place = Annotated[str, msgspec.Meta(max_length=MAX_PLACE)]
Tag = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TAG, pattern=r"^[^,\n]*$")]
Tags = Annotated[list[Tag], msgspec.Meta(max_length=MAX_TAGS)]
Words = Annotated[str, msgspec.Meta(max_length=200)]
Unset = msgspec.UnsetType


class CaseLine(Out):
    """A case in a list."""

    id: uuid.UUID
    number: str
    title: str
    unit_id: uuid.UUID
    status: CaseStatus
    incident_on: dt.date | None
    incident_place: str
    people: Annotated[Sequence[str], msgspec.Meta(description="The names of who is assigned.")]
    changed_at: dt.datetime
    href: str


class Cases(Out):
    items: Sequence[CaseLine]
    next: Annotated[str | None, msgspec.Meta(description="The cursor of the next page; null on the last one.")]


class Person(Out):
    id: uuid.UUID
    name: str


class Case(Out):
    """One matter that the agency works on. Its number is never used twice."""

    id: uuid.UUID
    number: str
    title: str
    unit_id: uuid.UUID
    status: CaseStatus
    description: str
    incident_on: dt.date | None
    incident_place: str
    tags: Sequence[str]
    people: Annotated[Sequence[Person], msgspec.Meta(description="Who is assigned.")]
    on_hold: Annotated[bool, msgspec.Meta(description="Nothing of it is deleted while it is.")]
    created_by: uuid.UUID
    created_at: dt.datetime
    changed_at: dt.datetime
    status_since: dt.datetime
    links: dict[str, str]


class CaseQuery(paging.PageQuery):
    q: Annotated[Words, msgspec.Meta(description="Words that number, title, place, tags or description must have.")] = (
        ""
    )
    number: Annotated[Words, msgspec.Meta(description="A part of the number.")] = ""
    status: CaseStatus | None = None
    unit_id: uuid.UUID | None = None
    person_id: Annotated[uuid.UUID | None, msgspec.Meta(description="Who is assigned.")] = None
    tag: Words = ""
    incident_from: Annotated[dt.date | None, msgspec.Meta(description="The first day of the incident.")] = None
    incident_to: Annotated[dt.date | None, msgspec.Meta(description="The last one.")] = None


class NewCase(In):
    title: Title
    description: Description = ""
    incident_on: dt.date | None = None
    incident_place: Place = ""
    tags: Tags = msgspec.field(default_factory=list)
    unit_id: Annotated[uuid.UUID | None, msgspec.Meta(description="Needed by whoever is in several units.")] = None


class CaseChange(In):
    """What is left out stays as it is."""

    title: Title | Unset = msgspec.UNSET
    description: Description | Unset = msgspec.UNSET
    incident_on: dt.date | Unset | None = msgspec.UNSET
    incident_place: Place | Unset = msgspec.UNSET
    tags: Tags | Unset = msgspec.UNSET


class Status(In):
    status: CaseStatus


def shown(one: models.Case) -> Case:
    db, links = context.db(), {"self": url_for("api.read_case", case_id=one.id)}
    links["custody"] = url_for("api.read_case_custody", case_id=one.id)
    links["sketches"] = url_for("api.list_sketches", case_id=one.id)
    return Case(
        id=one.id,
        number=one.number,
        title=one.title,
        unit_id=one.unit_id,
        status=one.status,
        description=one.description,
        incident_on=one.incident_on,
        incident_place=one.incident_place,
        tags=service.tags_of(db, one.id),
        people=[Person(id=who.account_id, name=who.name) for who in assigned(db, one.id)],
        on_hold=bool(one.hold_reason),
        created_by=one.created_by,
        created_at=one.created_at,
        changed_at=one.changed_at,
        status_since=one.status_since,
        links=links,
    )


def seen(case_id: uuid.UUID) -> models.Case:
    """Raises NotFound."""
    return get_case(context.db(), context.account(), case_id)


def facts_of(said: NewCase) -> CaseFacts:
    """Cleaned as the forms' words are. Raises Refused."""
    form = {
        "title": said.title,
        "description": said.description,
        "incident_on": said.incident_on.isoformat() if said.incident_on else "",
        "incident_place": said.incident_place,
        "tags": ",".join(said.tags),
    }
    return case_facts(form, utc_now().date())


@blueprint.get("/cases")
@gate.investigator
@gate.scope(Scope.CASES_READ)
@operation("List the cases that you see, what changed last first", Cases, query=CaseQuery, paged=True)
def list_cases(query: CaseQuery) -> tuple[Cases, dict[str, str]]:
    by = Filter(
        query=" ".join(query.q.split()),
        number=" ".join(query.number.split()),
        status=query.status,
        unit=query.unit_id,
        person=query.person_id,
        tag=" ".join(query.tag.split()),
        first=query.incident_from,
        last=query.incident_to,
    )
    found = listing.list_cases(context.db(), context.account(), by, query.after, query.limit)
    return Cases(items=[_line(row) for row in found.items], next=paging.following(found.after)), paging.link(
        found.after
    )


def _line(row: listing.Row) -> CaseLine:
    one = row.case
    names = ("id", "number", "title", "unit_id", "status", "incident_on", "incident_place", "changed_at")
    facts: dict[str, Any] = {name: getattr(one, name) for name in names}
    return CaseLine(**facts, people=row.people, href=url_for("api.read_case", case_id=one.id))


@blueprint.post("/cases")
@gate.investigator
@gate.scope(Scope.CASES_WRITE)
@operation("Open a case", Case, status=HTTPStatus.CREATED, body=NewCase, keyed=True, located=True)
def create_case(body: NewCase) -> tuple[Case, dict[str, str]]:
    asked = repeats.asked(msgspec.to_builtins(body))
    made = shown(service.create(context.db(), context.account(), facts_of(body), body.unit_id, asked))
    return made, {"Location": made.links["self"]}


@blueprint.get(HERE)
@gate.investigator
@gate.scope(Scope.CASES_READ)
@operation("Read a case", Case)
def read_case(case_id: uuid.UUID) -> Case:
    return shown(seen(case_id))


@blueprint.patch(HERE)
@gate.investigator
@gate.scope(Scope.CASES_WRITE)
@operation("Change what a case says", Case, body=CaseChange, matched=True)
def change_case(case_id: uuid.UUID, body: CaseChange) -> Case:
    db, account = context.db(), context.account()
    with matching.as_seen(shown, lambda: held_case(db, account, case_id)) as held:
        before = shown(held)
        said = {name: getattr(before, name) for name in CaseChange.__struct_fields__}
        said |= {name: value for name, value in msgspec.structs.asdict(body).items() if value is not msgspec.UNSET}
        service.edit(db, account, case_id, facts_of(NewCase(**said)), held.revision)
        return shown(held)


@blueprint.put(f"{HERE}/status")
@gate.investigator
@gate.scope(Scope.CASES_WRITE)
@operation("Move a case to another status", Case, body=Status, matched=True, refusals=(HTTPStatus.CONFLICT,))
def put_case_status(case_id: uuid.UUID, body: Status) -> Case:
    db, account = context.db(), context.account()
    with matching.as_seen(shown, lambda: held_case(db, account, case_id)) as held:
        set_status(db, account, case_id, body.status, held.status)
        return shown(held)
